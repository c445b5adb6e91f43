// SPDX-License-Identifier: Apache-2.0
#include "tests/support/packet_builder.h"

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <utility>

// Written without the production code's checksum and byte order, so that a mistake there is not
// made here too.

namespace luytre::test {
namespace {

constexpr std::uint8_t kFragmentHeader = 44;
constexpr std::uint8_t kAuthenticationHeader = 51;

void put8(Bytes& out, unsigned value) { out.push_back(static_cast<std::uint8_t>(value)); }
void put16(Bytes& out, unsigned value) {
  put8(out, value >> 8U & 0xffU);
  put8(out, value & 0xffU);
}
void put32(Bytes& out, std::uint32_t value) {
  put16(out, value >> 16U);
  put16(out, value & 0xffffU);
}
void set16(Bytes& out, std::size_t offset, unsigned value) {
  out[offset] = static_cast<std::uint8_t>(value >> 8U);
  out[offset + 1] = static_cast<std::uint8_t>(value & 0xffU);
}
void append(Bytes& out, std::span<const std::uint8_t> bytes) {
  out.insert(out.end(), bytes.begin(), bytes.end());
}

[[noreturn]] void reject(std::string_view what, std::string_view text) {
  std::fprintf(stderr, "packet builder: %.*s is no %.*s\n", static_cast<int>(text.size()),
               text.data(), static_cast<int>(what.size()), what.data());
  std::abort();
}

void append_mac(Bytes& out, std::string_view text) {
  if (text.size() != 17) {
    reject("MAC address", text);
  }
  for (std::size_t at = 0; at < text.size(); at += 3) {
    unsigned octet = 0;
    if (std::from_chars(text.data() + at, text.data() + at + 2, octet, 16).ptr !=
        text.data() + at + 2) {
      reject("MAC address", text);
    }
    put8(out, octet);
  }
}

categories::IpAddress address(std::string_view text) {
  const std::optional<categories::IpAddress> parsed = categories::IpAddress::from_text(text);
  if (!parsed) {
    reject("IP address", text);
  }
  return *parsed;
}

Bytes padded(Bytes bytes, std::size_t unit) {
  while (bytes.size() % unit != 0) {
    bytes.push_back(0);
  }
  return bytes;
}

std::uint16_t internet_checksum(const Bytes& bytes) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    sum += i % 2 == 0 ? bytes[i] * 256U : bytes[i];
    sum = (sum & 0xffffU) + (sum >> 16U);
  }
  return static_cast<std::uint16_t>(~sum);
}

}  // namespace

Bytes bytes_of(std::string_view text) { return {text.begin(), text.end()}; }

PacketBuilder& PacketBuilder::eth(std::string_view source, std::string_view destination) {
  source_mac_ = source;
  destination_mac_ = destination;
  return *this;
}

PacketBuilder& PacketBuilder::vlan(std::uint16_t id, std::uint16_t ether_type,
                                   std::uint8_t priority) {
  tags_.push_back({ether_type, static_cast<std::uint16_t>(priority << 13U | id)});
  return *this;
}

PacketBuilder& PacketBuilder::ether_type(std::uint16_t value) {
  ether_type_ = value;
  return *this;
}

PacketBuilder& PacketBuilder::ipv4(std::string_view source, std::string_view destination) {
  ip_version_ = 4;
  source_ = address(source);
  destination_ = address(destination);
  return *this;
}

PacketBuilder& PacketBuilder::ipv6(std::string_view source, std::string_view destination) {
  ip_version_ = 6;
  source_ = address(source);
  destination_ = address(destination);
  return *this;
}

PacketBuilder& PacketBuilder::ttl(std::uint8_t value) {
  ttl_ = value;
  return *this;
}

PacketBuilder& PacketBuilder::identification(std::uint32_t value) {
  identification_ = value;
  return *this;
}

PacketBuilder& PacketBuilder::flow_label(std::uint32_t value) {
  flow_label_ = value;
  return *this;
}

PacketBuilder& PacketBuilder::traffic_class(std::uint8_t value) {
  traffic_class_ = value;
  return *this;
}

PacketBuilder& PacketBuilder::dont_fragment() {
  fragment_field_ |= 0x4000U;
  return *this;
}

PacketBuilder& PacketBuilder::ipv4_options(Bytes options) {
  ipv4_options_ = padded(std::move(options), 4);
  return *this;
}

