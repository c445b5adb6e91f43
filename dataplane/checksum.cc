// SPDX-License-Identifier: Apache-2.0
#include "checksum.h"

#include <cstring>

#include "base/byte_order.h"
#include "dataplane/forge.h"

namespace luytre::dataplane {

namespace {

// 2^16 ≡ 1 (mod 2^16 - 1): halves of any width may be added and folded later, and in either byte
// order, as long as the result is turned (RFC 1071 §2(B)). Two sums without carries between them
// are what compilers turn into vectors.
std::uint64_t sum_of_words(const std::uint8_t* at, std::size_t words) noexcept {
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
    const auto native = static_cast<std::uint16_t>(folded(sum_of_words(at, words)));
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

}  // namespace

bool checksums_are_right(std::span<const std::uint8_t> frame, const PacketView& view) noexcept {
  if (view.ip_version == 4) {
    const std::uint8_t* ip = frame.data() + view.network_offset;
    Checksum checksum;
    checksum.add(frame.subspan(view.network_offset, (ip[0] & 0x0fU) * std::size_t{4}));
    if (checksum.value() != 0) {
      return false;
    }
  }
  // A fragment's transport checksum covers bytes that are elsewhere.
  return view.is_fragment || view.ip_version == 0 ||
         transport_checksum_is_right(transport_bytes(frame, view), view);
}

}  // namespace luytre::dataplane
