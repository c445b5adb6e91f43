// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/error.h"
#include "dataplane/packet.h"
#include "dataplane/port/packet_buffers.h"

namespace luytre::port {

enum class Driver : std::uint8_t {
  AfPacket,  // a kernel interface over packet sockets: works everywhere
  AfXdp,     // a kernel interface over XDP sockets
  Pci,       // a network card bound to vfio-pci
  Vdev,  // any other virtual device of DPDK, by its own words: "net_ring0", "net_pcap0,rx_pcap=…"
};

struct PortOptions {
  Driver driver = Driver::AfPacket;
  std::string device = {};   // interface, PCI address, or virtual device with its arguments
  unsigned number = 0;       // of this port in this process
  std::uint16_t queues = 1;  // one pair per worker
  std::uint16_t mtu = 1500;
};

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
};

// One side of the gateway. receive() and send() of a queue belong to one worker; counters() to
// anybody.
class Port {
 public:
  static constexpr std::size_t kBurst = 32;

  // `buffers[q]` receives the packets of queue q and outlives the port. The port is promiscuous and
  // running afterwards. Invalid: the device is not usable like this; the message says why.
  [[nodiscard]] static Result<Port> open(const PortOptions& options,
                                         std::span<const std::unique_ptr<PacketBuffers>> buffers);
  Port(Port&&) noexcept;
  Port& operator=(Port&&) noexcept;
  ~Port();  // after the workers have stopped

  // Fills `packets` (at most kBurst) from the front and returns how many; they belong to the
  // caller.
  [[nodiscard]] std::size_t receive(std::uint16_t queue,
                                    std::span<dataplane::Packet> packets) noexcept;
  // Takes the packets away: sent, or released and counted. Tries again a bounded number of times
  // when the device is full.
  void send(std::uint16_t queue, std::span<const dataplane::Packet> packets) noexcept;

  [[nodiscard]] PortCounters counters() const noexcept;

 private:
  struct State;
  explicit Port(std::unique_ptr<State> state) noexcept;
  std::unique_ptr<State> state_;
};

}  // namespace luytre::port
