// SPDX-License-Identifier: Apache-2.0
#include "categories/transfer/tsig_key.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <system_error>

namespace luytre::categories {
namespace {

constexpr std::size_t kMaxFileBytes = std::size_t{64} << 10U;
constexpr std::array<TsigAlgorithm, 3> kAlgorithms = {
    TsigAlgorithm::HmacSha256, TsigAlgorithm::HmacSha384, TsigAlgorithm::HmacSha512};

// Words, quoted strings and the signs { } ; of a named.conf.
class Tokens {
 public:
  explicit Tokens(std::string_view text) noexcept : rest_(text) {}

  // Without its quotes; empty at the end and for a string that is not closed.
  std::string_view next() noexcept {
    skip_blanks();
    if (rest_.empty()) {
      return {};
    }
    if (rest_.front() == '"') {
      const std::size_t end = rest_.find('"', 1);
      const std::string_view word =
          end == std::string_view::npos ? std::string_view() : rest_.substr(1, end - 1);
      rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
      return word;
    }
    const std::size_t sign = kSigns.find(rest_.front()) != std::string_view::npos ? 1 : 0;
    const std::size_t end = std::min(rest_.find_first_of(" \t\r\n\"{};", sign), rest_.size());
    return take(sign != 0 ? 1 : end);
  }
  bool skip(std::string_view word) noexcept { return next() == word; }

 private:
  static constexpr std::string_view kSigns = "{};";

  std::string_view take(std::size_t size) noexcept {
    const std::string_view word = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return word;
  }
  void skip_to(std::string_view end) noexcept {
    const std::size_t at = rest_.find(end, 1);
    rest_.remove_prefix(at == std::string_view::npos ? rest_.size() : at + end.size());
  }
  void skip_blanks() noexcept {
    while (true) {
      rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size()));
      if (rest_.starts_with('#') || rest_.starts_with("//")) {
        skip_to("\n");
      } else if (rest_.starts_with("/*")) {
        skip_to("*/");
      } else {
        return;
      }
    }
  }

  std::string_view rest_;
};

std::optional<TsigAlgorithm> find_algorithm(std::string_view word) {
  std::string lower(word);
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  const auto* found = std::ranges::find(kAlgorithms, std::string_view(lower),
                                        [](TsigAlgorithm one) { return describe(one); });
  return found == kAlgorithms.end() ? std::nullopt : std::optional(*found);
}

// Empty: not base64 with its padding.
std::vector<std::uint8_t> decode_base64(std::string_view text) {
  const std::size_t padding = text.size() - std::min(text.find('='), text.size());
  if (text.empty() || text.size() % 4 != 0 || padding > 2 ||
      !text.ends_with(std::string(padding, '='))) {
    return {};
  }
  const std::string input(text);
  std::vector<std::uint8_t> bytes(text.size() / 4 * 3);
  const int size = EVP_DecodeBlock(
      bytes.data(), static_cast<const unsigned char*>(static_cast<const void*>(input.data())),
      static_cast<int>(input.size()));
  if (size < 0) {
    return {};
  }
  bytes.resize(static_cast<std::size_t>(size) - padding);
  return bytes;
}

Unexpected<Error> invalid(std::string_view what) {
  return fail(ErrorCode::Invalid,
              fmt::format("The key is not usable: {}. Expected is: key \"name\" {{ algorithm "
                          "hmac-sha256; secret \"base64\"; }};",
                          what));
}

}  // namespace

Result<TsigKey> parse_tsig_key(std::string_view text) {
  Tokens tokens(text);
  if (!tokens.skip("key")) {
    return invalid("it does not begin with the word key");
  }
  const auto name = DomainName::from_text(tokens.next());
  if (!name || name->is_root()) {
    return invalid("its name is no domain name");
  }
  if (!tokens.skip("{")) {
    return invalid("a { is missing behind its name");
  }
  TsigKey key{.name = *name, .secret = {}};
  bool has_algorithm = false;
  for (std::string_view word = tokens.next(); word != "}"; word = tokens.next()) {
    const std::string_view value = tokens.next();
    if (word == "algorithm" && !has_algorithm) {
      const auto algorithm = find_algorithm(value);
      if (!algorithm) {
        return invalid("its algorithm is none of hmac-sha256, hmac-sha384, hmac-sha512");
      }
      key.algorithm = *algorithm;
      has_algorithm = true;
    } else if (word == "secret" && key.secret.empty()) {
      key.secret = decode_base64(value);
      if (key.secret.empty()) {
        return invalid("its secret is no base64");
      }
    } else {
      return invalid("between { and } stand exactly one algorithm and one secret");
    }
    if (!tokens.skip(";")) {
      return invalid("a ; is missing");
    }
  }
  if (!has_algorithm || key.secret.empty()) {
    return invalid("it needs an algorithm and a secret");
  }
  if (!tokens.skip(";") || !tokens.next().empty()) {
    return invalid("behind } stands one ; and nothing else");
  }
  return key;
}

Result<TsigKey> read_tsig_key(const std::filesystem::path& file) {
  struct Close {
    void operator()(std::FILE* opened) const noexcept { std::fclose(opened); }
  };
  const std::unique_ptr<std::FILE, Close> opened(std::fopen(file.c_str(), "re"));
  if (opened == nullptr) {
    const ErrorCode code = errno == ENOENT   ? ErrorCode::NotFound
                           : errno == EACCES ? ErrorCode::Permission
                                             : ErrorCode::System;
    return fail(code, fmt::format("Cannot read the key file {}: {}.", file.string(),
                                  std::generic_category().message(errno)));
  }
  std::string text(kMaxFileBytes + 1, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), opened.get()));
  auto key = text.size() > kMaxFileBytes ? Result<TsigKey>(invalid("it is over 64 KiB"))
                                         : parse_tsig_key(text);
  if (!key) {
    return fail(key.error().code, fmt::format("{}: {}", file.string(), key.error().message));
  }
  return key;
}

std::string_view describe(TsigAlgorithm algorithm) noexcept {
  switch (algorithm) {
    case TsigAlgorithm::HmacSha256:
      return "hmac-sha256";
    case TsigAlgorithm::HmacSha384:
      return "hmac-sha384";
    case TsigAlgorithm::HmacSha512:
      return "hmac-sha512";
  }
  return "unknown";
}

}  // namespace luytre::categories