PacketBuilder& PacketBuilder::fragment(std::uint16_t offset_bytes, bool more_fragments) {
  if (ip_version_ == 4) {
    fragment_field_ =
        static_cast<std::uint16_t>(offset_bytes / 8U | (more_fragments ? 0x2000U : 0U));
    return *this;
  }
  Bytes content;
  put16(content, offset_bytes | (more_fragments ? 1U : 0U));
  return extension(kFragmentHeader, std::move(content));
}

PacketBuilder& PacketBuilder::extension(std::uint8_t type, Bytes content) {
  extensions_.push_back({type, std::move(content)});
  return *this;
}

PacketBuilder& PacketBuilder::tcp(std::uint16_t source_port, std::uint16_t destination_port) {
  source_port_ = source_port;
  destination_port_ = destination_port;
  return protocol(dataplane::ip_protocol::kTcp);
}

PacketBuilder& PacketBuilder::seq(std::uint32_t value) {
  sequence_ = value;
  return *this;
}

PacketBuilder& PacketBuilder::ack(std::uint32_t value) {
  acknowledgement_ = value;
  flags_ |= dataplane::tcp_flag::kAck;
  return *this;
}

PacketBuilder& PacketBuilder::flags(std::uint8_t value) {
  flags_ = value;
  return *this;
}

PacketBuilder& PacketBuilder::window(std::uint16_t value) {
  window_ = value;
  return *this;
}

PacketBuilder& PacketBuilder::tcp_options(Bytes options) {
  tcp_options_ = padded(std::move(options), 4);
  return *this;
}

PacketBuilder& PacketBuilder::udp(std::uint16_t source_port, std::uint16_t destination_port) {
  source_port_ = source_port;
  destination_port_ = destination_port;
  return protocol(dataplane::ip_protocol::kUdp);
}

PacketBuilder& PacketBuilder::protocol(std::uint8_t value) {
  protocol_ = value;
  return *this;
}

PacketBuilder& PacketBuilder::payload(std::span<const std::uint8_t> bytes) {
  payload_.assign(bytes.begin(), bytes.end());
  return *this;
}

PacketBuilder& PacketBuilder::payload(std::string_view text) {
  payload_ = bytes_of(text);
  return *this;
}

PacketBuilder& PacketBuilder::dns_query(std::string_view qname, std::uint16_t qtype,
                                        std::uint16_t id) {
  Bytes message;
  put16(message, id);
  put16(message, 0x0100);  // RD
  put16(message, 1);       // QDCOUNT
  message.resize(12);
  while (!qname.empty() && qname != ".") {
    const std::string_view label = qname.substr(0, qname.find('.'));
    put8(message, static_cast<unsigned>(label.size()));
    append(message, bytes_of(label));
    qname.remove_prefix(label.size() < qname.size() ? label.size() + 1 : label.size());
  }
  put8(message, 0);
  put16(message, qtype);
  put16(message, 1);  // IN
  payload_ = std::move(message);
  return *this;
}

PacketBuilder& PacketBuilder::padding(std::size_t bytes) {
  padding_ = bytes;
  return *this;
}

PacketBuilder& PacketBuilder::with_ip_version(std::uint8_t value) {
  stated_version_ = value;
  return *this;
}

PacketBuilder& PacketBuilder::with_ip_header_words(std::uint8_t value) {
  stated_header_words_ = value;
  return *this;
}

PacketBuilder& PacketBuilder::with_ip_length(std::uint16_t value) {
  stated_ip_length_ = value;
  return *this;
}

PacketBuilder& PacketBuilder::with_ip_checksum(std::uint16_t value) {
  stated_ip_checksum_ = value;
  return *this;
}

PacketBuilder& PacketBuilder::with_udp_length(std::uint16_t value) {
  stated_udp_length_ = value;
  return *this;
}

PacketBuilder& PacketBuilder::with_tcp_data_offset(std::uint8_t words) {
  stated_data_offset_ = words;
  return *this;
}

PacketBuilder& PacketBuilder::with_transport_checksum(std::uint16_t value) {
  stated_transport_checksum_ = value;
  return *this;
}

std::uint8_t PacketBuilder::last_protocol() const { return protocol_.value_or(59); }

