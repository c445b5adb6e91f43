// SPDX-License-Identifier: Apache-2.0
#include "dataplane/port/port.h"

#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_pause.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <utility>
#include <vector>

#include "device.h"
#include "mbuf_packet.h"
#include "packet_socket.h"

namespace luytre::port {
namespace {

// Attempts to hand packets to a full device before they are dropped. A card's ring of 1,024 empties
// at 10 Gbit/s in under 100 µs; waiting longer would lose packets on the receiving side instead.
constexpr int kSendAttempts = 32;

constexpr std::uint32_t kEthernetBytes = 14;
constexpr std::uint32_t kVlanBytes = 2 * 4;  // 802.1ad and 802.1Q

// A number with one writer. Reading and writing apart instead of one atomic addition: nobody else
// writes, and the compiler makes it a plain increment.
class Count {
 public:
  void add(std::uint64_t more) noexcept {
    value_.store(value_.load(std::memory_order_relaxed) + more, std::memory_order_relaxed);
  }
  [[nodiscard]] std::uint64_t get() const noexcept {
    return value_.load(std::memory_order_relaxed);
  }

 private:
  std::atomic<std::uint64_t> value_{0};
};

struct alignas(64) QueueCounts {
  Count received;
  Count sent;
  Count send_full;
  Count too_long;
  Count segmented;
};

}  // namespace

std::uint32_t frame_bytes(std::uint16_t mtu) noexcept { return mtu + kEthernetBytes + kVlanBytes; }

std::uint32_t buffer_bytes(std::uint16_t mtu) noexcept {
  // The kernel writes up to 66 bytes in front of a frame (TPACKET_V2), and reads 32. Eight slots
  // that are multiples of 512 fill pages without a gap.
  constexpr std::uint32_t kStep = 512;
  return (frame_bytes(mtu) + 128 + kStep - 1) / kStep * kStep;
}

unsigned ring_buffers(Driver driver) noexcept {
  // Packet sockets copy and hold none. XDP sockets fill their whole ring of 2,048 in advance. A
  // card holds its receive and its send descriptors.
  switch (driver) {
    case Driver::AfPacket:
      return 0;
    case Driver::AfXdp:
      return 4096;
    case Driver::Pci:
    case Driver::Vdev:
      return 2048;
  }
  return 2048;
}

struct Port::State {
  State(Device device, const PortOptions& options)
      : id(device.id),
        longest(frame_bytes(options.mtu)),
        counts(options.queues),
        packet_sockets(std::move(device.packet_sockets)) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { close_device(id); }

  // What is longer than the device takes would be freed by some drivers without a trace.
  [[nodiscard]] std::size_t to_mbufs(std::span<const dataplane::Packet> packets, QueueCounts& count,
                                     std::span<rte_mbuf*, kBurst> mbufs) const noexcept {
    std::size_t used = 0;
    for (const dataplane::Packet& packet : packets) {
      if (packet.size > longest) [[unlikely]] {
        rte_pktmbuf_free(static_cast<rte_mbuf*>(packet.owner));
        count.too_long.add(1);
        continue;
      }
      mbufs[used++] = to_mbuf(packet);
    }
    return used;
  }

  // The kernel tells only what is new; two readers at once each add their part.
  [[nodiscard]] std::uint64_t ring_drops() noexcept {
    for (const int socket : packet_sockets) {
      ring_full.fetch_add(take_ring_drops(socket), std::memory_order_relaxed);
    }
    return ring_full.load(std::memory_order_relaxed);
  }

  std::uint16_t id;
  std::uint32_t longest;
  std::vector<QueueCounts> counts;
  std::vector<int> packet_sockets;
  std::atomic<std::uint64_t> ring_full{0};
};

Result<Port> Port::open(const PortOptions& options,
                        std::span<const std::unique_ptr<PacketBuffers>> buffers) {
  if (buffers.size() < options.queues) {
    return fail(ErrorCode::Invalid, "A port needs the buffers of one worker for each queue.");
  }
  auto device = open_device(options, buffers);
  if (!device) {
    return Unexpected(device.error());
  }
  return Port(std::make_unique<State>(std::move(*device), options));
}

Port::Port(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
Port::Port(Port&&) noexcept = default;
Port& Port::operator=(Port&&) noexcept = default;
Port::~Port() = default;

std::size_t Port::receive(std::uint16_t queue, std::span<dataplane::Packet> packets) noexcept {
  std::array<rte_mbuf*, kBurst> mbufs;
  const auto wanted = static_cast<std::uint16_t>(std::min(packets.size(), kBurst));
  const std::uint16_t received = rte_eth_rx_burst(state_->id, queue, mbufs.data(), wanted);
  if (received == 0) {
    return 0;
  }
  QueueCounts& count = state_->counts[queue];
  std::size_t used = 0;
  for (std::size_t i = 0; i < received; ++i) {
    rte_mbuf* mbuf = mbufs[i];
    if (mbuf->nb_segs > 1 && rte_pktmbuf_linearize(mbuf) != 0) [[unlikely]] {
      rte_pktmbuf_free(mbuf);
      count.segmented.add(1);
      continue;
    }
    packets[used++] = to_packet(mbuf);
  }
  count.received.add(used);
  return used;
}

void Port::send(std::uint16_t queue, std::span<const dataplane::Packet> packets) noexcept {
  QueueCounts& count = state_->counts[queue];
  while (!packets.empty()) {
    const auto burst = packets.first(std::min(packets.size(), kBurst));
    packets = packets.subspan(burst.size());
    std::array<rte_mbuf*, kBurst> mbufs;
    const std::size_t all = state_->to_mbufs(burst, count, mbufs);
    std::size_t sent = 0;
    for (int attempt = 0; attempt < kSendAttempts && sent < all; ++attempt) {
      if (attempt > 0) {
        rte_pause();
      }
      sent +=
          rte_eth_tx_burst(state_->id, queue, &mbufs[sent], static_cast<std::uint16_t>(all - sent));
    }
    count.sent.add(sent);
    if (sent < all) [[unlikely]] {
      rte_pktmbuf_free_bulk(&mbufs[sent], static_cast<unsigned>(all - sent));
      count.send_full.add(all - sent);
    }
  }
}

PortCounters Port::counters() const noexcept {
  PortCounters sum;
  for (const QueueCounts& count : state_->counts) {
    sum.received += count.received.get();
    sum.sent += count.sent.get();
    sum.dropped_send_full += count.send_full.get();
    sum.dropped_too_long += count.too_long.get();
    sum.dropped_segmented += count.segmented.get();
  }
  sum.dropped_ring_full = state_->ring_drops();
  rte_eth_stats device{};
  if (rte_eth_stats_get(state_->id, &device) == 0) {
    sum.dropped_no_buffer = device.rx_nombuf;
    sum.dropped_device = device.imissed + device.ierrors + device.oerrors;
  }
  return sum;
}

}  // namespace luytre::port
