// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "categories/ip_address.h"

namespace luytre::dataplane {

// The Internet checksum (RFC 1071) as a running ones' complement sum of big-endian 16-bit words. Of
// all the pieces that are added, only the last may have an odd size.
class Checksum {
 public:
  void add(std::span<const std::uint8_t> bytes) noexcept;
  void add(std::uint32_t number) noexcept { sum_ += number; }

  // The pseudo-header of TCP, UDP and ICMPv6: RFC 9293 §3.1 over IPv4, RFC 8200 §8.1 over IPv6.
  void add_pseudo_header(const categories::IpAddress& source, const categories::IpAddress& destination,
                         std::uint8_t protocol, std::size_t transport_bytes) noexcept;

  // The value for the checksum field, with the field itself counted as zero; zero over bytes whose
  // checksum is right.
  [[nodiscard]] std::uint16_t value() const noexcept;

 private:
  // 32-bit words are added to 64 bits: no carry is lost before 2^32 of them.
  std::uint64_t sum_ = 0;
};

}  // namespace luytre::dataplane
