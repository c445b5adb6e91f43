// SPDX-License-Identifier: Apache-2.0
#include "dataplane/quic/connection_close.h"

#include <array>
#include <cstring>

#include "base/byte_order.h"

namespace luytre::dataplane::quic {
namespace {

constexpr std::size_t kPacketNumberBytes = 1;

// Long header, fixed bit, Initial, a packet number of one byte.
constexpr std::uint8_t kInitialV1 = 0xc0;
constexpr std::uint8_t kInitialV2 = 0xd0;  // RFC 9369 §3.2

constexpr std::array<std::uint8_t, 5> kFrame = {
    0x1c,        // CONNECTION_CLOSE of the transport
    0x41, 0x70,  // CRYPTO_ERROR (RFC 9001 §4.8) of alert 112, as a two-byte integer
    0x06,        // in a CRYPTO frame
    0x00,        // no reason phrase
};

class Writer {
 public:
  explicit Writer(std::span<std::uint8_t> out) noexcept : out_(out) {}

  void u8(std::uint8_t octet) noexcept { out_[size_++] = octet; }
  void bytes(std::span<const std::uint8_t> bytes) noexcept {
    if (!bytes.empty()) {
      std::memcpy(out_.data() + size_, bytes.data(), bytes.size());
    }
    size_ += bytes.size();
  }
  void id(std::span<const std::uint8_t> id) noexcept {
    u8(static_cast<std::uint8_t>(id.size()));
    bytes(id);
  }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  std::span<std::uint8_t> out_;
  std::size_t size_ = 0;
};

}  // namespace

std::size_t write_connection_close(const ConnectionIds& ids, const InitialKeySchedule& schedule,
                                   InitialCipher& cipher,
                                   std::span<std::uint8_t, kMaxConnectionCloseBytes> out) noexcept {
  if (ids.destination_id.size() > kMaxConnectionIdBytes ||
      ids.source_id.size() > kMaxConnectionIdBytes) {
    return 0;
  }
  std::array<std::uint8_t, 4> number;
  store_be32(number.data(), ids.version_number);
  Writer packet(out);
  packet.u8(ids.version == Version::V2 ? kInitialV2 : kInitialV1);
  packet.bytes(number);
  packet.id(ids.source_id);
  packet.id(ids.destination_id);  // the server's own is any; the client knows this one
  packet.u8(0);                   // no token
  packet.u8(kPacketNumberBytes + kFrame.size() + InitialCipher::kTagBytes);
  packet.u8(0);  // packet number
  const std::size_t frames_at = packet.size();
  packet.bytes(kFrame);
  const std::size_t size = packet.size() + InitialCipher::kTagBytes;
  InitialKeys keys;
  schedule.derive(ids.version, ids.destination_id, Sender::Server, keys);
  return cipher.seal(out.first(size), kPacketNumberBytes, frames_at, keys) ? size : 0;
}

}  // namespace luytre::dataplane::quic
