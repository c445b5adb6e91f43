// SPDX-License-Identifier: Apache-2.0
// What a configuration asks of DPDK: threads, ports, packet buffers and the memory for them.

#include <algorithm>

#include "config.h"

namespace luytre::gateway {
namespace {

// The most packets that undecided flows hold back, on average of all that there may be, see
// dataplane/collector.h.
constexpr unsigned kHeldPackets = 48;
// Undecided QUIC flows, half as many, hold two or three; a bound for their sum, see
// dataplane/quic_holds.h.
constexpr unsigned kHeldQuicPackets = 16;
// Besides the buffers: DPDK's own tables, rings and the descriptors of ports.
constexpr std::size_t kEnvironmentMb = 48;

}  // namespace

bool Config::may_distribute() const noexcept {
  switch (spread) {
    case SpreadChoice::Device:
      return false;
    case SpreadChoice::Distributor:
      return true;
    case SpreadChoice::Auto:
      return workers > 1 && driver != port::Driver::AfPacket;
  }
  return false;
}

BufferPlan Config::buffers(port::Spread by) const {
  constexpr unsigned kEgress = 2 * dataplane::Egress::kCapacity;
  constexpr unsigned kFragments = dataplane::kMaxHeldFragments;
  constexpr unsigned kCache = 2 * 512;  // of an lcore, one and a half times its size
  const unsigned device = 2 * port::ring_buffers(driver);
  const unsigned of_worker = worker.max_collecting * kHeldPackets +
                             worker.max_collecting / 2 * kHeldQuicPackets + kEgress + kCache +
                             kFragments;
  const std::uint32_t frame_bytes = port::buffer_bytes(mtu);
  if (by == port::Spread::Device) {
    return {.pools = workers, .each = {.count = device + of_worker, .frame_bytes = frame_bytes}};
  }
  // The rings from the workers are long for what they let go of at once, which is counted above;
  // otherwise no more stands in them than in those to the workers.
  constexpr unsigned kRings = 2 * 2 * port::kRingToWorker;
  return {.pools = 1,
          .each = {.count = device + kCache + workers * (of_worker + kRings),
                   .frame_bytes = frame_bytes}};
}

std::size_t Config::required_memory_mb() const {
  const auto bytes = [this](port::Spread by) {
    const BufferPlan plan = buffers(by);
    return plan.pools * port::buffer_memory_bytes(plan.each);
  };
  const std::size_t most =
      may_distribute() ? std::max(bytes(port::Spread::Device), bytes(port::Spread::Distributor))
                       : bytes(port::Spread::Device);
  return kEnvironmentMb + (most >> 20U) + 1;
}

port::EalOptions Config::eal() const {
  port::EalOptions options{.workers = workers,
                           .memory_mb = memory_mb == 0 ? required_memory_mb() : memory_mb,
                           .pages = pages,
                           .arguments = eal_arguments};
  options.cores.assign(cores.begin(), cores.end());
  if (may_distribute()) {
    ++options.workers;
    options.cores.resize(workers);
    options.cores.push_back(distributor_core);
  }
  if (driver == port::Driver::Pci) {
    options.pci_devices = {subscriber, internet};
  }
  return options;
}

port::PortOptions Config::port(dataplane::Side side, port::Spread by) const {
  return {.driver = driver,
          .device = side == dataplane::Side::Subscriber ? subscriber : internet,
          .number = static_cast<unsigned>(side),
          .queues = static_cast<std::uint16_t>(workers),
          .spread = by,
          .mtu = mtu};
}

}  // namespace luytre::gateway
