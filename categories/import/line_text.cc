// SPDX-License-Identifier: Apache-2.0
#include "line_text.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

namespace luytre::categories {
namespace {

// Fixed-size, zero-terminated copy for C functions.
struct CText {
  explicit CText(std::string_view text) noexcept : fits(text.size() < octets.size()) {
    if (fits) {
      std::ranges::copy(text, octets.begin());
    }
  }
  std::array<char, INET6_ADDRSTRLEN> octets{};
  bool fits;
};

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

}  // namespace

std::string_view trim(std::string_view text) noexcept {
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) {
    return {};
  }
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

std::string_view take_word(std::string_view& rest) noexcept {
  const std::size_t end = std::min(rest.find_first_of(kBlanks), rest.size());
  const std::string_view word = rest.substr(0, end);
  rest = trim(rest.substr(end));
  return word;
}

std::string_view take_until(std::string_view& rest, char separator) noexcept {
  const std::size_t end = std::min(rest.find(separator), rest.size());
  const std::string_view part = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return part;
}

bool all_digits(std::string_view text) noexcept {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

bool same_word(std::string_view a, std::string_view b) noexcept {
  return std::ranges::equal(a, b, {}, lower, lower);
}

bool is_ipv4(std::string_view text) noexcept {
  in_addr address{};
  const CText copy(text);
  return copy.fits && ::inet_pton(AF_INET, copy.octets.data(), &address) == 1;
}

bool is_ipv6(std::string_view text) noexcept {
  in6_addr address{};
  const CText copy(text.substr(0, text.find('%')));
  return copy.fits && ::inet_pton(AF_INET6, copy.octets.data(), &address) == 1;
}

bool is_address(std::string_view text) noexcept {
  return text == "0" || is_ipv4(text) || is_ipv6(text);
}

bool is_sinkhole(std::string_view address) noexcept {
  return address == "0.0.0.0" || address == "0" || address == "::" || address == "::1" ||
         address == "::0" || address == "fe80::1%lo0" || address == "255.255.255.255" ||
         (address.starts_with("127.") && is_ipv4(address));
}

}  // namespace luytre::categories
