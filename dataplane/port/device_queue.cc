// SPDX-License-Identifier: Apache-2.0
#include "device_queue.h"

#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_pause.h>

#include <algorithm>
#include <array>

#include "mbuf_packet.h"

namespace luytre::port {
namespace {

// Attempts to hand packets to a full device before they are dropped. A card's ring of 1,024 empties
// at 10 Gbit/s in under 100 µs; waiting longer would lose packets on the receiving side instead.
constexpr int kSendAttempts = 32;

}  // namespace

std::size_t DeviceQueue::receive_mbufs(std::span<rte_mbuf*> mbufs) noexcept {
  const auto wanted = static_cast<std::uint16_t>(std::min(mbufs.size(), kBurst));
  const std::uint16_t received = rte_eth_rx_burst(device_, queue_, mbufs.data(), wanted);
  std::size_t used = 0;
  for (rte_mbuf* mbuf : mbufs.first(received)) {
    if (mbuf->nb_segs > 1 && rte_pktmbuf_linearize(mbuf) != 0) [[unlikely]] {
      rte_pktmbuf_free(mbuf);
      counts_.segmented.add(1);
      continue;
    }
    mbufs[used++] = mbuf;
  }
  return used;
}

std::size_t DeviceQueue::receive(std::span<dataplane::Packet> packets) noexcept {
  std::array<rte_mbuf*, kBurst> mbufs;
  const std::size_t received =
      receive_mbufs(std::span(mbufs).first(std::min(packets.size(), kBurst)));
  if (received > 0) {
    std::transform(mbufs.begin(), mbufs.begin() + received, packets.begin(), to_packet);
    counts_.received.add(received);
  }
  return received;
}

void DeviceQueue::send_mbufs(std::span<rte_mbuf*> mbufs) noexcept {
  std::size_t sent = 0;
  for (int attempt = 0; attempt < kSendAttempts && sent < mbufs.size(); ++attempt) {
    if (attempt > 0) {
      rte_pause();
    }
    sent += rte_eth_tx_burst(device_, queue_, &mbufs[sent],
                             static_cast<std::uint16_t>(mbufs.size() - sent));
  }
  counts_.sent.add(sent);
  if (sent < mbufs.size()) [[unlikely]] {
    rte_pktmbuf_free_bulk(&mbufs[sent], static_cast<unsigned>(mbufs.size() - sent));
    counts_.send_full.add(mbufs.size() - sent);
  }
}

void DeviceQueue::send(std::span<const dataplane::Packet> packets) noexcept {
  while (!packets.empty()) {
    const auto burst = packets.first(std::min(packets.size(), kBurst));
    packets = packets.subspan(burst.size());
    std::array<rte_mbuf*, kBurst> mbufs;
    send_mbufs(std::span(mbufs).first(to_mbufs(burst, longest_, counts_.too_long, mbufs)));
  }
}

}  // namespace luytre::port
