// SPDX-License-Identifier: Apache-2.0
// A damaged or hostile file is refused as a whole.
#include <gtest/gtest.h>

#include <bit>
#include <cstring>
#include <functional>

#include "index_fixture.h"
#include "index_format.h"
#include "index_view.h"

namespace luytre::categories {
namespace {

class IndexDamage : public IndexTest {
 protected:
  void SetUp() override {
    ASSERT_TRUE(write({{"example.com", subtree(set_of({13}), 18)},
                       {"a.b.example.com", exact(set_of({16}))},
                       {"example.org", subtree(set_of({3}))},
                       {"xxx", subtree(set_of({13}))}}));
    image_ = read_bytes(file());
    ASSERT_TRUE(IndexView::parse(image_).has_value());
  }

  // Changes the header and makes the checksums right again: what only a hostile or broken builder
  // would write.
  [[nodiscard]] std::vector<std::uint8_t> with_header(
      const std::function<void(IndexHeader&)>& change) const {
    std::vector<std::uint8_t> image = image_;
    IndexHeader header;
    std::memcpy(&header, image.data(), sizeof header);
    change(header);
    std::memcpy(image.data(), &header, sizeof header);
    seal_index(image);
    return image;
  }

  std::vector<std::uint8_t> image_;
};

TEST_F(IndexDamage, EveryTruncationIsRefusedAsCorrupt) {
  for (std::size_t size = 0; size < image_.size(); ++size) {
    write_bytes(file(), {image_.begin(), image_.begin() + static_cast<std::ptrdiff_t>(size)});
    const Result<Index> index = Index::open(file());
    ASSERT_FALSE(index.has_value()) << size;
    ASSERT_EQ(index.error().code, ErrorCode::Corrupt) << size;
  }
}

TEST_F(IndexDamage, EveryFlippedByteIsRefusedAsCorrupt) {
  for (std::size_t position = 0; position < image_.size(); ++position) {
    std::vector<std::uint8_t> flipped = image_;
    flipped[position] ^= 0xff;
    write_bytes(file(), flipped);
    const Result<Index> index = Index::open(file());
    ASSERT_FALSE(index.has_value()) << position;
    ASSERT_EQ(index.error().code, ErrorCode::Corrupt) << position;
  }
}

TEST_F(IndexDamage, EveryFlippedBitIsRefused) {
  for (std::size_t position = 0; position < image_.size() * 8; ++position) {
    std::vector<std::uint8_t> flipped = image_;
    flipped[position / 8] ^= static_cast<std::uint8_t>(1U << (position % 8));
    ASSERT_FALSE(IndexView::parse(flipped).has_value()) << position;
  }
}

TEST_F(IndexDamage, BytesBehindTheEndAreRefused) {
  std::vector<std::uint8_t> longer = image_;
  longer.push_back(0);
  EXPECT_FALSE(IndexView::parse(longer).has_value());
}

TEST_F(IndexDamage, AnotherFormatVersionIsRefusedWithAReasonOfItsOwn) {
  write_bytes(file(), with_header([](IndexHeader& header) { ++header.version; }));
  const Result<Index> index = Index::open(file());
  ASSERT_FALSE(index.has_value());
  EXPECT_EQ(index.error().code, ErrorCode::Invalid);
  EXPECT_NE(index.error().message.find("another version"), std::string::npos)
      << index.error().message;
}

TEST_F(IndexDamage, CountsThatContradictTheSizeAreRefused) {
  const std::vector<std::function<void(IndexHeader&)>> lies{
      [](IndexHeader& header) { header.home_bucket_count = 0; },
      [](IndexHeader& header) { ++header.home_bucket_count; },
      // 2^58 buckets of 64 bytes are 0 bytes in 64 bits.
      [](IndexHeader& header) { header.home_bucket_count += std::uint64_t{1} << 58U; },
      [](IndexHeader& header) { header.home_bucket_count = ~std::uint64_t{0}; },
      [](IndexHeader& header) { ++header.spill_bucket_count; },
      [](IndexHeader& header) { header.spill_bucket_count = ~std::uint32_t{0}; },
      [](IndexHeader& header) { header.value_count = 0; },
      [](IndexHeader& header) { ++header.value_count; },
      [](IndexHeader& header) { header.value_count = ~std::uint32_t{0}; },
      [](IndexHeader& header) { header.fingerprint_bits = 0; },
      [](IndexHeader& header) { header.fingerprint_bits = 62; },
      [](IndexHeader& header) { header.fingerprint_bits = 64; },
      [](IndexHeader& header) { header.flags = 2; },
      [](IndexHeader& header) { header.reserved = 1; },
      [](IndexHeader& header) { ++header.node_count; },
  };
  for (std::size_t i = 0; i < lies.size(); ++i) {
    EXPECT_FALSE(IndexView::parse(with_header(lies[i])).has_value()) << "lie " << i;
  }
}

TEST_F(IndexDamage, ASlotWithAValueThatDoesNotExistIsRefused) {
  IndexHeader header;
  std::memcpy(&header, image_.data(), sizeof header);
  ASSERT_FALSE(std::has_single_bit(header.value_count));  // or every number that fits a slot exists
  std::vector<std::uint8_t> image = image_;
  for (std::size_t at = sizeof header;
       at < sizeof header + header.bucket_count() * sizeof(IndexBucket); at += 8) {
    std::uint64_t slot = 0;
    std::memcpy(&slot, image.data() + at, sizeof slot);
    if (slot != 0) {
      slot |= ~fingerprint_mask(header.fingerprint_bits);
      std::memcpy(image.data() + at, &slot, sizeof slot);
      break;
    }
  }
  seal_index(image);
  const auto view = IndexView::parse(image);
  ASSERT_FALSE(view.has_value());
  EXPECT_EQ(view.error(), IndexDefect::Slots);
}

// Full buckets that all claim to have spilled: the longest walk a file can ask for.
TEST_F(IndexDamage, ATableWithoutAFreeSlotEndsEveryLookup) {
  IndexHeader header;
  std::memcpy(&header, image_.data(), sizeof header);
  header.home_bucket_count = 4;
  header.spill_bucket_count = kMaxSpillBuckets;
  header.node_count = header.bucket_count() * kSlotsPerBucket;
  header.value_count = 1;
  std::vector<std::uint8_t> image(sizeof header + header.bucket_count() * sizeof(IndexBucket) +
                                  sizeof(IndexValue));
  std::memcpy(image.data(), &header, sizeof header);
  for (std::size_t i = 0; i < header.node_count; ++i) {
    const std::uint64_t slot = std::uint64_t{1} << 63U | kSpilled | kHasChildren;
    std::memcpy(image.data() + sizeof header + i * 8, &slot, sizeof slot);
  }
  seal_index(image);
  const auto view = IndexView::parse(image);
  ASSERT_TRUE(view.has_value());
  const DomainName question = name("a.b.c.d.e.f.example.com");
  const DomainName* const names[] = {&question};
  NameMatch match;
  view->lookup(names, {&match, 1});
  EXPECT_TRUE(match.categories.empty());
}

}  // namespace
}  // namespace luytre::categories