Bytes PacketBuilder::build_transport() const {
  Bytes out;
  std::size_t checksum_at = 0;
  if (protocol_ == dataplane::ip_protocol::kTcp) {
    put16(out, source_port_);
    put16(out, destination_port_);
    put32(out, sequence_);
    put32(out, acknowledgement_);
    const std::size_t words = 5 + tcp_options_.size() / 4;
    put8(out, (stated_data_offset_.value_or(static_cast<std::uint8_t>(words)) & 15U) << 4U);
    put8(out, flags_);
    put16(out, window_);
    checksum_at = out.size();
    put32(out, 0);
    append(out, tcp_options_);
  } else if (protocol_ == dataplane::ip_protocol::kUdp) {
    put16(out, source_port_);
    put16(out, destination_port_);
    const auto length = static_cast<std::uint16_t>(8 + payload_.size());
    put16(out, stated_udp_length_.value_or(length));
    checksum_at = out.size();
    put16(out, 0);
  }
  append(out, payload_);
  if (checksum_at == 0) {
    return out;
  }
  Bytes summed;
  const auto octets = [this](const categories::IpAddress& ip) {
    return ip_version_ == 4 ? ip.octets().subspan(12) : std::span<const std::uint8_t>(ip.octets());
  };
  append(summed, octets(source_));
  append(summed, octets(destination_));
  put32(summed, static_cast<std::uint32_t>(out.size()));
  put32(summed, last_protocol());
  append(summed, out);
  std::uint16_t checksum = internet_checksum(summed);
  if (checksum == 0 && protocol_ == dataplane::ip_protocol::kUdp) {
    checksum = 0xffff;
  }
  set16(out, checksum_at, stated_transport_checksum_.value_or(checksum));
  return out;
}

Bytes PacketBuilder::build_ipv4(const Bytes& transport) const {
  Bytes out;
  const std::size_t header_bytes = 20 + ipv4_options_.size();
  const auto words = static_cast<std::uint8_t>(header_bytes / 4);
  put8(out, stated_version_.value_or(4) * 16U + (stated_header_words_.value_or(words) & 15U));
  put8(out, traffic_class_);
  const auto length = static_cast<std::uint16_t>(header_bytes + transport.size());
  put16(out, stated_ip_length_.value_or(length));
  put16(out, identification_ & 0xffffU);
  put16(out, fragment_field_);
  put8(out, ttl_);
  put8(out, last_protocol());
  put16(out, 0);
  append(out, source_.octets().subspan(12));
  append(out, destination_.octets().subspan(12));
  append(out, ipv4_options_);
  set16(out, 10, stated_ip_checksum_.value_or(internet_checksum(out)));
  append(out, transport);
  return out;
}

Bytes PacketBuilder::build_ipv6(const Bytes& transport) const {
  Bytes chain;
  for (std::size_t i = 0; i < extensions_.size(); ++i) {
    const Extension& extension = extensions_[i];
    Bytes header;
    put8(header, i + 1 < extensions_.size() ? extensions_[i + 1].type : last_protocol());
    put8(header, 0);
    append(header, extension.content);
    if (extension.type == kFragmentHeader) {
      header.resize(4);
      put32(header, identification_);
    }
    header = padded(std::move(header), 8);
    if (extension.type == kAuthenticationHeader) {
      header[1] = static_cast<std::uint8_t>(header.size() / 4 - 2);
    } else if (extension.type != kFragmentHeader) {
      header[1] = static_cast<std::uint8_t>(header.size() / 8 - 1);
    }
    append(chain, header);
  }
  Bytes out;
  put32(out, std::uint32_t{stated_version_.value_or(6)} << 28U |
                 std::uint32_t{traffic_class_} << 20U | flow_label_);
  const auto length = static_cast<std::uint16_t>(chain.size() + transport.size());
  put16(out, stated_ip_length_.value_or(length));
  put8(out, extensions_.empty() ? last_protocol() : extensions_.front().type);
  put8(out, ttl_);
  append(out, source_.octets());
  append(out, destination_.octets());
  append(out, chain);
  append(out, transport);
  return out;
}

Bytes PacketBuilder::build() const {
  Bytes out;
  append_mac(out, destination_mac_);
  append_mac(out, source_mac_);
  for (const Tag& tag : tags_) {
    put16(out, tag.ether_type);
    put16(out, tag.control);
  }
  put16(out, ether_type_.value_or(ip_version_ == 6 ? 0x86dd : 0x0800));
  const Bytes transport = build_transport();
  if (ip_version_ == 4) {
    append(out, build_ipv4(transport));
  } else if (ip_version_ == 6) {
    append(out, build_ipv6(transport));
  } else {
    append(out, transport);
  }
  out.resize(out.size() + padding_);
  return out;
}

}  // namespace luytre::test
