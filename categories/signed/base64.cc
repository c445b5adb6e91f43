// SPDX-License-Identifier: Apache-2.0
#include "base64.h"

#include <array>
#include <cstdint>

namespace luytre::categories {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kNone = 0xff;

constexpr std::array<std::uint8_t, 256> kValues = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(kNone);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    values[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return values;
}();

}  // namespace

std::string to_base64(std::string_view octets) {
  std::string text;
  text.reserve((octets.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < octets.size(); at += 3) {
    const std::string_view group = octets.substr(at, 3);
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      bits = bits << 8U | (i < group.size() ? static_cast<unsigned char>(group[i]) : 0U);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      text += i <= group.size() ? kAlphabet[bits >> (18 - 6 * i) & 63U] : '=';
    }
  }
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) {
    return std::nullopt;
  }
  std::string octets;
  octets.reserve(text.size() / 4 * 3);
  for (std::size_t at = 0; at < text.size(); at += 4) {
    const std::string_view group = text.substr(at, 4);
    const bool last = at + 4 == text.size();
    const std::size_t padding = !last || group[3] != '=' ? 0 : group[2] == '=' ? 2 : 1;
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      const bool pad = i >= 4 - padding;
      const std::uint8_t value =
          pad ? std::uint8_t{0} : kValues[static_cast<unsigned char>(group[i])];
      if (value == kNone) {
        return std::nullopt;
      }
      bits = bits << 6U | value;
    }
    const std::uint32_t unused = padding == 0 ? 0U : (std::uint32_t{1} << (8 * padding)) - 1;
    if ((bits & unused) != 0) {
      return std::nullopt;
    }
    for (std::size_t i = 0; i < 3 - padding; ++i) {
      octets += static_cast<char>(bits >> (16 - 8 * i) & 0xffU);
    }
  }
  return octets;
}

}  // namespace luytre::categories
