// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_order.h"
#include "categories/domain_name.h"
#include "categories/ip_address.h"

namespace luytre::categories {

inline DomainName name_of(std::string_view text) {
  return DomainName::from_text(text).value_or(DomainName{});
}

// Answers of a server, record by record, without compression.
class MessageBuilder {
 public:
  explicit MessageBuilder(std::uint16_t id = 7, std::uint16_t flags = 0x8400) {
    for (const std::uint16_t number :
         {id, flags, std::uint16_t{0}, std::uint16_t{0}, std::uint16_t{0}, std::uint16_t{0}}) {
      u16(number);
    }
  }
  MessageBuilder& question(std::string_view zone, std::uint16_t type, std::uint16_t rr_class = 1) {
    name(zone);
    u16(type);
    u16(rr_class);
    return count(4);
  }
  MessageBuilder& soa(std::string_view zone, std::uint32_t serial) {
    begin(zone, 6);
    name("ns.example");
    name("admin.example");
    for (const std::uint32_t number : {serial, 3600U, 600U, 86400U, 60U}) {
      u16(static_cast<std::uint16_t>(number >> 16U));
      u16(static_cast<std::uint16_t>(number));
    }
    return end();
  }
  MessageBuilder& cname(std::string_view owner, std::string_view target) {
    begin(owner, 5);
    name(target);
    return end();
  }
  MessageBuilder& record(std::string_view owner, std::uint16_t type,
                         std::span<const std::uint8_t> rdata, std::uint16_t rr_class = 1) {
    begin(owner, type, rr_class);
    bytes_.insert(bytes_.end(), rdata.begin(), rdata.end());
    return end();
  }

  operator std::span<const std::uint8_t>() const noexcept { return bytes_; }  // NOLINT: reads well
  [[nodiscard]] std::vector<std::uint8_t>& bytes() noexcept { return bytes_; }

 private:
  void u16(std::uint16_t value) {
    bytes_.push_back(static_cast<std::uint8_t>(value >> 8U));
    bytes_.push_back(static_cast<std::uint8_t>(value));
  }
  void name(std::string_view text) {
    const DomainName name = name_of(text);
    bytes_.insert(bytes_.end(), name.wire().begin(), name.wire().end());
  }
  void begin(std::string_view owner, std::uint16_t type, std::uint16_t rr_class = 1) {
    name(owner);
    u16(type);
    u16(rr_class);
    u16(0);
    u16(60);
    u16(0);
    rdata_begin_ = bytes_.size();
  }
  MessageBuilder& end() {
    store_be16(&bytes_[rdata_begin_ - 2], static_cast<std::uint16_t>(bytes_.size() - rdata_begin_));
    return count(6);
  }
  MessageBuilder& count(std::size_t offset) {
    store_be16(&bytes_[offset], static_cast<std::uint16_t>(load_be16(&bytes_[offset]) + 1));
    return *this;
  }

  std::vector<std::uint8_t> bytes_;
  std::size_t rdata_begin_ = 0;
};

}  // namespace luytre::categories
