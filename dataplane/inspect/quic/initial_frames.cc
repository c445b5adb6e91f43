// SPDX-License-Identifier: Apache-2.0
#include <cstring>

#include "base/cursor.h"
#include "dataplane/quic/crypto_stream.h"
#include "varint.h"

namespace luytre::dataplane::quic {
namespace {

// RFC 9000 §19; of these, Table 3 lets no other into an Initial.
constexpr std::uint64_t kPadding = 0x00;
constexpr std::uint64_t kPing = 0x01;
constexpr std::uint64_t kAck = 0x02;
constexpr std::uint64_t kAckEcn = 0x03;
constexpr std::uint64_t kCrypto = 0x06;
constexpr std::uint64_t kConnectionClose = 0x1c;

// Up to a kilobyte of it stands in most Initials.
void skip_padding(Cursor& cursor) noexcept {
  const auto rest = cursor.rest();
  std::size_t zeros = 0;
  for (std::uint64_t word = 0; zeros + sizeof word <= rest.size(); zeros += sizeof word) {
    std::memcpy(&word, rest.data() + zeros, sizeof word);
    if (word != 0) {
      break;
    }
  }
  while (zeros < rest.size() && rest[zeros] == 0) {
    ++zeros;
  }
  cursor.skip(zeros);
}

// RFC 9000 §19.3. Each range takes two bytes at least, so a count beyond the frame ends by itself.
void skip_ack(Cursor& cursor, bool has_ecn) noexcept {
  read_varint(cursor);  // largest acknowledged
  read_varint(cursor);  // delay
  const std::uint64_t ranges = read_varint(cursor);
  read_varint(cursor);  // first range
  for (std::uint64_t i = 0; i < ranges && cursor.ok(); ++i) {
    read_varint(cursor);  // gap
    read_varint(cursor);  // length
  }
  for (int i = 0; has_ecn && i < 3; ++i) {
    read_varint(cursor);
  }
}

}  // namespace

CryptoStream::Added read_initial_frames(std::span<const std::uint8_t> frames, CryptoStream& stream,
                                        std::span<std::uint8_t> buffer) noexcept {
  Cursor cursor(frames);
  while (cursor.ok() && !cursor.empty()) {
    switch (read_varint(cursor)) {
      case kPadding:
        skip_padding(cursor);
        break;
      case kPing:
        break;
      case kAck:
        skip_ack(cursor, false);
        break;
      case kAckEcn:
        skip_ack(cursor, true);
        break;
      case kCrypto: {
        const std::uint64_t offset = read_varint(cursor);
        const std::uint64_t size = read_varint(cursor);
        if (size > cursor.remaining()) {
          return CryptoStream::Added::Ok;
        }
        const auto bytes = cursor.bytes(static_cast<std::size_t>(size));
        if (!cursor.ok()) {
          return CryptoStream::Added::Ok;
        }
        const CryptoStream::Added added = stream.add(buffer, offset, bytes);
        if (added != CryptoStream::Added::Ok) {
          return added;
        }
        break;
      }
      case kConnectionClose: {
        read_varint(cursor);  // error
        read_varint(cursor);  // frame type
        const std::uint64_t reason_bytes = read_varint(cursor);
        if (reason_bytes > cursor.remaining()) {
          return CryptoStream::Added::Ok;
        }
        cursor.skip(static_cast<std::size_t>(reason_bytes));
        break;
      }
      default:
        return CryptoStream::Added::Ok;
    }
  }
  return CryptoStream::Added::Ok;
}

}  // namespace luytre::dataplane::quic
