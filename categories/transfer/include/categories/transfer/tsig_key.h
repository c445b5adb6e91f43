// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "categories/domain_name.h"

namespace luytre::categories {

// RFC 8945 §6. Older ones (hmac-md5, hmac-sha1) are refused.
enum class TsigAlgorithm : std::uint8_t { HmacSha256, HmacSha384, HmacSha512 };

// The secret that a zone's server shares with those who may fetch it.
struct TsigKey {
  DomainName name;
  TsigAlgorithm algorithm = TsigAlgorithm::HmacSha256;
  std::vector<std::uint8_t> secret;
};

// As tsig-keygen and rndc-confgen write it, with comments of C, C++ and shell; exactly one key:
//   key "name" { algorithm hmac-sha256; secret "base64"; };
// Invalid: the error says what is wrong and never repeats the secret.
[[nodiscard]] Result<TsigKey> parse_tsig_key(std::string_view text);

// NotFound, Permission, and what parse_tsig_key() says; at most 64 KiB are read.
[[nodiscard]] Result<TsigKey> read_tsig_key(const std::filesystem::path& file);

// "hmac-sha256"
[[nodiscard]] std::string_view describe(TsigAlgorithm algorithm) noexcept;

}  // namespace luytre::categories
