// SPDX-License-Identifier: Apache-2.0
#include "categories/signed/digest.h"

#include <openssl/evp.h>

namespace luytre::categories {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";

}  // namespace

void Sha256Stream::Free::operator()(evp_md_ctx_st* context) const noexcept {
  EVP_MD_CTX_free(context);
}

// SHA-256 of OpenSSL's default provider fails for want of memory only. The digest is then all zero,
// and differs from the one that was stated: what is checked is refused.
Sha256Stream::Sha256Stream() : context_(EVP_MD_CTX_new()) {
  if (context_ && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) != 1) {
    context_.reset();
  }
}

void Sha256Stream::add(std::string_view octets) {
  if (context_ && EVP_DigestUpdate(context_.get(), octets.data(), octets.size()) != 1) {
    context_.reset();
  }
}

Sha256 Sha256Stream::finish() {
  Sha256 digest{};
  unsigned size = 0;
  if (context_ && EVP_DigestFinal_ex(context_.get(), digest.data(), &size) != 1) {
    digest = {};
  }
  context_.reset();
  return digest;
}

Sha256 sha256(std::string_view octets) {
  Sha256Stream stream;
  stream.add(octets);
  return stream.finish();
}

std::string hex(const Sha256& digest) {
  std::string text;
  for (const std::uint8_t octet : digest) {
    text += kDigits[octet >> 4U];
    text += kDigits[octet & 15U];
  }
  return text;
}

std::optional<Sha256> parse_hex(std::string_view text) noexcept {
  Sha256 digest{};
  if (text.size() != 2 * digest.size()) {
    return std::nullopt;
  }
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::size_t digit = kDigits.find(text[i]);
    if (digit == std::string_view::npos) {
      return std::nullopt;
    }
    digest[i / 2] = static_cast<std::uint8_t>(digest[i / 2] << 4U | digit);
  }
  return digest;
}

}  // namespace luytre::categories
