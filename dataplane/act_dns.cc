// SPDX-License-Identifier: Apache-2.0
#include "act.h"
#include "dataplane/forge.h"

namespace luytre::dataplane {

void answer_dns(Packet packet, const PacketView& view, const dns::Query& query,
                const dns::Refusal& refusal, Exit& exit) noexcept {
  const bool broken = refusal.rcode == dns::Rcode::FormErr || refusal.rcode == dns::Rcode::NotImp;
  const Outcome outcome = broken ? Outcome::DnsFormatError : Outcome::DnsBlocked;
  // In place: the question already stands where the answer repeats it.
  const std::size_t size =
      dns::write_refusal(query, refusal, packet.room().subspan(view.payload_offset));
  if (size == 0 || !forge_udp_reply_in_place(packet, view, static_cast<std::uint16_t>(size),
                                             exit.return_paths())) {
    exit.drop(packet, exit.untold(packet, view));
    return;
  }
  exit.answer(packet, outcome);
}

}  // namespace luytre::dataplane
