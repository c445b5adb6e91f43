// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace luytre::dataplane {

// Encapsulations that are looked into for the packet of a line.
enum class Tunnel : std::uint8_t {
  Pppoe,   // session stage only (RFC 2516)
  Mpls,    // label stacks, and Ethernet pseudowires with a control word (RFC 3032, RFC 4448)
  Gre,     // RFC 2784, RFC 2890; over UDP (RFC 8086); PPTP (RFC 2637); ERSPAN
  Vxlan,   // RFC 7348
  Geneve,  // RFC 8926
  GtpU,    // 3GPP TS 29.281
  IpInIp,  // RFC 2003, RFC 2473, RFC 4213
};
inline constexpr std::size_t kTunnelCount = static_cast<std::size_t>(Tunnel::IpInIp) + 1;

// Their words in configurations, in the order of the enum.
inline constexpr std::array<std::string_view, kTunnelCount> kTunnelWords = {
    "pppoe", "mpls", "gre", "vxlan", "geneve", "gtp-u", "ip-in-ip"};

// A set of them.
class Tunnels {
 public:
  [[nodiscard]] static constexpr Tunnels none() noexcept { return {}; }
  [[nodiscard]] static constexpr Tunnels all() noexcept {
    Tunnels tunnels;
    tunnels.bits_ = (1U << kTunnelCount) - 1;
    return tunnels;
  }
  [[nodiscard]] constexpr Tunnels with(Tunnel tunnel) const noexcept {
    Tunnels more = *this;
    more.bits_ |= bit(tunnel);
    return more;
  }
  [[nodiscard]] constexpr bool has(Tunnel tunnel) const noexcept {
    return (bits_ & bit(tunnel)) != 0;
  }
  friend constexpr bool operator==(const Tunnels&, const Tunnels&) noexcept = default;

 private:
  static constexpr std::uint32_t bit(Tunnel tunnel) noexcept {
    return 1U << static_cast<unsigned>(tunnel);
  }

  std::uint32_t bits_ = 0;
};

}  // namespace luytre::dataplane
