// SPDX-License-Identifier: Apache-2.0
#pragma once

// Builds DNS messages field by field, broken ones too: counts follow what was added unless they are
// set.

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace luytre::test {

using Bytes = std::vector<std::uint8_t>;

inline void append_be16(Bytes& bytes, std::size_t value) {
  bytes.push_back(static_cast<std::uint8_t>(value >> 8U));
  bytes.push_back(static_cast<std::uint8_t>(value));
}

// "www.example" in wire form with its root label; case is kept. "" and "." are the root.
inline Bytes wire_name(std::string_view text) {
  Bytes wire;
  while (!text.empty() && text != ".") {
    const std::string_view label = text.substr(0, text.find('.'));
    wire.push_back(static_cast<std::uint8_t>(label.size()));
    wire.insert(wire.end(), label.begin(), label.end());
    text.remove_prefix(std::min(text.size(), label.size() + 1));
  }
  wire.push_back(0);
  return wire;
}

class DnsMessage {
 public:
  DnsMessage& id(std::uint16_t value) { return id_ = value, *this; }
  DnsMessage& flags(std::uint16_t value) { return flags_ = value, *this; }
  // Counts as the header claims them, whatever was added: QD, AN, NS, AR.
  DnsMessage& claim(std::size_t section, std::uint16_t count) {
    return claimed_[section] = count, *this;
  }
  DnsMessage& question(std::string_view qname, std::uint16_t qtype, std::uint16_t qclass = 1) {
    return raw_question(wire_name(qname), qtype, qclass);
  }
  DnsMessage& raw_question(const Bytes& qname, std::uint16_t qtype, std::uint16_t qclass = 1) {
    add(0, qname);
    append_be16(body_, qtype);
    append_be16(body_, qclass);
    return *this;
  }
  // Sections in the order of the message; section 1 answer, 2 authority, 3 additional.
  DnsMessage& record(std::size_t section, const Bytes& owner, std::uint16_t type,
                     std::uint16_t rr_class, std::uint32_t ttl, const Bytes& rdata) {
    add(section, owner);
    append_be16(body_, type);
    append_be16(body_, rr_class);
    append_be16(body_, ttl >> 16U);
    append_be16(body_, ttl & 0xffffU);
    append_be16(body_, rdata.size());
    return junk(rdata);
  }
  DnsMessage& opt(std::uint16_t udp_payload_size = 1232, std::uint8_t version = 0,
                  bool dnssec_ok = false, const Bytes& options = {}) {
    return record(3, {0}, 41, udp_payload_size,
                  std::uint32_t{version} << 16U | (dnssec_ok ? 0x8000U : 0U), options);
  }
  // Octets that no count announces.
  DnsMessage& junk(const Bytes& bytes) {
    body_.insert(body_.end(), bytes.begin(), bytes.end());
    return *this;
  }

  [[nodiscard]] Bytes bytes() const {
    Bytes message;
    append_be16(message, id_);
    append_be16(message, flags_);
    for (std::size_t section = 0; section < counts_.size(); ++section) {
      append_be16(message, claimed_[section].value_or(counts_[section]));
    }
    message.insert(message.end(), body_.begin(), body_.end());
    return message;
  }

 private:
  void add(std::size_t section, const Bytes& owner) {
    ++counts_[section];
    junk(owner);
  }

  std::uint16_t id_ = 0x1234;
  std::uint16_t flags_ = 0x0100;  // RD
  std::array<std::uint16_t, 4> counts_{};
  std::array<std::optional<std::uint16_t>, 4> claimed_{};
  Bytes body_;
};

inline Bytes dns_query(std::string_view qname, std::uint16_t qtype = 1) {
  return DnsMessage().question(qname, qtype).bytes();
}

}  // namespace luytre::test
