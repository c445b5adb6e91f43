// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace luytre::dataplane {

// A layer below the innermost IP header.
enum class LayerKind : std::uint8_t {
  None,
  Ethernet,  // with its VLAN tags
  Pppoe,
  Ppp,
  Mpls,        // one label of a stack
  Pseudowire,  // the control word in front of an Ethernet frame (RFC 4448 §4.6)
  Ipv4,
  Ipv6,
  Udp,
  Gre,
  Pptp,  // GRE version 1 (RFC 2637 §4.1)
  Erspan,
  Vxlan,
  Geneve,
  GtpU,
};

// Whether what such a layer carries in one direction says nothing about the other: labels, tunnel
// endpoint and call identifiers are chosen by whoever receives them, mirrored traffic has no way
// back.
[[nodiscard]] constexpr bool is_one_way(LayerKind kind) noexcept {
  return kind == LayerKind::Mpls || kind == LayerKind::Pptp || kind == LayerKind::Erspan ||
         kind == LayerKind::GtpU;
}

// The kinds of the layers below the innermost IP header in eight bytes, outermost first. The
// outermost Ethernet header is not among them, so that a plain frame has none.
class Encapsulation {
 public:
  static constexpr std::size_t kMax = 16;  // four bits each

  // False, with nothing changed, if it is full.
  [[nodiscard]] constexpr bool push(LayerKind kind) noexcept {
    if (kinds_ >> 60U != 0) {
      return false;
    }
    kinds_ = kinds_ << 4U | static_cast<std::uint64_t>(kind);
    return true;
  }
  [[nodiscard]] constexpr bool empty() const noexcept { return kinds_ == 0; }
  [[nodiscard]] constexpr std::size_t size() const noexcept {
    return (67U - static_cast<unsigned>(__builtin_clzll(kinds_ | 1U)) - (kinds_ == 0 ? 4U : 0U)) /
           4U;
  }
  // 0 is the outermost.
  [[nodiscard]] constexpr LayerKind operator[](std::size_t at) const noexcept {
    return static_cast<LayerKind>(kinds_ >> (4 * (size() - 1 - at)) & 15U);
  }
  [[nodiscard]] constexpr bool has_one_way() const noexcept {
    for (std::uint64_t rest = kinds_; rest != 0; rest >>= 4U) {
      if (is_one_way(static_cast<LayerKind>(rest & 15U))) {
        return true;
      }
    }
    return false;
  }
  friend constexpr bool operator==(const Encapsulation&, const Encapsulation&) noexcept = default;

 private:
  std::uint64_t kinds_ = 0;
};

struct Layer {
  LayerKind kind = LayerKind::None;
  std::uint16_t offset = 0;  // of its first byte in the frame
};

// The same with their places, the outermost Ethernet header included.
class Layers {
 public:
  static constexpr std::size_t kMax = Encapsulation::kMax + 1;

  void clear() noexcept { count_ = 0; }
  void add(LayerKind kind, std::size_t offset) noexcept {
    if (count_ < kMax) {
      list_[count_++] = {.kind = kind, .offset = static_cast<std::uint16_t>(offset)};
    }
  }
  // Forgets what begins at or behind `offset`.
  void cut(std::size_t offset) noexcept {
    while (count_ != 0 && list_[count_ - 1].offset >= offset) {
      --count_;
    }
  }
  [[nodiscard]] std::span<const Layer> list() const noexcept { return {list_.data(), count_}; }

 private:
  std::array<Layer, kMax> list_{};
  std::size_t count_ = 0;
};

// The layers of `frame` below the IP header at `network_offset`, a PacketView's of that frame.
void read_layers(std::span<const std::uint8_t> frame, std::size_t network_offset,
                 Layers& layers) noexcept;

}  // namespace luytre::dataplane
