// SPDX-License-Identifier: Apache-2.0
#pragma once

// The frames that benchmarks send, and what makes each of them another one.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "dataplane/packet.h"
#include "tests/support/packet_builder.h"

namespace luytre::dataplane::bench {

using luytre::test::Bytes;

// Where the fields of an untagged IPv4 frame without options stand.
inline constexpr std::size_t kSourceAt = 26;
inline constexpr std::size_t kDestinationAt = 30;
inline constexpr std::size_t kSourcePortAt = 34;
inline constexpr std::size_t kDestinationPortAt = 36;
inline constexpr std::size_t kSequenceAt = 38;
inline constexpr std::size_t kDnsIdAt = 42;

// To 64 bytes with the check sequence, which no port hands over.
[[nodiscard]] Bytes padded(Bytes frame);

// Of a frame whose addresses, ports or numbers were changed; those of undecided flows are verified.
void write_checksums(const Packet& packet);

// Flow `number` in the TCP or UDP frame of a client or, mirrored, of its server: over all lines,
// then from the next port of each.
void address_flow(std::uint8_t* frame, std::uint32_t number, std::uint32_t line_count, Side from);

// From an address that is no line's.
[[nodiscard]] Bytes unprofiled_frame();

[[nodiscard]] Bytes query_frame(const std::string& name, std::uint64_t line);

// A flow is decided for good when its server has acknowledged what was judged.
struct DecidedFlow {
  DecidedFlow();
  Bytes first;  // from the client
  Bytes heard;  // from the server
  Bytes later;  // from the client
};

// A hello of a current browser, 1.9 KB in two segments, the second from kHelloCut on.
inline constexpr std::size_t kHelloCut = 1380;
[[nodiscard]] std::vector<Bytes> hello_segments(const std::string& name);

// The Initials of a hello: in one datagram, or a current browser's in two.
[[nodiscard]] std::vector<Bytes> initial_datagrams(const std::string& name, std::size_t datagrams);

}  // namespace luytre::dataplane::bench
