// SPDX-License-Identifier: Apache-2.0
#pragma once

// Ownership: a Packet is a handle that belongs to exactly one place at a time: the burst, a held flow, or an Egress.
// Whoever takes it away from all of these releases it to the pool it came from.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace luytre::dataplane {

class Datagram;  // datagram.h

// A frame in a buffer of the port (an rte_mbuf) or of a test, seen without its library.
struct Packet {
  std::uint8_t* bytes = nullptr;  // first byte of the frame; one contiguous segment
  std::uint32_t size = 0;
  std::uint32_t capacity = 0;     // bytes that may be written from `bytes` on
  void* owner = nullptr;          // the port's own handle
  Datagram* datagram = nullptr;   // the packet stands for these fragments; never in a burst or an Egress

  [[nodiscard]] std::span<const std::uint8_t> frame() const noexcept { return {bytes, size}; }
  [[nodiscard]] std::span<std::uint8_t> room() const noexcept { return {bytes, capacity}; }
};

// Buffers of one worker. Calls must not allocate memory, block or throw.
class PacketPool {
 public:
  virtual ~PacketPool() = default;
  // False when the pool is empty. A new packet has size 0 and at least 2,048 bytes of capacity.
  [[nodiscard]] virtual bool allocate(Packet& packet) noexcept = 0;
  virtual void release(const Packet& packet) noexcept = 0;
};

// The two sides of the gateway; as a direction, the side a packet comes from.
enum class Side : std::uint8_t { Subscriber = 0, Internet = 1 };
[[nodiscard]] constexpr Side opposite(Side side) noexcept {
  return side == Side::Subscriber ? Side::Internet : Side::Subscriber;
}

// Fragments that a worker holds at most, of all datagrams together.
inline constexpr std::size_t kMaxHeldFragments = 512;

// What leaves after one call, in order, per side. Filled by a worker, emptied by the port.
class Egress {
 public:
  // 32 packets of a burst, each of which may let go of 128 held ones and cause two forged ones: 32 × 131 = 4,192; and
  // what they are held for may be fragments.
  static constexpr std::size_t kCapacity = 4352 + kMaxHeldFragments;

  // False when full: the caller keeps the packet and releases it as dropped.
  [[nodiscard]] bool push(Side to, const Packet& packet) noexcept {
    const auto side = static_cast<std::size_t>(to);
    if (count_[side] == kCapacity) {
      return false;
    }
    packets_[side][count_[side]++] = packet;
    return true;
  }
  [[nodiscard]] std::span<const Packet> packets(Side to) const noexcept {
    const auto side = static_cast<std::size_t>(to);
    return {packets_[side].data(), count_[side]};
  }
  void clear() noexcept { count_ = {}; }

 private:
  std::array<std::array<Packet, kCapacity>, 2> packets_{};
  std::array<std::size_t, 2> count_{};
};

}  // namespace luytre::dataplane
