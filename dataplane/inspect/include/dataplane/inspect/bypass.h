// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace luytre::dataplane {

// Ways around the network that show themselves in a client's first bytes, and nothing else does so well: each rule
// below reads fixed fields of a published handshake. Obfuscated tunnels (obfs4, Shadowsocks, VLESS, a WireGuard with
// bytes in its reserved field) are made to look like nothing or like something else, and are not guessed.
enum class Bypass : std::uint8_t {
  None,
  WireGuard,  // handshake initiation (Donenfeld, WireGuard §5.4.2)
  OpenVpn,    // hard reset of the client, plain or under tls-auth, tls-crypt or tls-crypt-v2
  Ike,  // first message of IKEv2 (RFC 7296 §3.1) or IKEv1 (RFC 2408 §3.1), with or without the marker of RFC 3948
  L2tp,   // Start-Control-Connection-Request (RFC 2661 §6.1)
  Socks,  // SOCKS 4, 4a (their request) or 5 (its greeting, RFC 1928 §3)
};

// A client's datagram, whatever its ports.
[[nodiscard]] Bypass recognise_bypass_datagram(std::span<const std::uint8_t> payload) noexcept;

enum class BypassMatch : std::uint8_t {
  No,        // no continuation can be a tunnel
  NeedMore,  // a valid beginning of one
  Yes,
};
struct BypassStream {
  BypassMatch match = BypassMatch::No;
  Bypass bypass = Bypass::None;  // with Yes
};
// The first client bytes of a TCP stream, so far. Bounded by 1,100 bytes: behind them nothing is a tunnel.
[[nodiscard]] BypassStream recognise_bypass_stream(std::span<const std::uint8_t> stream) noexcept;

// For people and --json: "wireguard", "openvpn", "ike", "l2tp", "socks"; "none".
[[nodiscard]] std::string_view to_string(Bypass bypass) noexcept;

}  // namespace luytre::dataplane
