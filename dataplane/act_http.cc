// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstring>

#include "act.h"

namespace luytre::dataplane {
namespace {

// RFC 3986 §2.3.
constexpr bool is_unreserved(std::uint8_t octet) noexcept {
  return (octet >= 'a' && octet <= 'z') || (octet >= 'A' && octet <= 'Z') ||
         (octet >= '0' && octet <= '9') || octet == '-' || octet == '.' || octet == '_' ||
         octet == '~';
}

bool is_usable(std::string_view url) noexcept {
  return url.size() <= StatusPage::kMaxUrlBytes &&
         std::ranges::all_of(url, [](char c) { return c > ' ' && c < '\x7f'; });
}

// Appends text; once something did not fit, fits() stays false.
class Writer {
 public:
  explicit Writer(std::span<std::uint8_t> out) noexcept : out_(out) {}

  void text(std::string_view text) noexcept {
    if (text.size() > out_.size() - size_) {
      fits_ = false;
      return;
    }
    std::memcpy(out_.data() + size_, text.data(), text.size());
    size_ += text.size();
  }
  void percent_encoded(std::uint8_t octet) noexcept {
    constexpr std::string_view kHex = "0123456789ABCDEF";
    if (is_unreserved(octet)) {
      const char plain = static_cast<char>(octet);
      text({&plain, 1});
    } else {
      const std::array<char, 3> encoded = {'%', kHex[octet >> 4U], kHex[octet & 15U]};
      text({encoded.data(), encoded.size()});
    }
  }
  void percent_encoded(const categories::DomainName& name) noexcept {
    auto labels = name.wire();
    for (bool first = true; labels[0] != 0; first = false) {
      if (!first) {
        text(".");
      }
      for (const std::uint8_t octet : labels.subspan(1, labels[0])) {
        percent_encoded(octet);
      }
      labels = labels.subspan(std::size_t{1} + labels[0]);
    }
  }

  [[nodiscard]] bool fits() const noexcept { return fits_; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  std::span<std::uint8_t> out_;
  std::size_t size_ = 0;
  bool fits_ = true;
};

// RFC 9110 §15.4.3. The answer depends on the line, so nobody may store it.
constexpr std::string_view kBeforeLocation = "HTTP/1.1 302 Found\r\nLocation: ";
constexpr std::string_view kWithoutLocation = "HTTP/1.1 302 Found";
constexpr std::string_view kAfterLocation =
    "\r\nCache-Control: no-store\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
static_assert(StatusPage::kMaxUrlBytes + kBeforeLocation.size() + kAfterLocation.size() <=
              StatusPage::kMaxRedirectBytes);

}  // namespace

StatusPage::StatusPage(std::string_view url) {
  if (!is_usable(url)) {
    return;
  }
  url_ = url;
  std::string_view host = url;
  if (const auto scheme = host.find("://"); scheme != std::string_view::npos) {
    host.remove_prefix(scheme + 3);
  }
  host = host.substr(0, host.find_first_of("/?#:"));
  if (const auto name = categories::DomainName::from_hostname(host)) {
    host_ = *name;
  }
}

std::size_t StatusPage::write_redirect(
    std::string_view reason, const categories::DomainName& name,
    std::span<std::uint8_t, kMaxRedirectBytes> out) const noexcept {
  Writer whole(out);
  if (url_.empty()) {
    whole.text(kWithoutLocation);
    whole.text(kAfterLocation);
    return whole.size();
  }
  whole.text(kBeforeLocation);
  whole.text(url_);
  whole.text(url_.find('?') == std::string::npos ? "?reason=" : "&reason=");
  for (const char c : reason) {
    whole.percent_encoded(static_cast<std::uint8_t>(c));
  }
  whole.text("&name=");
  whole.percent_encoded(name);
  whole.text(kAfterLocation);
  if (whole.fits()) {
    return whole.size();
  }
  Writer bare(out);
  bare.text(kBeforeLocation);
  bare.text(url_);
  bare.text(kAfterLocation);
  return bare.size();
}

}  // namespace luytre::dataplane
