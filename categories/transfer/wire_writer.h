// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/byte_order.h"
#include "categories/domain_name.h"

namespace luytre::categories {

// Appends big-endian numbers and names to a message.
class WireWriter {
 public:
  explicit WireWriter(std::vector<std::uint8_t>& bytes) noexcept : bytes_(bytes) {}

  void u16(std::uint16_t value) {
    std::uint8_t octets[2];
    store_be16(octets, value);
    bytes(octets);
  }
  void u32(std::uint32_t value) {
    std::uint8_t octets[4];
    store_be32(octets, value);
    bytes(octets);
  }
  // RFC 8945 §4.2: "Time Signed".
  void u48(std::uint64_t value) {
    u16(static_cast<std::uint16_t>(value >> 32U));
    u32(static_cast<std::uint32_t>(value));
  }
  void bytes(std::span<const std::uint8_t> bytes) {
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  }
  void name(const DomainName& name) { bytes(name.wire()); }

 private:
  std::vector<std::uint8_t>& bytes_;
};

}  // namespace luytre::categories
