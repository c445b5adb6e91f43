// SPDX-License-Identifier: Apache-2.0
#include "act.h"
#include "dataplane/forge.h"
#include "tcp_options.h"

namespace luytre::dataplane {
namespace {

// Nothing more is read from the client, but a window of zero would make it probe instead of close.
// What a Linux server shows after its handshake: 65,160 bytes (45 segments of 1,448) scaled by 7. With
// or without a scale there is room for a FIN and what comes with it.
constexpr std::uint16_t kWindow = 65160 >> 7;

// Ahead of what the client echoed last. A segment with an older number than the client has seen is
// dropped (RFC 7323 §5.3), and the server may have sent something between that echo and the verdict,
// which is at most a hold (500 ms) and a way to the client later; a tick is a millisecond or more (§5.4).
// Nothing of the server reaches the client after this one.
constexpr std::uint32_t kTicksAhead = 1000;

// A connection that negotiated timestamps carries them in each segment; in a RST they SHOULD be, and
// are not checked (RFC 7323 §3.2, §5.2).
std::optional<TcpTimestamps> timestamps_for(const Packet& sample, const PacketView& view,
                                            Towards towards) noexcept {
  auto timestamps = timestamps_of(sample, view);
  if (timestamps && towards == Towards::Client) {
    timestamps = {.value = timestamps->echo + kTicksAhead, .echo = timestamps->value};
  }
  return timestamps;
}

// The caller leaves timestamps and hop limit to us.
bool send_segment(const Packet& sample, const PacketView& view, Towards towards, TcpSegment segment,
                  Exit& exit) noexcept {
  Packet made;
  if (!exit.make(made)) {
    return false;
  }
  segment.timestamps = timestamps_for(sample, view, towards);
  segment.hop_limit = exit.hop_limit(view);
  if (!forge_tcp(sample, view, towards, segment, made, exit.return_paths())) {
    exit.discard_made(made);
    return false;
  }
  return exit.send_made(towards == Towards::Client ? Side::Subscriber : Side::Internet, made);
}

}  // namespace

bool end_connection(const Packet& sample, const PacketView& view, const ConnectionEnd& end,
                    std::span<const std::uint8_t> last_words, Exit& exit) noexcept {
  // Data and FIN in one segment: one buffer, and no gap between them for the client to wait in.
  const std::uint8_t flags = last_words.empty() ? tcp_flag::kRst | tcp_flag::kAck
                                                : tcp_flag::kFin | tcp_flag::kPsh | tcp_flag::kAck;
  const bool told = send_segment(sample, view, Towards::Client,
                                 {.sequence = end.server_next,
                                  .acknowledgement = end.client_next,
                                  .flags = flags,
                                  .window = last_words.empty() ? std::uint16_t{0} : kWindow,
                                  .payload = last_words},
                                 exit);
  reset_server(sample, view, end.client_first, exit);
  return told;
}

void reset_server(const Packet& sample, const PacketView& view, std::uint32_t sequence,
                  Exit& exit) noexcept {
  // If this one is lost the server closes by its own timer; it never has a whole request.
  static_cast<void>(send_segment(sample, view, Towards::Server,
                                 {.sequence = sequence,
                                  .acknowledgement = 0,
                                  .flags = tcp_flag::kRst,
                                  .window = 0,
                                  .payload = {}},
                                 exit));
}

void reply_to_client(const Packet& packet, const PacketView& view, const Reply& reply,
                     Exit& exit) noexcept {
  // Lost is as good as sent: the client repeats what this answers.
  static_cast<void>(
      send_segment(packet, view, Towards::Client,
                   {.sequence = reply.sequence,
                    .acknowledgement = reply.acknowledgement,
                    .flags = reply.flags,
                    .window = (reply.flags & tcp_flag::kRst) != 0 ? std::uint16_t{0} : kWindow,
                    .payload = {}},
                   exit));
}

}  // namespace luytre::dataplane
