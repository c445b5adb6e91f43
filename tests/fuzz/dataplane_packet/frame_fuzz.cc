// SPDX-License-Identifier: Apache-2.0
// Any frame at all is decoded; from what decodes, every kind of packet is forged, and what is
// forged must be right.

#include <array>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <utility>
#include <vector>

#include "dataplane/decode.h"
#include "dataplane/forge.h"
#include "dataplane/layers.h"
#include "return_paths.h"

namespace {

using namespace luytre::dataplane;

constexpr std::size_t kMaxFrame = 70000;
std::uint16_t tick = 0;

void require(bool condition) {
  if (!condition) {
    std::abort();
  }
}

// With the ports exchanged, the payload may look like a tunnel's, and a broken one.
void require_right(const Packet& forged, const PacketView& client) {
  PacketView view;
  const DecodeResult result = decode(forged.frame(), view);
  if (view.tunnel_depth > client.tunnel_depth || result == DecodeResult::TooDeep) {
    return;
  }
  require(result == DecodeResult::Ok);
  require(checksums_are_right(forged.frame(), view));
}

void forge_everything(std::span<const std::uint8_t> frame, const PacketView& view) {
  std::vector<std::uint8_t> copy(frame.begin(), frame.end());
  Packet client{.bytes = copy.data(),
                .size = static_cast<std::uint32_t>(copy.size()),
                .capacity = static_cast<std::uint32_t>(copy.size()),
                .owner = nullptr};
  std::array<std::uint8_t, 2048> room{};
  Packet out{.bytes = room.data(), .size = 0, .capacity = room.size(), .owner = nullptr};
  // The frame itself as one of the other direction, so that what it is carried in is a way back.
  static ReturnPaths paths(16, 1);
  PacketView to_client = view;
  std::swap(to_client.source, to_client.destination);
  paths.learn(client, to_client, ++tick);
  const std::array<std::uint8_t, 7> alert = {0x15, 3, 3, 0, 2, 2, 112};
  for (const Towards towards : {Towards::Client, Towards::Server}) {
    const TcpSegment segment{.sequence = view.tcp_acknowledgement,
                             .acknowledgement = view.tcp_sequence + view.payload_size,
                             .flags = view.tcp_flags,
                             .window = view.tcp_window,
                             .payload = alert,
                             .timestamps = TcpTimestamps{.value = view.tcp_sequence,
                                                         .echo = view.tcp_acknowledgement}};
    if (forge_tcp(client, view, towards, segment, out, &paths)) {
      require_right(out, view);
    }
  }
  if (forge_port_unreachable(client, view, out, &paths)) {
    require_right(out, view);
  }
  // Not in place of the frame of a longer way back, which the copy has no room for.
  if (forge_udp_reply_in_place(client, view, static_cast<std::uint16_t>(view.payload_size),
                               &paths)) {
    require_right(client, view);
  }
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's entry point.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::span frame(bytes, size);
  PacketView view;
  if (size > kMaxFrame || decode(frame, view) != DecodeResult::Ok) {
    return 0;
  }
  require(view.payload_offset + std::size_t{view.payload_size} <= size);
  Layers layers;
  read_layers(frame, view.network_offset, layers);
  require(layers.list().size() == view.encapsulation.size() + 1);
  static_cast<void>(checksums_are_right(frame, view));  // any answer, no read outside the frame
  forge_everything(frame, view);
  return 0;
}
