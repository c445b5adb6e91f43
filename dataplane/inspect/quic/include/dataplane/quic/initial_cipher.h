// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "dataplane/quic/initial_keys.h"
#include "dataplane/quic/packet.h"

// OpenSSL's types, which only the source file knows.
struct evp_cipher_st;
struct evp_cipher_ctx_st;

namespace luytre::dataplane::quic {

// Packet protection of Initial packets (RFC 9001 §5.3, §5.4.3): AES-128-GCM and AES-128-ECB. All
// contexts are made at start, which ends the process if OpenSSL has no AES; opening and sealing
// allocate nothing. One thread.
class InitialCipher {
 public:
  InitialCipher();

  // The frames of the packet, in memory of this object until the next call; nothing if the packet
  // is not authentic under `keys`. The packet is left as it is.
  [[nodiscard]] std::optional<std::span<const std::uint8_t>> open(const InitialPacket& packet,
                                                                  const InitialKeys& keys) noexcept;

  // Protects, in place, a packet whose header with a packet number of `packet_number_bytes` ends at
  // `frames_at`, and whose frames end 16 bytes before the packet does: room for the tag. The frames
  // and the packet number together have four bytes at least. False if OpenSSL refuses.
  [[nodiscard]] bool seal(std::span<std::uint8_t> packet, std::size_t packet_number_bytes,
                          std::size_t frames_at, const InitialKeys& keys) noexcept;

  static constexpr std::size_t kTagBytes = 16;

 private:
  struct Free {
    void operator()(evp_cipher_st* cipher) const noexcept;
    void operator()(evp_cipher_ctx_st* context) const noexcept;
  };
  using Cipher = std::unique_ptr<evp_cipher_st, Free>;
  using Context = std::unique_ptr<evp_cipher_ctx_st, Free>;

  [[nodiscard]] Context context(const Cipher& cipher, bool encrypts) const;
  // Five bytes to combine with the header's (RFC 9001 §5.4.1). False if OpenSSL refuses.
  [[nodiscard]] bool mask(const std::uint8_t* sample, const InitialKeys& keys,
                          std::span<std::uint8_t, 5> mask) noexcept;

  Cipher gcm_;
  Cipher ecb_;
  Context opening_;
  Context sealing_;
  Context masking_;
  // Of the largest datagram.
  std::vector<std::uint8_t> header_;
  std::vector<std::uint8_t> plaintext_;
};

}  // namespace luytre::dataplane::quic
