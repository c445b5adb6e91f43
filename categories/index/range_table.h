// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "base/byte_order.h"
#include "categories/ip_address.h"
#include "index_format.h"

namespace luytre::categories {

[[nodiscard]] inline RangeStart range_number(const IpAddress& address) noexcept {
  const auto octets = address.octets();
  return static_cast<RangeStart>(load_be64(octets.data())) << 64U | load_be64(octets.data() + 8);
}

// The ranges of an index, borrowed: which value an address has. An empty table must not be searched.
class RangeTable {
 public:
  RangeTable() noexcept = default;
  RangeTable(const std::uint8_t* starts, const std::uint8_t* values, std::uint32_t count) noexcept
      : starts_(starts), values_(values), count_(count) {}

  [[nodiscard]] bool empty() const noexcept { return count_ == 0; }

  // Always log2(count) steps and no branch that depends on the address: an address that nobody asked
  // for lately would mispredict every second one.
  [[nodiscard]] std::uint32_t value_of(const IpAddress& address) const noexcept {
    const RangeStart number = range_number(address);
    std::size_t base = 0;  // the first range begins at 0, so it is never above `number`
    for (std::size_t left = count_; left > 1;) {
      const std::size_t half = left / 2;
      base += start(base + half) <= number ? half : 0;
      left -= half;
    }
    return value(base);
  }

  // Starts from 0 on, strictly ascending, and only values below `value_count`.
  [[nodiscard]] bool is_sound(std::uint64_t value_count) const noexcept;

 private:
  [[nodiscard]] RangeStart start(std::size_t i) const noexcept {
    RangeStart number;
    std::memcpy(&number, starts_ + i * sizeof number, sizeof number);
    return number;
  }
  [[nodiscard]] std::uint32_t value(std::size_t i) const noexcept {
    std::uint32_t number;
    std::memcpy(&number, values_ + i * sizeof number, sizeof number);
    return number;
  }

  const std::uint8_t* starts_ = nullptr;
  const std::uint8_t* values_ = nullptr;
  std::uint32_t count_ = 0;
};

}  // namespace luytre::categories
