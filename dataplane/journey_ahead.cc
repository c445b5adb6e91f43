// SPDX-License-Identifier: Apache-2.0
// Where the journey finds flows, and what it asks the memory for before it needs it.

#include <algorithm>

#include "base/prefetch.h"
#include "journey.h"

namespace luytre::dataplane {
namespace {

bool is_filtered_tcp(const PacketView& view) noexcept {
  return view.protocol == ip_protocol::kTcp && !view.is_fragment;
}
// UDP that may have a flow: each DNS message stands for itself.
bool is_filtered_udp(const PacketView& view, Side from) noexcept {
  const std::uint16_t server_port =
      from == Side::Subscriber ? view.destination_port : view.source_port;
  return view.protocol == ip_protocol::kUdp && !view.is_fragment && server_port != kDnsPort;
}

}  // namespace

void Journey::prefetch_flows(const Positions& filtered) noexcept {
  for (const std::uint8_t i : filtered.list()) {
    if ((burst_.aimed >> i & 1U) == 0) [[unlikely]] {
      aim_at_flow(i);
      prefetch_flow(i);
    }
  }
}

// Where a packet of a filtered line has its flow; nullptr: it has none.
FlowTable* Journey::flow_table_for(const PacketView& view) noexcept {
  return is_filtered_tcp(view)                ? &flows_.table()
         : is_filtered_udp(view, burst_.from) ? &quic_.table()
                                              : nullptr;
}

void Journey::aim_at_flow(std::size_t i) noexcept {
  const PacketView& view = burst_.views[i];
  const FlowTable* const table = flow_table_for(view);
  if (table == nullptr) {
    return;
  }
  burst_.flow_keys[i] =
      burst_.from == Side::Subscriber ? FlowKey::from_client(view) : FlowKey::from_server(view);
  burst_.flow_hashes[i] = table->hash(burst_.flow_keys[i]);
  table->prefetch_buckets(burst_.flow_hashes[i]);
}

void Journey::prefetch_flow(std::size_t i) noexcept {
  const PacketView& view = burst_.views[i];
  const FlowTable* const table = flow_table_for(view);
  if (table != nullptr) {
    const bool may_be_new =
        burst_.from == Side::Subscriber && (view.payload_size != 0 || has(view, tcp_flag::kSyn));
    burst_.flow_hints[i] =
        table->prefetch_flow(burst_.flow_hashes[i], may_be_new, FlowTable::tick(burst_.now));
  }
}

// Of an undecided flow every byte is read; of others none.
void Journey::prefetch_payload(std::size_t i) noexcept {
  constexpr std::size_t kMost = 1500;  // few packets are larger
  const PacketView& view = burst_.views[i];
  if (burst_.from != Side::Subscriber || view.payload_size <= kCacheLineBytes) {
    return;
  }
  const FlowTable* const table = flow_table_for(view);
  const FlowSlot hint = burst_.flow_hints[i];
  if (table == nullptr || (hint != kNoFlow && table->state(hint) == FlowState::Allowed)) {
    return;
  }
  const std::uint8_t* const payload = burst_.packets[i].bytes + view.payload_offset;
  const std::size_t size = std::min<std::size_t>(view.payload_size, kMost);
  for (std::size_t at = 0; at < size; at += kCacheLineBytes) {
    prefetch(payload + at);
  }
}

}  // namespace luytre::dataplane
