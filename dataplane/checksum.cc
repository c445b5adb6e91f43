// SPDX-License-Identifier: Apache-2.0
#include "checksum.h"

#include <cstring>

#include "base/byte_order.h"
#include "dataplane/forge.h"
#include "dataplane/layers.h"

namespace luytre::dataplane {

namespace {

// 2^16 ≡ 1 (mod 2^16 - 1): halves of any width may be added and folded later, and in either byte
// order, as long as the result is turned (RFC 1071 §2(B)). Two sums without carries between them
// are what compilers turn into vectors.
[[gnu::always_inline]] inline std::uint64_t sum_of_words(const std::uint8_t* at,
                                                         std::size_t words) noexcept {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  for (std::size_t i = 0; i < words; ++i) {
    std::uint64_t word = 0;
    std::memcpy(&word, at + i * sizeof word, sizeof word);
    low += word & 0xffffffffU;
    high += word >> 32U;
  }
  return low + high;
}

// A payload is worth wider registers where there are some; a header is not worth the call.
constexpr std::size_t kManyWords = 16;

std::uint64_t sum_of_many(const std::uint8_t* at, std::size_t words) noexcept {
  return sum_of_words(at, words);
}
#ifdef __x86_64__
[[gnu::target("avx2")]] std::uint64_t sum_of_many_avx2(const std::uint8_t* at,
                                                       std::size_t words) noexcept {
  return sum_of_words(at, words);
}
const auto kSumOfMany = __builtin_cpu_supports("avx2") != 0 ? sum_of_many_avx2 : sum_of_many;
#else
constexpr auto kSumOfMany = sum_of_many;
#endif

std::uint64_t folded(std::uint64_t sum) noexcept {
  while (sum > 0xffff) {
    sum = (sum & 0xffff) + (sum >> 16U);
  }
  return sum;
}

}  // namespace

void Checksum::add(std::span<const std::uint8_t> bytes) noexcept {
  const std::uint8_t* at = bytes.data();
  const std::size_t words = bytes.size() / 8;
  std::size_t left = bytes.size() % 8;
  if (words != 0) {
    const std::uint64_t sum = words < kManyWords ? sum_of_words(at, words) : kSumOfMany(at, words);
    const auto native = static_cast<std::uint16_t>(folded(sum));
    sum_ += __builtin_bswap16(native);
    at += words * 8;
  }
  for (; left >= 2; at += 2, left -= 2) {
    sum_ += load_be16(at);
  }
  if (left != 0) {
    sum_ += std::uint32_t{*at} << 8U;
  }
}

void Checksum::add_pseudo_header(const categories::IpAddress& source,
                                 const categories::IpAddress& destination, std::uint8_t protocol,
                                 std::size_t transport_bytes) noexcept {
  // The two ffff words of the mapped form would add a zero of ones' complement arithmetic; only the
  // IPv4 address counts.
  const std::size_t skip = source.is_v4() && destination.is_v4() ? 12 : 0;
  add(std::span<const std::uint8_t>(source.octets()).subspan(skip));
  add(std::span<const std::uint8_t>(destination.octets()).subspan(skip));
  add(std::uint32_t{protocol});
  add(static_cast<std::uint32_t>(transport_bytes));
}

std::uint16_t Checksum::value() const noexcept { return static_cast<std::uint16_t>(~folded(sum_)); }

namespace {

// What the IP length leaves for the transport layer; UDP's own length may end it earlier.
std::span<const std::uint8_t> transport_bytes(std::span<const std::uint8_t> frame,
                                              const PacketView& view) noexcept {
  if (view.payload_offset != 0) {
    const std::size_t end = view.payload_offset + std::size_t{view.payload_size};
    return frame.subspan(view.transport_offset, end - view.transport_offset);
  }
  const std::uint8_t* ip = frame.data() + view.network_offset;
  constexpr std::size_t kIpv6Bytes = 40;
  const std::size_t ip_bytes =
      view.ip_version == 4 ? load_be16(ip + 2) : kIpv6Bytes + load_be16(ip + 4);
  const std::size_t end = view.network_offset + ip_bytes;
  return frame.subspan(view.transport_offset, end - view.transport_offset);
}

bool transport_checksum_is_right(std::span<const std::uint8_t> transport,
                                 const PacketView& view) noexcept {
  Checksum checksum;
  switch (view.protocol) {
    case ip_protocol::kUdp:
      if (load_be16(transport.data() + 6) == 0) {
        return view.ip_version == 4;
      }
      [[fallthrough]];
    case ip_protocol::kTcp:
    case ip_protocol::kIcmpV6:
      checksum.add_pseudo_header(view.source, view.destination, view.protocol, transport.size());
      break;
    case ip_protocol::kIcmp:
      break;
    default:
      return true;  // a protocol whose checksum we do not know
  }
  checksum.add(transport);
  return checksum.value() == 0;
}

bool ipv4_header_is_right(std::span<const std::uint8_t> packet) noexcept {
  Checksum checksum;
  checksum.add(packet.first((packet[0] & 0x0fU) * std::size_t{4}));
  return checksum.value() == 0;
}

// Of a tunnel: `datagram` reaches to the end of the frame at least.
bool outer_udp_is_right(std::span<const std::uint8_t> datagram,
                        std::span<const std::uint8_t> packet, bool v4) noexcept {
  if (load_be16(datagram.data() + 6) == 0) {
    return true;
  }
  const std::size_t size = load_be16(datagram.data() + 4);
  Checksum checksum;
  checksum.add(v4 ? packet.subspan(12, 8) : packet.subspan(8, 32));
  checksum.add(std::uint32_t{ip_protocol::kUdp});
  checksum.add(static_cast<std::uint32_t>(size));
  checksum.add(datagram.first(size));
  return checksum.value() == 0;
}

// What is left of an IP packet from `offset` on.
std::span<const std::uint8_t> rest_of(std::span<const std::uint8_t> packet, std::size_t offset,
                                      bool v4) noexcept {
  constexpr std::size_t kIpv6Bytes = 40;
  const std::size_t size =
      v4 ? load_be16(packet.data() + 2) : kIpv6Bytes + load_be16(packet.data() + 4);
  return packet.subspan(offset, size - offset);
}

bool gre_is_right(std::span<const std::uint8_t> gre) noexcept {
  if ((gre[0] & 0x80U) == 0) {
    return true;
  }
  Checksum checksum;
  checksum.add(gre);
  return checksum.value() == 0;
}

bool outer_checksums_are_right(std::span<const std::uint8_t> frame,
                               const PacketView& view) noexcept {
  Layers layers;
  read_layers(frame, view.network_offset, layers);
  const Layer* ip = nullptr;
  for (const Layer& layer : layers.list()) {
    const auto packet = ip == nullptr ? frame : frame.subspan(ip->offset);
    const bool v4 = ip != nullptr && ip->kind == LayerKind::Ipv4;
    const auto content = frame.subspan(layer.offset);
    switch (layer.kind) {
      case LayerKind::Ipv4:
        if (!ipv4_header_is_right(content)) {
          return false;
        }
        [[fallthrough]];
      case LayerKind::Ipv6:
        ip = &layer;
        break;
      case LayerKind::Udp:
        if (!outer_udp_is_right(content, packet, v4)) {
          return false;
        }
        break;
      case LayerKind::Gre:
        // Over UDP the datagram might end before the packet: read as if it did not.
        if (ip != nullptr && !gre_is_right(rest_of(packet, layer.offset - ip->offset, v4))) {
          return false;
        }
        break;
      default:
        break;
    }
  }
  return true;
}

}  // namespace

bool checksums_are_right(std::span<const std::uint8_t> frame, const PacketView& view) noexcept {
  if (view.ip_version == 4 && !ipv4_header_is_right(frame.subspan(view.network_offset))) {
    return false;
  }
  if (!view.encapsulation.empty() && !outer_checksums_are_right(frame, view)) {
    return false;
  }
  // A fragment's transport checksum covers bytes that are elsewhere.
  return view.is_fragment || view.ip_version == 0 ||
         transport_checksum_is_right(transport_bytes(frame, view), view);
}

}  // namespace luytre::dataplane
