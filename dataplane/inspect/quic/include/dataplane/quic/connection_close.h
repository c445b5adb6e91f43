// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "dataplane/quic/initial_cipher.h"
#include "dataplane/quic/initial_keys.h"
#include "dataplane/quic/packet.h"

namespace luytre::dataplane::quic {

// The largest that write_connection_close() writes: first byte, version, two ids with their sizes,
// token length, length, packet number, five bytes of frame, tag.
inline constexpr std::size_t kMaxConnectionCloseBytes =
    1 + 4 + 2 * (1 + kMaxConnectionIdBytes) + 1 + 2 + 1 + 5 + InitialCipher::kTagBytes;

// Which connection is to be ended, as its client's first Initial named it.
struct ConnectionIds {
  Version version = Version::V1;
  std::uint32_t version_number = 0;
  std::span<const std::uint8_t> destination_id;  // at most 20 bytes each
  std::span<const std::uint8_t> source_id;
};

// Writes an Initial packet in the server's name that ends the connection: CONNECTION_CLOSE (RFC 9000
// §19.19) with the TLS alert unrecognized_name. Protected with the server's Initial keys (RFC 9001
// §5.2), which all who saw the client's first packet can derive. Returns its size; zero if OpenSSL
// refuses. Not padded: a datagram that elicits no acknowledgement need not be (RFC 9000 §14.1).
[[nodiscard]] std::size_t write_connection_close(
    const ConnectionIds& ids, const InitialKeySchedule& schedule, InitialCipher& cipher,
    std::span<std::uint8_t, kMaxConnectionCloseBytes> out) noexcept;

}  // namespace luytre::dataplane::quic
