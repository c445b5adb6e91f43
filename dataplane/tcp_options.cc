// SPDX-License-Identifier: Apache-2.0
#include "tcp_options.h"

#include <algorithm>
#include <cstddef>

#include "base/byte_order.h"
#include "checksum.h"
#include "outer_headers.h"

namespace luytre::dataplane {
namespace {

constexpr std::size_t kTcpBytes = 20;
constexpr std::size_t kIpv6Bytes = 40;
constexpr std::size_t kIpv4ChecksumAt = 10;
constexpr std::size_t kTcpChecksumAt = 16;

// IANA "TCP Option Kind Numbers".
constexpr std::uint8_t kEndOfList = 0;
constexpr std::uint8_t kNop = 1;
constexpr std::uint8_t kTimestamps = 8;
constexpr std::uint8_t kMd5 = 19;
constexpr std::uint8_t kFastOpen = 34;
constexpr std::uint8_t kExperiment = 254;
constexpr std::uint16_t kFastOpenExperiment = 0xf989;
constexpr std::size_t kTimestampsBytes = 10;

// Calls visit(option) with each option's bytes, kind and length included, until it returns false.
// Ends at what is broken, as receivers do.
template <typename Visit>
void walk_options(std::span<std::uint8_t> options, Visit visit) noexcept {
  while (!options.empty() && options[0] != kEndOfList) {
    std::size_t size = 1;
    if (options[0] != kNop) {
      size = options.size() < 2 ? 0 : options[1];
      if (size < 2 || size > options.size()) {
        return;
      }
    }
    if (!visit(options.first(size))) {
      return;
    }
    options = options.subspan(size);
  }
}

std::span<std::uint8_t> options_of(const Packet& packet, const PacketView& view) noexcept {
  const std::size_t begin = view.transport_offset + kTcpBytes;
  return packet.room().subspan(begin, view.payload_offset - begin);
}

void write_ip_length(std::uint8_t* header, const PacketView& view) noexcept {
  const std::size_t bytes = std::size_t{view.payload_offset} - view.network_offset;
  if (view.ip_version != 4) {
    store_be16(header + 4, static_cast<std::uint16_t>(bytes - kIpv6Bytes));
    return;
  }
  store_be16(header + 2, static_cast<std::uint16_t>(bytes));
  store_be16(header + kIpv4ChecksumAt, 0);
  Checksum checksum;
  checksum.add({header, (header[0] & 0x0fU) * std::size_t{4}});
  store_be16(header + kIpv4ChecksumAt, checksum.value());
}

}  // namespace

bool has_md5_option(const Packet& packet, const PacketView& view) noexcept {
  bool found = false;
  walk_options(options_of(packet, view), [&](std::span<const std::uint8_t> option) {
    found = option[0] == kMd5;
    return !found;
  });
  return found;
}

std::optional<TcpTimestamps> timestamps_of(const Packet& packet, const PacketView& view) noexcept {
  std::optional<TcpTimestamps> found;
  walk_options(options_of(packet, view), [&](std::span<const std::uint8_t> option) {
    if (option[0] != kTimestamps) {
      return true;
    }
    if (option.size() == kTimestampsBytes) {
      found = {.value = load_be32(option.data() + 2), .echo = load_be32(option.data() + 6)};
    }
    return false;
  });
  return found;
}

bool cut_syn_data(Packet& packet, const PacketView& view) noexcept {
  if (packet.datagram != nullptr) {
    return false;
  }
  Layers layers;
  if (!view.encapsulation.empty()) [[unlikely]] {
    read_layers(packet.frame(), view.network_offset, layers);
  }
  walk_options(options_of(packet, view), [](std::span<std::uint8_t> option) {
    const bool experiment = option[0] == kExperiment && option.size() >= 4 &&
                            load_be16(option.data() + 2) == kFastOpenExperiment;
    if (option[0] == kFastOpen || experiment) {
      std::ranges::fill(option, kNop);
    }
    return true;
  });
  write_ip_length(packet.bytes + view.network_offset, view);
  const std::span<std::uint8_t> segment =
      packet.room().subspan(view.transport_offset, view.payload_offset - view.transport_offset);
  store_be16(segment.data() + kTcpChecksumAt, 0);
  Checksum checksum;
  checksum.add_pseudo_header(view.source, view.destination, ip_protocol::kTcp, segment.size());
  checksum.add(segment);
  store_be16(segment.data() + kTcpChecksumAt, checksum.value());
  packet.size = view.payload_offset;
  complete_outer_headers({packet.bytes, packet.size}, layers);
  return true;
}

}  // namespace luytre::dataplane
