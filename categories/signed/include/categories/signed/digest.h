// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct evp_md_ctx_st;  // OpenSSL's EVP_MD_CTX

namespace luytre::categories {

using Sha256 = std::array<std::uint8_t, 32>;

// Hashes what comes in pieces.
class Sha256Stream {
 public:
  Sha256Stream();

  void add(std::string_view octets);
  // Of everything added; nothing may be added afterwards.
  [[nodiscard]] Sha256 finish();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const noexcept;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

[[nodiscard]] Sha256 sha256(std::string_view octets);

// 64 lower-case hexadecimal digits, and nothing else back.
[[nodiscard]] std::string hex(const Sha256& digest);
[[nodiscard]] std::optional<Sha256> parse_hex(std::string_view text) noexcept;

}  // namespace luytre::categories
