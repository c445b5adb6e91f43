// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "categories/domain_name.h"

namespace luytre::categories::testing {

// Seeded names for properties: any octets in the labels, often the longest label or name that is
// allowed.
class RandomName {
 public:
  explicit RandomName(std::uint32_t seed) : engine_(seed) {}

  // A valid wire form in its original case.
  std::vector<std::uint8_t> wire() {
    std::vector<std::uint8_t> bytes;
    const std::size_t labels = below(8) == 0 ? below(128) : below(6);
    for (std::size_t i = 0; i < labels; ++i) {
      const std::size_t size = labels > 40 ? 1 : 1 + below(below(6) == 0 ? 63 : 12);
      if (bytes.size() + 1 + size + 1 > DomainName::kMaxWireBytes) {
        break;
      }
      bytes.push_back(static_cast<std::uint8_t>(size));
      for (std::size_t octet = 0; octet < size; ++octet) {
        bytes.push_back(one_octet());
      }
    }
    bytes.push_back(0);
    return bytes;
  }

  DomainName name() { return DomainName::from_wire(wire()).value_or(DomainName{}); }

  std::size_t below(std::size_t bound) {
    return std::uniform_int_distribution<std::size_t>(0, bound - 1)(engine_);
  }

 private:
  std::uint8_t one_octet() {
    static constexpr char kUsual[] = "abcdefghijklmnopqrstuvwxyzABCXYZ0123456789-_";
    return below(8) == 0 ? static_cast<std::uint8_t>(below(256))
                         : static_cast<std::uint8_t>(kUsual[below(sizeof kUsual - 1)]);
  }

  std::mt19937 engine_;
};

}  // namespace luytre::categories::testing
