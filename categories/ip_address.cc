// SPDX-License-Identifier: Apache-2.0
#include "categories/ip_address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstddef>

namespace luytre::categories {
namespace {

constexpr unsigned kMappedBits = 96;

bool host_bits_are_zero(std::span<const std::uint8_t, 16> octets, unsigned length) noexcept {
  for (unsigned bit = length; bit < 128; ++bit) {
    if ((octets[bit / 8] & (0x80U >> (bit % 8))) != 0) {
      return false;
    }
  }
  return true;
}

std::optional<unsigned> parse_length(std::string_view text) noexcept {
  unsigned length = 0;
  const char* begin = text.data();
  const char* end = begin + text.size();
  const auto [stop, error] = std::from_chars(begin, end, length);
  const bool leading_zero = text.size() > 1 && text.front() == '0';
  if (error != std::errc{} || stop != end || leading_zero) {
    return std::nullopt;
  }
  return length;
}

}  // namespace

std::optional<IpAddress> IpAddress::from_text(std::string_view text) noexcept {
  std::array<char, INET6_ADDRSTRLEN> terminated{};
  if (text.size() >= terminated.size() || text.find('\0') != std::string_view::npos) {
    return std::nullopt;
  }
  std::ranges::copy(text, terminated.begin());
  std::array<std::uint8_t, 16> octets{};
  if (inet_pton(AF_INET6, terminated.data(), octets.data()) == 1) {
    return v6(octets);
  }
  if (inet_pton(AF_INET, terminated.data(), octets.data()) == 1) {
    return v4(std::span(octets).first<4>());
  }
  return std::nullopt;
}

std::string IpAddress::to_text() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const bool mapped = is_v4();
  const std::uint8_t* from = octets_.data() + (mapped ? kMappedPrefix.size() : 0);
  // Cannot fail: the family is right and the buffer has the size that POSIX asks for.
  return inet_ntop(mapped ? AF_INET : AF_INET6, from, text.data(), text.size());
}

std::optional<IpPrefix> IpPrefix::from_text(std::string_view text) noexcept {
  const std::size_t slash = text.find('/');
  const std::string_view address_text = text.substr(0, slash);
  const std::optional<IpAddress> address = IpAddress::from_text(address_text);
  if (!address) {
    return std::nullopt;
  }
  // An IPv4-mapped address may be written either way; its length counts in the family of the text.
  const bool v4_text = !address_text.contains(':');
  const unsigned maximum = v4_text ? 32 : 128;
  unsigned length = maximum;
  if (slash != std::string_view::npos) {
    const std::optional<unsigned> stated = parse_length(text.substr(slash + 1));
    if (!stated || *stated > maximum) {
      return std::nullopt;
    }
    length = *stated;
  }
  const unsigned mapped_length = v4_text ? length + kMappedBits : length;
  if (!host_bits_are_zero(address->octets(), mapped_length)) {
    return std::nullopt;
  }
  // Zero host bits and the ffff of a mapped address leave only lengths of 96 and more here.
  return IpPrefix{*address, static_cast<std::uint8_t>(address->is_v4() ? mapped_length - kMappedBits
                                                                       : mapped_length)};
}

std::string IpPrefix::to_text() const {
  std::string text = address.to_text();
  if (length != (address.is_v4() ? 32 : 128)) {
    text += '/';
    text += std::to_string(length);
  }
  return text;
}

}  // namespace luytre::categories
