// SPDX-License-Identifier: Apache-2.0
#pragma once

// A Packet is an rte_mbuf of one segment, seen through four fields. Both directions are free of
// copies; what an inspector sees are the bytes of the mbuf.

#include <rte_mbuf.h>

#include <span>

#include "dataplane/packet.h"
#include "dataplane/port/port_queue.h"
#include "queue_counts.h"

namespace luytre::port {

inline dataplane::Packet to_packet(rte_mbuf* mbuf) noexcept {
  return {.bytes = rte_pktmbuf_mtod(mbuf, std::uint8_t*),
          .size = mbuf->data_len,
          .capacity = static_cast<std::uint32_t>(mbuf->buf_len - mbuf->data_off),
          .owner = mbuf};
}

// A worker may have changed the size, or moved `bytes` inside the buffer (a tag put on or taken
// away): the mbuf follows.
inline rte_mbuf* to_mbuf(const dataplane::Packet& packet) noexcept {
  auto* mbuf = static_cast<rte_mbuf*>(packet.owner);
  mbuf->data_off =
      static_cast<std::uint16_t>(packet.bytes - static_cast<std::uint8_t*>(mbuf->buf_addr));
  mbuf->data_len = static_cast<std::uint16_t>(packet.size);
  mbuf->pkt_len = packet.size;
  return mbuf;
}

// At most kBurst of them, to send. What is longer than the device takes would be freed by some
// drivers without a trace; here it is released and counted.
inline std::size_t to_mbufs(std::span<const dataplane::Packet> packets, std::uint32_t longest,
                            Count& too_long,
                            std::span<rte_mbuf*, PortQueue::kBurst> mbufs) noexcept {
  std::size_t used = 0;
  for (const dataplane::Packet& packet : packets) {
    if (packet.size > longest) [[unlikely]] {
      rte_pktmbuf_free(static_cast<rte_mbuf*>(packet.owner));
      too_long.add(1);
      continue;
    }
    mbufs[used++] = to_mbuf(packet);
  }
  return used;
}

}  // namespace luytre::port
