// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "dataplane/quic/crypto_stream.h"
#include "support/quic_packets.h"

namespace luytre::dataplane::quic {
namespace {

using luytre::test::Bytes;
using luytre::test::quic::joined;
using Added = CryptoStream::Added;

Bytes counting(std::size_t size) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) {
    bytes[i] = static_cast<std::uint8_t>(i * 7 + i / 256);
  }
  return bytes;
}

class CryptoStreamTest : public testing::Test {
 protected:
  Added add(std::size_t begin, std::size_t end) {
    return stream_.add(buffer_, begin, std::span(whole_).subspan(begin, end - begin));
  }
  Added read(const Bytes& frames) { return read_initial_frames(frames, stream_, buffer_); }
  [[nodiscard]] Bytes got() const {
    return {buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(stream_.contiguous())};
  }

  Bytes whole_ = counting(2000);
  Bytes buffer_ = Bytes(CryptoStream::kMaxBytes);
  CryptoStream stream_;
};

TEST_F(CryptoStreamTest, PiecesInAnyOrderBecomeOneStream) {
  EXPECT_EQ(add(1000, 2000), Added::Ok);
  EXPECT_EQ(stream_.contiguous(), 0U);
  EXPECT_EQ(add(0, 400), Added::Ok);
  EXPECT_EQ(stream_.contiguous(), 400U);
  EXPECT_EQ(add(600, 1000), Added::Ok);
  EXPECT_EQ(stream_.contiguous(), 400U);
  EXPECT_EQ(add(400, 600), Added::Ok);
  EXPECT_EQ(got(), whole_);
}

TEST_F(CryptoStreamTest, ShuffledOverlappingRepeatedPiecesBecomeTheSameStream) {
  const std::uint64_t first_seed = std::random_device{}();
  for (std::uint64_t seed = first_seed; seed < first_seed + 200; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    std::mt19937_64 random(seed);
    stream_.clear();
    std::ranges::fill(buffer_, std::uint8_t{0});
    std::vector<std::pair<std::size_t, std::size_t>> pieces;
    for (std::size_t begin = 0; begin < whole_.size(); begin += 50) {
      const std::size_t from = begin - std::min<std::size_t>(begin, random() % 60);
      pieces.emplace_back(from, std::min(whole_.size(), begin + 50 + random() % 60));
      if (random() % 4 == 0) {
        pieces.push_back(pieces[random() % pieces.size()]);
      }
    }
    std::ranges::shuffle(pieces, random);
    for (const auto& [begin, end] : pieces) {
      ASSERT_EQ(add(begin, end), Added::Ok);
    }
    ASSERT_EQ(got(), whole_);
  }
}

TEST_F(CryptoStreamTest, OtherBytesWhereSomeStandAreAConflict) {
  ASSERT_EQ(add(100, 200), Added::Ok);
  Bytes other = whole_;
  other[150] ^= 1U;
  EXPECT_EQ(stream_.add(buffer_, 140, std::span(other).subspan(140, 100)), Added::Conflict);
  EXPECT_EQ(stream_.add(buffer_, 0, std::span(other).first(300)), Added::Conflict);
  EXPECT_EQ(stream_.add(buffer_, 160, std::span(other).subspan(160, 100)), Added::Ok);
}

TEST_F(CryptoStreamTest, SixteenKibibytesAreTheBound) {
  const Bytes one{1};
  EXPECT_EQ(stream_.add(buffer_, CryptoStream::kMaxBytes - 1, one), Added::Ok);
  EXPECT_EQ(stream_.add(buffer_, CryptoStream::kMaxBytes, one), Added::Bound);
  EXPECT_EQ(stream_.add(buffer_, (std::uint64_t{1} << 62U) - 1, one), Added::Bound);
}

TEST_F(CryptoStreamTest, TooManyPiecesAreABound) {
  for (std::size_t i = 0; i < CryptoStream::kMaxIntervals; ++i) {
    ASSERT_EQ(add(i * 2, i * 2 + 1), Added::Ok);
  }
  EXPECT_EQ(add(500, 501), Added::Bound);
  EXPECT_EQ(add(1, 2), Added::Ok) << "what closes a gap takes no place";
  EXPECT_EQ(add(500, 501), Added::Ok);
}

TEST_F(CryptoStreamTest, FramesThatAnInitialMayCarryAreSteppedOver) {
  using namespace luytre::test::quic;
  EXPECT_EQ(
      read(joined({padding(3), ping(), part(whole_, 1000, 1100), ack(), ack_ecn(), padding(30),
                   part(whole_, 0, 1000), close(), ping(), part(whole_, 1100, 1200)})),
      Added::Ok);
  EXPECT_EQ(stream_.contiguous(), 1200U);
}

TEST_F(CryptoStreamTest, AFrameThatAnInitialMustNotCarryEndsTheReading) {
  using namespace luytre::test::quic;
  for (const int number : {0x04, 0x07, 0x08, 0x18, 0x1d, 0x1e, 0x30, 0x3f}) {
    const auto type = static_cast<std::uint8_t>(number);
    stream_.clear();
    EXPECT_EQ(read(joined({part(whole_, 0, 10), Bytes{type, 0, 0, 0, 0}, part(whole_, 10, 20)})),
              Added::Ok);
    EXPECT_EQ(stream_.contiguous(), 10U) << number;
  }
}

TEST_F(CryptoStreamTest, NoTruncationReadsBeyondTheFrames) {
  using namespace luytre::test::quic;
  const Bytes frames =
      joined({ack_ecn(), part(whole_, 0, 100), close(), padding(9), part(whole_, 100, 200)});
  for (std::size_t size = 0; size <= frames.size(); ++size) {
    stream_.clear();
    const Bytes cut(frames.begin(), frames.begin() + static_cast<std::ptrdiff_t>(size));
    ASSERT_EQ(read(cut), Added::Ok);
    ASSERT_LE(stream_.contiguous(), 200U);
  }
  EXPECT_EQ(stream_.contiguous(), 200U);
}

TEST_F(CryptoStreamTest, HugeCountsEndWithTheFrames) {
  EXPECT_EQ(read({0x02, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00}),
            Added::Ok);
  EXPECT_EQ(read({0x06, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2}), Added::Ok);
  EXPECT_EQ(read({0x06, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01, 2}), Added::Bound);
  EXPECT_EQ(stream_.contiguous(), 0U);
}

}  // namespace
}  // namespace luytre::dataplane::quic
