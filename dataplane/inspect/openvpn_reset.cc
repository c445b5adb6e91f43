// SPDX-License-Identifier: Apache-2.0
#include "openvpn_reset.h"

#include <algorithm>
#include <array>

#include "base/byte_order.h"

namespace luytre::dataplane {
namespace {

using Bytes = std::span<const std::uint8_t>;

// Opcode in the upper five bits, key 0 below.
constexpr std::uint8_t kHardResetV2 = 7 << 3;
constexpr std::uint8_t kHardResetV3 = 10 << 3;

constexpr std::size_t kSessionBytes = 8;
constexpr std::size_t kHeaderBytes = 1 + kSessionBytes;
constexpr std::size_t kReplayBytes = 8;   // counter, time
constexpr std::size_t kMessageBytes = 5;  // no acknowledgements, message 0
constexpr std::size_t kPlainBytes = kHeaderBytes + kMessageBytes;
static_assert(kPlainBytes == kLeastOpenVpnResetBytes);
// tls-auth with SHA-1, SHA-256, SHA-512; tls-crypt has a tag of 32 bytes in another place.
constexpr std::array<std::size_t, 3> kMacBytes = {20, 32, 64};
constexpr std::size_t kWrappedBytes = kHeaderBytes + kReplayBytes + 32 + kMessageBytes;
// tls-crypt-v2 appends the client's wrapped key: 256 bytes of keys, a tag, metadata and a size of two bytes.
constexpr std::size_t kLeastWrappedKeyBytes = 290;
constexpr std::size_t kMostWrappedKeyBytes = 1024;

// A client that got no answer sends again with the next number. 0x0f000000: counted from there when the
// server is asked for a cookie first.
bool is_first_counter(std::uint32_t counter) noexcept {
  const std::uint32_t count = counter & ~0x0f000000U;
  return count >= 1 && count <= 64;
}

bool is_first_message(Bytes message) noexcept {
  return message[0] == 0 && load_be32(message.data() + 1) == 0;
}

bool has_session(Bytes packet) noexcept { return load_be64(packet.data() + 1) != 0; }

bool is_under_tls_auth(Bytes packet) noexcept {
  return std::ranges::any_of(kMacBytes, [&](std::size_t mac) {
    const std::size_t counter = kHeaderBytes + mac;
    return packet.size() == counter + kReplayBytes + kMessageBytes &&
           is_first_counter(load_be32(packet.data() + counter)) &&
           is_first_message(packet.subspan(counter + kReplayBytes));
  });
}

bool is_under_tls_crypt(Bytes packet) noexcept {
  return packet.size() == kWrappedBytes &&
         is_first_counter(load_be32(packet.data() + kHeaderBytes));
}

bool has_wrapped_key(Bytes packet) noexcept {
  const std::size_t key_bytes = packet.size() - kWrappedBytes;
  return is_first_counter(load_be32(packet.data() + kHeaderBytes)) &&
         load_be16(packet.data() + packet.size() - 2) == key_bytes;
}

bool is_size_of_v2(std::size_t size) noexcept {
  return size == kPlainBytes || size == kWrappedBytes ||
         std::ranges::any_of(kMacBytes, [&](std::size_t mac) {
           return size == kHeaderBytes + mac + kReplayBytes + kMessageBytes;
         });
}

bool is_size_of_v3(std::size_t size) noexcept {
  return size >= kWrappedBytes + kLeastWrappedKeyBytes &&
         size <= kWrappedBytes + kMostWrappedKeyBytes;
}

}  // namespace

bool may_be_openvpn_reset(std::size_t size, Bytes beginning) noexcept {
  if (beginning.empty()) {
    return is_size_of_v2(size) || is_size_of_v3(size);
  }
  return beginning[0] == kHardResetV2   ? is_size_of_v2(size)
         : beginning[0] == kHardResetV3 ? is_size_of_v3(size)
                                        : false;
}

bool is_openvpn_reset(Bytes packet) noexcept {
  if (packet.empty() || !may_be_openvpn_reset(packet.size(), packet) || !has_session(packet)) {
    return false;
  }
  if (packet[0] == kHardResetV3) {
    return has_wrapped_key(packet);
  }
  if (packet.size() == kPlainBytes) {
    return is_first_message(packet.subspan(kHeaderBytes));
  }
  return is_under_tls_auth(packet) || is_under_tls_crypt(packet);
}

}  // namespace luytre::dataplane
