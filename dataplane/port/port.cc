// SPDX-License-Identifier: Apache-2.0
#include "dataplane/port/port.h"

#include <rte_ethdev.h>

#include <atomic>
#include <utility>
#include <vector>

#include "device.h"
#include "device_queue.h"
#include "distribution.h"
#include "packet_socket.h"

namespace luytre::port {
namespace {

constexpr std::uint32_t kEthernetBytes = 14;
constexpr std::uint32_t kVlanBytes = 2 * 4;  // 802.1ad and 802.1Q

void add(const QueueCounts& count, PortCounters& sum) noexcept {
  sum.received += count.received.get();
  sum.sent += count.sent.get();
  sum.dropped_send_full += count.send_full.get();
  sum.dropped_too_long += count.too_long.get();
  sum.dropped_segmented += count.segmented.get();
  sum.dropped_worker_full += count.worker_full.get();
  sum.dropped_distributor_full += count.distributor_full.get();
}

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
  explicit State(Device device) noexcept
      : id(device.id), packet_sockets(std::move(device.packet_sockets)) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { close_device(id); }

  // The kernel tells only what is new; two readers at once each add their part.
  [[nodiscard]] std::uint64_t ring_drops() noexcept {
    for (const int socket : packet_sockets) {
      ring_full.fetch_add(take_ring_drops(socket), std::memory_order_relaxed);
    }
    return ring_full.load(std::memory_order_relaxed);
  }

  std::uint16_t id;
  std::vector<std::unique_ptr<DeviceQueue>> queues;
  std::unique_ptr<Distribution> distribution;  // Spread::Distributor
  std::vector<int> packet_sockets;
  std::atomic<std::uint64_t> ring_full{0};
};

Result<Port> Port::open(const PortOptions& options,
                        std::span<const std::unique_ptr<PacketBuffers>> buffers) {
  if (buffers.size() < device_queues(options)) {
    return fail(ErrorCode::Invalid, "A port needs buffers for each queue of its device.");
  }
  auto device = open_device(options, buffers);
  if (!device) {
    return Unexpected(device.error());
  }
  auto state = std::make_unique<State>(std::move(*device));
  const std::uint32_t longest = frame_bytes(options.mtu);
  for (std::uint16_t queue = 0; queue < device_queues(options); ++queue) {
    state->queues.push_back(std::make_unique<DeviceQueue>(state->id, queue, longest));
  }
  if (options.spread == Spread::Distributor) {
    auto made = Distribution::create(state->id, options.queues, longest, *state->queues.front());
    if (!made) {
      return Unexpected(made.error());
    }
    state->distribution = std::move(*made);
  }
  return Port(std::move(state));
}

Port::Port(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
Port::Port(Port&&) noexcept = default;
Port& Port::operator=(Port&&) noexcept = default;
Port::~Port() = default;

PortQueue& Port::queue(std::uint16_t number) noexcept {
  if (state_->distribution) {
    return state_->distribution->worker(number);
  }
  return *state_->queues[number];
}

std::size_t Port::distribute(const WorkerSpread& spread) noexcept {
  return state_->distribution->distribute(spread);
}

std::size_t Port::collect() noexcept { return state_->distribution->collect(); }

bool Port::is_delivered() const noexcept { return state_->distribution->is_delivered(); }

PortCounters Port::counters() const noexcept {
  PortCounters sum;
  for (const auto& queue : state_->queues) {
    add(queue->counts(), sum);
  }
  if (state_->distribution) {
    for (const auto& worker : state_->distribution->workers()) {
      add(worker->counts(), sum);
    }
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
