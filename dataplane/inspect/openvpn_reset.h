// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace luytre::dataplane {

// The first packet of an OpenVPN client: P_CONTROL_HARD_RESET_CLIENT, version 2 or, for tls-crypt-v2, 3 (OpenVPN
// protocol, draft-openvpn-openvpn-protocol). Its fields that never change are checked: opcode with key 0, a session id
// that is not zero, no acknowledgements, message 0, and under a wrapper the replay counter of a first packet.
[[nodiscard]] bool is_openvpn_reset(std::span<const std::uint8_t> packet) noexcept;

// Whether a packet of `size` bytes that begins like this can be one; for streams that bring it in pieces.
[[nodiscard]] bool may_be_openvpn_reset(std::size_t size,
                                        std::span<const std::uint8_t> beginning) noexcept;

inline constexpr std::size_t kLeastOpenVpnResetBytes = 14;

}  // namespace luytre::dataplane
