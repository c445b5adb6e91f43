// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace luytre::dataplane {

// Why a packet of a capture was not looked into for a name. What a gateway does with such a packet
// is another matter: an Outcome.
enum class Unread : std::uint8_t {
  SnapLength,
  Pppoe,
  Mpls,
  NotIp,
  TooDeep,
  Malformed,
  IpTunnel,
  UdpTunnel,
  Quic,
};
inline constexpr std::size_t kUnreadCount = static_cast<std::size_t>(Unread::Quic) + 1;

struct UnreadRow {
  Unread cause;
  std::string_view word;  // for machines
  std::string_view text;  // for people
};
// In the order of the enum, one row each.
[[nodiscard]] const std::array<UnreadRow, kUnreadCount>& unread_rows() noexcept;

// Nothing if the inspectors see the packet (which need not carry a name). `is_cut`: the capture does not have
// all of it.
[[nodiscard]] std::optional<Unread> why_unread(std::span<const std::uint8_t> frame,
                                               bool is_cut) noexcept;

}  // namespace luytre::dataplane
