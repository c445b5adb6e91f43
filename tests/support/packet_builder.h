// SPDX-License-Identifier: Apache-2.0
#pragma once

// Frames for tests, written as they are spoken of:
//   packet().eth().vlan(10).ipv4("10.0.0.2", "192.0.2.1").tcp(40000,
//   443).seq(1).payload(hello).build()
// Lengths, next-header fields and checksums are derived when build() is called; each can be
// overridden to make a hostile packet. An address that cannot be read ends the test program.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dataplane/packet_view.h"

namespace luytre::test {

using Bytes = std::vector<std::uint8_t>;

[[nodiscard]] Bytes bytes_of(std::string_view text);

inline constexpr std::string_view kClientMac = "02:00:00:00:00:01";
inline constexpr std::string_view kServerMac = "02:00:00:00:00:02";
inline constexpr std::uint16_t kCustomerTag = 0x8100;  // IEEE 802.1Q
inline constexpr std::uint16_t kServiceTag = 0x88a8;   // IEEE 802.1ad

class PacketBuilder {
 public:
  PacketBuilder& eth(std::string_view source = kClientMac,
                     std::string_view destination = kServerMac);
  // Outermost first; vlan(100, kServiceTag).vlan(7) is QinQ. Identifier 0 is a priority tag.
  PacketBuilder& vlan(std::uint16_t id, std::uint16_t ether_type = kCustomerTag,
                      std::uint8_t priority = 0);
  // Instead of what the IP header says: 0x0806, or an IEEE 802.3 length.
  PacketBuilder& ether_type(std::uint16_t value);

  PacketBuilder& ipv4(std::string_view source, std::string_view destination);
  PacketBuilder& ipv6(std::string_view source, std::string_view destination);
  PacketBuilder& ttl(std::uint8_t value);
  PacketBuilder& identification(std::uint32_t value);
  PacketBuilder& flow_label(std::uint32_t value);
  PacketBuilder& traffic_class(std::uint8_t value);  // IPv4: the TOS octet
  PacketBuilder& dont_fragment();                    // IPv4; after fragment()
  PacketBuilder& ipv4_options(Bytes options);        // padded with End of Option List to 4 bytes
  // This packet is the fragment at `offset_bytes` (a multiple of 8): build() cuts nothing, the
  // payload is the fragment's. IPv6: a Fragment header at this place of the chain.
  PacketBuilder& fragment(std::uint16_t offset_bytes, bool more_fragments);
  // An IPv6 extension header: its bytes after the length byte, zero-padded to 8.
  PacketBuilder& extension(std::uint8_t type, Bytes content = {});
  PacketBuilder& hop_by_hop() { return extension(0, {1, 4}); }            // PadN
  PacketBuilder& destination_options() { return extension(60, {1, 4}); }  // PadN
  PacketBuilder& routing() { return extension(43, {4, 0}); }              // segments left: 0
  PacketBuilder& authentication() { return extension(51, Bytes(14)); }    // 16 bytes

  PacketBuilder& tcp(std::uint16_t source_port, std::uint16_t destination_port);
  PacketBuilder& seq(std::uint32_t value);
  PacketBuilder& ack(std::uint32_t value);  // sets the ACK flag too
  PacketBuilder& flags(std::uint8_t value);
  PacketBuilder& syn() { return flags(dataplane::tcp_flag::kSyn); }
  PacketBuilder& window(std::uint16_t value);
  PacketBuilder& tcp_options(Bytes options);  // padded with End of Option List to 4 bytes
  PacketBuilder& udp(std::uint16_t source_port, std::uint16_t destination_port);
  PacketBuilder& protocol(std::uint8_t value);  // any other; the payload is all that follows

  PacketBuilder& payload(std::span<const std::uint8_t> bytes);
  PacketBuilder& payload(std::string_view text);
  // One question of class IN with RD set; `qname` in text form without escapes, "." for the root.
  PacketBuilder& dns_query(std::string_view qname, std::uint16_t qtype = 1,
                           std::uint16_t id = 0x1234);
  // Bytes behind the IP packet, as Ethernet pads short frames.
  PacketBuilder& padding(std::size_t bytes);

  // Lies, each in place of a derived value.
  PacketBuilder& with_ip_version(std::uint8_t value);
  PacketBuilder& with_ip_header_words(std::uint8_t value);  // IPv4 only
  PacketBuilder& with_ip_length(std::uint16_t value);       // total length; IPv6: payload length
  PacketBuilder& with_ip_checksum(std::uint16_t value);
  PacketBuilder& with_udp_length(std::uint16_t value);
  PacketBuilder& with_tcp_data_offset(std::uint8_t words);
  PacketBuilder& with_transport_checksum(std::uint16_t value);

  [[nodiscard]] Bytes build() const;

 private:
  struct Tag {
    std::uint16_t ether_type;
    std::uint16_t control;
  };
  struct Extension {
    std::uint8_t type;
    Bytes content;
  };

  [[nodiscard]] std::uint8_t last_protocol() const;
  [[nodiscard]] Bytes build_transport() const;
  [[nodiscard]] Bytes build_ipv4(const Bytes& transport) const;
  [[nodiscard]] Bytes build_ipv6(const Bytes& transport) const;

  std::string source_mac_{kClientMac};
  std::string destination_mac_{kServerMac};
  std::vector<Tag> tags_;
  std::optional<std::uint16_t> ether_type_;

  std::uint8_t ip_version_ = 0;
  categories::IpAddress source_;
  categories::IpAddress destination_;
  std::uint8_t ttl_ = 64;
  std::uint32_t identification_ = 0;
  std::uint32_t flow_label_ = 0;
  std::uint8_t traffic_class_ = 0;
  std::uint16_t fragment_field_ = 0;  // IPv4: flags and offset as on the wire
  Bytes ipv4_options_;
  std::vector<Extension> extensions_;
  std::optional<std::uint8_t> stated_version_;
  std::optional<std::uint8_t> stated_header_words_;
  std::optional<std::uint16_t> stated_ip_length_;
  std::optional<std::uint16_t> stated_ip_checksum_;

  std::optional<std::uint8_t> protocol_;
  std::uint16_t source_port_ = 0;
  std::uint16_t destination_port_ = 0;
  std::uint32_t sequence_ = 0;
  std::uint32_t acknowledgement_ = 0;
  std::uint8_t flags_ = 0;
  std::uint16_t window_ = 64240;
  Bytes tcp_options_;
  std::optional<std::uint16_t> stated_udp_length_;
  std::optional<std::uint8_t> stated_data_offset_;
  std::optional<std::uint16_t> stated_transport_checksum_;

  Bytes payload_;
  std::size_t padding_ = 0;
};

[[nodiscard]] inline PacketBuilder packet() { return {}; }

}  // namespace luytre::test
