// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "dataplane/quic/version.h"

namespace luytre::dataplane::quic {

// AES-128-GCM keys of Initial packets in one direction (RFC 9001 §5.1).
struct InitialKeys {
  std::array<std::uint8_t, 16> key;
  std::array<std::uint8_t, 12> iv;
  std::array<std::uint8_t, 16> header_protection;
};

enum class Sender : std::uint8_t { Client, Server };

// The eight words between two blocks of SHA-256 (FIPS 180-4 §6.2.2).
using Sha256State = std::array<std::uint32_t, 8>;

// Derives Initial keys (RFC 9001 §5.2, RFC 9369 §3.3): HKDF-Extract with the version's salt, then
// HKDF-Expand-Label. What depends on the salts alone is computed when it is made; a derivation is
// 14 blocks of SHA-256, without any allocation. Immutable afterwards.
class InitialKeySchedule {
 public:
  InitialKeySchedule() noexcept;

  // `destination_id`: of the client's first Initial, or of the Retry that it follows; at most 20
  // bytes. `version`: one that is_readable().
  void derive(Version version, std::span<const std::uint8_t> destination_id, Sender sender,
              InitialKeys& keys) const noexcept;

 private:
  // HMAC (RFC 2104) with a key that is known: its inner and outer state behind the padded key.
  struct Hmac {
    Sha256State inner;
    Sha256State outer;
  };
  std::array<Hmac, kReadableVersions> salts_;
};

}  // namespace luytre::dataplane::quic
