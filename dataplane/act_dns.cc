// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstring>

#include "act.h"
#include "dataplane/forge.h"

namespace luytre::dataplane {

namespace {

// Fragments together are in nobody's buffer: the answer to them is made in a new one.
void answer_fragments(const Packet& whole, const PacketView& view, const dns::Query& query,
                      const dns::Refusal& refusal, Outcome outcome, Exit& exit) noexcept {
  Packet made;
  Outcome ended = Outcome::NoBufferDropped;
  if (exit.make(made)) {
    const std::size_t asked = std::min<std::size_t>(whole.size, made.capacity);
    std::memcpy(made.bytes, whole.bytes, asked);
    made.size = static_cast<std::uint32_t>(asked);
    const std::size_t size =
        view.payload_offset > made.capacity
            ? 0
            : dns::write_refusal(query, refusal, made.room().subspan(view.payload_offset));
    if (size != 0 && forge_udp_reply_in_place(made, view, static_cast<std::uint16_t>(size),
                                              exit.return_paths(), exit.hop_limit(view))) {
      ended = exit.send_made(Side::Subscriber, made) ? outcome : ended;
    } else {
      exit.discard_made(made);
      ended = exit.untold(whole, view);
    }
  }
  exit.drop(whole, ended);
}

}  // namespace

void answer_dns(Packet packet, const PacketView& view, const dns::Query& query,
                const dns::Refusal& refusal, Exit& exit) noexcept {
  const bool broken = refusal.rcode == dns::Rcode::FormErr || refusal.rcode == dns::Rcode::NotImp;
  const Outcome outcome = broken ? Outcome::DnsFormatError : Outcome::DnsBlocked;
  if (packet.datagram != nullptr) [[unlikely]] {
    answer_fragments(packet, view, query, refusal, outcome, exit);
    return;
  }
  // In place: the question already stands where the answer repeats it.
  const std::size_t size =
      dns::write_refusal(query, refusal, packet.room().subspan(view.payload_offset));
  if (size == 0 || !forge_udp_reply_in_place(packet, view, static_cast<std::uint16_t>(size),
                                             exit.return_paths(), exit.hop_limit(view))) {
    exit.drop(packet, exit.untold(packet, view));
    return;
  }
  exit.answer(packet, outcome);
}

}  // namespace luytre::dataplane
