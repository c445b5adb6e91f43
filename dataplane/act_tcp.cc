// SPDX-License-Identifier: Apache-2.0
#include "act.h"
#include "dataplane/forge.h"

namespace luytre::dataplane {
namespace {

// Nothing more is read from the client, but a window of zero would make it probe instead of close.
constexpr std::uint16_t kWindow = 65535;

bool send_segment(const Packet& sample, const PacketView& view, Towards towards,
                  const TcpSegment& segment, Exit& exit) noexcept {
  Packet made;
  if (!exit.make(made)) {
    return false;
  }
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
                                  .window = kWindow,
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
  static_cast<void>(send_segment(packet, view, Towards::Client,
                                 {.sequence = reply.sequence,
                                  .acknowledgement = reply.acknowledgement,
                                  .flags = reply.flags,
                                  .window = kWindow,
                                  .payload = {}},
                                 exit));
}

}  // namespace luytre::dataplane
