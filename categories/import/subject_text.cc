// SPDX-License-Identifier: Apache-2.0
#include "subject_text.h"

#include <fmt/format.h>
#include <idn2.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <utility>

#include "line_text.h"

namespace luytre::categories {
namespace {

bool is_ascii(std::string_view text) noexcept {
  return std::ranges::none_of(text, [](char c) { return (c & 0x80) != 0; });
}

// What it is that from_hostname() did not take: something known to be another kind of thing, or
// nothing.
SkipCause classify(std::string_view text) noexcept {
  if (text.find("://") != std::string_view::npos || text.starts_with("http:") ||
      text.starts_with("https:") || text.starts_with('/')) {
    return SkipCause::Url;
  }
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    return close != std::string_view::npos && is_ipv6(text.substr(1, close - 1))
               ? SkipCause::Address
               : SkipCause::NotAName;
  }
  const std::size_t slash = text.find('/');
  const std::string_view authority = text.substr(0, slash);
  const bool prefix_length = slash != std::string_view::npos &&
                             all_digits(text.substr(slash + 1)) && text.size() - slash <= 4;
  if (is_ipv6(authority)) {
    return slash == std::string_view::npos || prefix_length ? SkipCause::Address : SkipCause::Url;
  }
  const std::size_t colon = authority.find(':');
  const std::string_view host = authority.substr(0, colon);
  const bool port = colon != std::string_view::npos && all_digits(authority.substr(colon + 1));
  const auto name = DomainName::from_hostname(host);
  const bool numeric = host.find_first_not_of("0123456789.") == std::string_view::npos;
  if (!name && name.error() == NameError::IpAddress && numeric) {
    const bool path = slash != std::string_view::npos && !prefix_length;
    return path ? SkipCause::Url : SkipCause::Address;
  }
  const bool host_like = name || (!host.empty() && !is_ascii(host));
  const bool has_more = port || slash != std::string_view::npos;
  return host_like && has_more ? SkipCause::Url : SkipCause::NotAName;
}

Expected<DomainName, SkipCause> parse_utf8_name(std::string_view text) {
  const std::string copy(text);
  char* raw = nullptr;
  // Non-transitional UTS 46 processing, as browsers do it: "STRASSE" and "Straße" stay two names.
  const int result = idn2_to_ascii_8z(copy.c_str(), &raw, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
  const std::unique_ptr<char, decltype(&idn2_free)> ascii(raw, &idn2_free);
  if (result != IDN2_OK) {
    return Unexpected(SkipCause::BadIdna);
  }
  const auto name = DomainName::from_hostname(ascii.get());
  return name ? Expected<DomainName, SkipCause>(*name) : Unexpected(SkipCause::BadIdna);
}

std::string_view without_scheme(std::string_view text) noexcept {
  constexpr std::array<std::string_view, 2> kSchemes = {"http://", "https://"};
  for (const std::string_view scheme : kSchemes) {
    if (text.size() > scheme.size() && same_word(text.substr(0, scheme.size()), scheme)) {
      return text.substr(scheme.size());
    }
  }
  return text;
}

Expected<Subject, SkipCause> parse_page(std::string_view text) {
  const std::string_view address = without_scheme(text);
  const std::size_t slash = address.find('/');
  if (slash == std::string_view::npos || slash == 0) {
    return Unexpected(SkipCause::Url);
  }
  const auto host = parse_name(address.substr(0, slash));
  if (!host) {
    // An authority with a port, or an address: a page all the same, but none of a named host.
    const bool other = host.error() == SkipCause::Address || host.error() == SkipCause::NotAName;
    return Unexpected(other ? SkipCause::Url : host.error());
  }
  std::string written = host->to_text();
  for (const char c : address.substr(slash)) {
    // As browsers send what is not ASCII: percent-encoded UTF-8.
    written +=
        (c & 0x80) == 0 ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  auto page = HostPath::from_text(written);
  return page ? Expected<Subject, SkipCause>(Subject(*std::move(page)))
              : Unexpected(SkipCause::Url);
}

// "*.name" and ".name" are taken off and give Subtree.
std::optional<Reach> take_wildcard(std::string_view& text) noexcept {
  if (text.starts_with("*.")) {
    text.remove_prefix(2);
    return Reach::Subtree;
  }
  if (text.starts_with('.') && text.size() > 1) {
    text.remove_prefix(1);
    return Reach::Subtree;
  }
  return std::nullopt;
}

}  // namespace

Expected<DomainName, SkipCause> parse_name(std::string_view text) {
  const auto name = DomainName::from_hostname(text);
  if (name) {
    return name->label_count() == 1
               ? Expected<DomainName, SkipCause>(Unexpected(SkipCause::SingleLabel))
               : Expected<DomainName, SkipCause>(*name);
  }
  const SkipCause cause = classify(text);
  if (cause != SkipCause::NotAName || is_ascii(text)) {
    return Unexpected(cause);
  }
  auto converted = parse_utf8_name(text);
  if (converted && converted->label_count() == 1) {
    return Unexpected(SkipCause::SingleLabel);
  }
  return converted;
}

Expected<Subject, SkipCause> subject_of(std::string_view text) {
  const auto name = parse_name(text);
  if (name) {
    return Subject(*name);
  }
  if (name.error() == SkipCause::Url) {
    return parse_page(text);
  }
  if (name.error() == SkipCause::Address) {
    if (const auto prefix = IpPrefix::from_text(text); prefix) {
      return Subject(*prefix);
    }
  }
  return Unexpected(name.error());
}

LineItem parse_subject_field(std::string_view text) {
  const std::optional<Reach> reach = take_wildcard(text);
  auto subject = subject_of(text);
  if (reach && subject && !std::holds_alternative<DomainName>(*subject)) {
    return skipped_item(SkipCause::NotAName);  // below a page or an address there is no name
  }
  return {.subject = std::move(subject), .reach = reach};
}

LineItem parse_name_field(std::string_view text) {
  const std::optional<Reach> reach = take_wildcard(text);
  return name_item(parse_name(text), reach);
}

}  // namespace luytre::categories
