// SPDX-License-Identifier: Apache-2.0
#include "distribution.h"

#include <fmt/format.h>
#include <rte_mbuf.h>
#include <rte_pause.h>

#include <algorithm>
#include <utility>

#include "dataplane/port/port.h"
#include "mbuf_packet.h"

namespace luytre::port {
namespace {

// Attempts to hand packets to a distributor that is behind before they are dropped; as many as for
// a device.
constexpr int kPutAttempts = 32;

}  // namespace

std::size_t WorkerQueue::receive(std::span<dataplane::Packet> packets) noexcept {
  std::array<rte_mbuf*, kBurst> mbufs;
  const std::size_t received =
      inwards_.take(std::span(mbufs).first(std::min(packets.size(), kBurst)));
  std::transform(mbufs.begin(), mbufs.begin() + received, packets.begin(), to_packet);
  return received;
}

void WorkerQueue::send(std::span<const dataplane::Packet> packets) noexcept {
  while (!packets.empty()) {
    const auto burst = packets.first(std::min(packets.size(), kBurst));
    packets = packets.subspan(burst.size());
    std::array<rte_mbuf*, kBurst> mbufs;
    const std::size_t all = to_mbufs(burst, longest_, counts_.too_long, mbufs);
    std::size_t put = 0;
    for (int attempt = 0; attempt < kPutAttempts && put < all; ++attempt) {
      if (attempt > 0) {
        rte_pause();
      }
      put += outwards_.put(std::span(mbufs).subspan(put, all - put));
    }
    if (put < all) [[unlikely]] {
      rte_pktmbuf_free_bulk(&mbufs[put], static_cast<unsigned>(all - put));
      counts_.distributor_full.add(all - put);
    }
  }
}

Result<std::unique_ptr<Distribution>> Distribution::create(std::uint16_t port, unsigned workers,
                                                           std::uint32_t longest,
                                                           DeviceQueue& device) {
  std::vector<std::unique_ptr<WorkerQueue>> queues;
  for (unsigned worker = 0; worker < workers; ++worker) {
    auto inwards = MbufRing::create(fmt::format("port{}-to{}", port, worker), kRingToWorker);
    auto outwards = MbufRing::create(fmt::format("port{}-from{}", port, worker), kRingFromWorker);
    if (!inwards || !outwards) {
      return Unexpected(inwards ? outwards.error() : inwards.error());
    }
    queues.push_back(
        std::make_unique<WorkerQueue>(std::move(*inwards), std::move(*outwards), longest));
  }
  return std::unique_ptr<Distribution>(new Distribution(std::move(queues), device));
}

std::size_t Distribution::distribute(const WorkerSpread& spread) noexcept {
  std::array<rte_mbuf*, kBurst> mbufs;
  const std::size_t received = device_.receive_mbufs(mbufs);
  for (rte_mbuf* mbuf : std::span(mbufs).first(received)) {
    Share& share =
        shares_[spread.worker_of({rte_pktmbuf_mtod(mbuf, const std::uint8_t*), mbuf->data_len})];
    share.mbufs[share.count++] = mbuf;
  }
  for (std::size_t worker = 0; received > 0 && worker < shares_.size(); ++worker) {
    hand_over(worker);
  }
  return received;
}

void Distribution::hand_over(std::size_t worker) noexcept {
  Share& share = shares_[worker];
  const std::size_t all = std::exchange(share.count, 0);
  if (all == 0) {
    return;
  }
  const std::size_t taken = workers_[worker]->inwards().put(std::span(share.mbufs).first(all));
  device_.counts().received.add(taken);
  if (taken < all) [[unlikely]] {
    rte_pktmbuf_free_bulk(&share.mbufs[taken], static_cast<unsigned>(all - taken));
    device_.counts().worker_full.add(all - taken);
  }
}

// A call of some drivers is a system call: what several workers have goes to the device together.
std::size_t Distribution::collect() noexcept {
  std::array<rte_mbuf*, 2 * kBurst> mbufs;
  std::size_t waiting = 0;
  std::size_t collected = 0;
  for (const auto& worker : workers_) {
    const std::size_t taken = worker->outwards().take(std::span(mbufs).subspan(waiting, kBurst));
    waiting += taken;
    collected += taken;
    if (waiting > kBurst) {
      device_.send_mbufs(std::span(mbufs).first(waiting));
      waiting = 0;
    }
  }
  if (waiting > 0) {
    device_.send_mbufs(std::span(mbufs).first(waiting));
  }
  return collected;
}

bool Distribution::is_delivered() const noexcept {
  return std::ranges::all_of(workers_,
                             [](const auto& worker) { return worker->inwards().is_empty(); });
}

}  // namespace luytre::port
