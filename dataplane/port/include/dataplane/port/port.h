// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/error.h"
#include "dataplane/packet.h"
#include "dataplane/port/packet_buffers.h"
#include "dataplane/port/port_queue.h"
#include "dataplane/port/worker_spread.h"

namespace luytre::port {

enum class Driver : std::uint8_t {
  AfPacket,  // a kernel interface over packet sockets: works everywhere
  AfXdp,     // a kernel interface over XDP sockets
  Pci,       // a network card bound to vfio-pci
  Vdev,  // any other virtual device of DPDK, by its own words: "net_ring0", "net_pcap0,rx_pcap=…"
};

// Who brings both directions of a connection to the same worker.
enum class Spread : std::uint8_t {
  Device,       // it has a queue pair for each worker
  Distributor,  // one more thread, between one queue pair and rings for each worker
};

struct PortOptions {
  Driver driver = Driver::AfPacket;
  std::string device = {};   // interface, PCI address, or virtual device with its arguments
  unsigned number = 0;       // of this port in this process
  std::uint16_t queues = 1;  // one for each worker
  Spread spread = Spread::Device;
  std::uint16_t mtu = 1500;
};

// Whether a device of these options can be opened with Spread::Device. Of network cards that is
// known once the environment has started.
[[nodiscard]] bool can_spread(const PortOptions& options) noexcept;

// Slots of the rings between the distributor and a worker, one pair for each port. Inwards twice
// what comes for one of two workers at 10 Gbit/s of 64-byte frames while it naps for 128 µs;
// outwards all that one burst can let go of at once.
inline constexpr unsigned kRingToWorker = 2048;
inline constexpr unsigned kRingFromWorker = 8192;
static_assert(kRingFromWorker > dataplane::Egress::kCapacity);

// Longest frame that a port of this MTU sends.
[[nodiscard]] std::uint32_t frame_bytes(std::uint16_t mtu) noexcept;
// What its buffers must hold: a slot of a packet socket's ring.
[[nodiscard]] std::uint32_t buffer_bytes(std::uint16_t mtu) noexcept;
// Packet buffers that the rings of one queue pair hold.
[[nodiscard]] unsigned ring_buffers(Driver driver) noexcept;

// Packets since start. Each received one was given to a worker; each dropped one was not sent, or
// not given.
struct PortCounters {
  std::uint64_t received = 0;
  std::uint64_t sent = 0;
  std::uint64_t dropped_send_full = 0;  // the device took no more
  std::uint64_t dropped_too_long = 0;   // to send: over the MTU
  std::uint64_t dropped_segmented = 0;  // received in pieces that do not fit one buffer
  std::uint64_t dropped_ring_full = 0;  // the worker was not quick enough for the kernel (AfPacket)
  std::uint64_t dropped_no_buffer = 0;  // counted by the device: no free packet buffer
  std::uint64_t dropped_device = 0;     // counted by the device: missed, damaged, not sent
  std::uint64_t dropped_worker_full = 0;  // the worker was not quick enough for the distributor
  std::uint64_t dropped_distributor_full = 0;  // the distributor took no more from the worker
};

// One side of the gateway. A queue belongs to one worker; distribute(), collect() and
// is_delivered() to the distributor; counters() to anybody.
class Port {
 public:
  static constexpr std::size_t kBurst = PortQueue::kBurst;

  // `buffers[q]` receives the packets of queue q, with a distributor buffers[0] all packets; they
  // outlive the port. The port is promiscuous and running afterwards. Invalid: the device is not
  // usable like this; the message says why.
  [[nodiscard]] static Result<Port> open(const PortOptions& options,
                                         std::span<const std::unique_ptr<PacketBuffers>> buffers);
  Port(Port&&) noexcept;
  Port& operator=(Port&&) noexcept;
  ~Port();  // after the workers have stopped

  // Numbered from 0; as long as the port.
  [[nodiscard]] PortQueue& queue(std::uint16_t number) noexcept;

  // With Spread::Distributor. Gives a burst from the device to the workers, at most kBurst, and
  // returns how many it were. All ports of a gateway with the same spread.
  std::size_t distribute(const WorkerSpread& spread) noexcept;
  // Takes up to kBurst packets from each worker to the device, and returns how many it were.
  std::size_t collect() noexcept;
  // No packet waits for a worker.
  [[nodiscard]] bool is_delivered() const noexcept;

  [[nodiscard]] PortCounters counters() const noexcept;

 private:
  struct State;
  explicit Port(std::unique_ptr<State> state) noexcept;
  std::unique_ptr<State> state_;
};

}  // namespace luytre::port
