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
    IndexBuilder builder(taxonomy(), kTestKey);
    builder.add(name("example.com"), subtree(set_of({13}), 18));
    builder.add(name("a.b.example.com"), exact(set_of({16})));
    builder.add(name("example.org"), subtree(set_of({3})));
    builder.add(name("xxx"), subtree(set_of({13})));
    builder.add_path(path("example.net/a/b"), set_of({16}), 18);
    builder.add_path(path("example.net/c?d=1"), set_of({13}), 0);
    builder.add_prefix(prefix("192.0.2.0/24"), set_of({3}), 0);
    builder.add_prefix(prefix("2001:db8::/32"), set_of({16}), 18);
    ASSERT_TRUE(builder.write(file(), 1));
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

  // Where the ranges of prefixes begin: they are last.
  [[nodiscard]] std::size_t ranges_at() const {
    IndexHeader header;
    std::memcpy(&header, image_.data(), sizeof header);
    return image_.size() - header.prefix_range_count * (sizeof(RangeStart) + sizeof(std::uint32_t));
  }
  [[nodiscard]] static IndexDefect defect_of(std::vector<std::uint8_t> image) {
    seal_index(image);
    const auto view = IndexView::parse(image);
    EXPECT_FALSE(view.has_value());
    return view ? IndexDefect::TooShort : view.error();
  }

  std::vector<std::uint8_t> image_;
};

TEST_F(IndexDamage, EveryTruncationIsRefusedAsCorrupt) {
  for (std::size_t size = 0; size < image_.size(); ++size) {
    const Result<Index> index =
        Index::from_bytes({image_.begin(), image_.begin() + static_cast<std::ptrdiff_t>(size)});
    ASSERT_FALSE(index.has_value()) << size;
    ASSERT_EQ(index.error().code, ErrorCode::Corrupt) << size;
  }
}

TEST_F(IndexDamage, AFileThatIsCutIsNamedAndRefusedAsCorrupt) {
  for (const std::size_t size : {std::size_t{0}, sizeof(IndexHeader), image_.size() - 1}) {
    std::filesystem::resize_file(file(), size);
    const Result<Index> index = Index::open(file());
    ASSERT_FALSE(index.has_value());
    EXPECT_EQ(index.error().code, ErrorCode::Corrupt);
    EXPECT_NE(index.error().message.find(file().string()), std::string::npos);
    write_bytes(file(), image_);
  }
}

TEST_F(IndexDamage, EveryFlippedByteIsRefusedAsCorrupt) {
  for (std::size_t position = 0; position < image_.size(); ++position) {
    std::vector<std::uint8_t> flipped = image_;
    flipped[position] ^= 0xff;
    const Result<Index> index = Index::from_bytes(std::move(flipped));
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
  for (const std::uint32_t version : {1U, kIndexVersion + 1}) {
    write_bytes(file(), with_header([&](IndexHeader& header) { header.version = version; }));
    const Result<Index> index = Index::open(file());
    ASSERT_FALSE(index.has_value());
    EXPECT_EQ(index.error().code, ErrorCode::Invalid);
    EXPECT_NE(index.error().message.find("another version"), std::string::npos);
    EXPECT_NE(index.error().message.find("compile it again"), std::string::npos);
  }
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
      [](IndexHeader& header) { header.flags = 4; },
      [](IndexHeader& header) { header.reserved = 1; },
      [](IndexHeader& header) { ++header.node_count; },
      [](IndexHeader& header) { ++header.path_node_count; },
      [](IndexHeader& header) { header.path_node_count = 0; },
      [](IndexHeader& header) { ++header.path_home_bucket_count; },
      [](IndexHeader& header) { header.path_home_bucket_count = 0; },
      [](IndexHeader& header) { header.path_home_bucket_count = ~std::uint32_t{0}; },
      [](IndexHeader& header) { ++header.path_spill_bucket_count; },
      [](IndexHeader& header) { header.path_spill_bucket_count = ~std::uint32_t{0}; },
      // One bucket less of names and one more of paths: the size is right, the counts are not.
      [](IndexHeader& header) { ++header.home_bucket_count, --header.path_home_bucket_count; },
      [](IndexHeader& header) { ++header.prefix_range_count; },
      [](IndexHeader& header) { --header.prefix_range_count; },
      [](IndexHeader& header) { header.prefix_range_count = 0; },
      [](IndexHeader& header) { header.prefix_range_count = ~std::uint32_t{0}; },
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
  EXPECT_EQ(defect_of(image), IndexDefect::Content);
}

TEST_F(IndexDamage, RangesOutOfOrderAreRefused) {
  const std::size_t at = ranges_at();
  for (const std::size_t range : {0U, 1U, 2U}) {
    std::vector<std::uint8_t> image = image_;
    // The first must be 0; the others must not begin where an earlier one does.
    const RangeStart start = range == 0 ? 1 : 0;
    std::memcpy(image.data() + at + range * sizeof start, &start, sizeof start);
    EXPECT_EQ(defect_of(image), IndexDefect::Content) << range;
  }
}

TEST_F(IndexDamage, ARangeWithAValueThatDoesNotExistIsRefused) {
  IndexHeader header;
  std::memcpy(&header, image_.data(), sizeof header);
  for (std::size_t range = 0; range < header.prefix_range_count; ++range) {
    std::vector<std::uint8_t> image = image_;
    std::memcpy(image.data() + image.size() - (range + 1) * sizeof header.value_count,
                &header.value_count, sizeof header.value_count);
    EXPECT_EQ(defect_of(image), IndexDefect::Content) << range;
  }
}

// Full buckets that all claim to have spilled: the longest walk a file can ask for.
TEST_F(IndexDamage, ATableWithoutAFreeSlotEndsEveryLookup) {
  IndexHeader header;
  std::memcpy(&header, image_.data(), sizeof header);
  header.home_bucket_count = 4;
  header.spill_bucket_count = kMaxSpillBuckets;
  header.node_count = header.bucket_count() * kSlotsPerBucket;
  header.path_home_bucket_count = 4;
  header.path_spill_bucket_count = kMaxSpillBuckets;
  header.path_node_count = static_cast<std::uint32_t>(header.node_count);
  header.prefix_range_count = 0;
  header.value_count = 1;
  std::vector<std::uint8_t> image(
      sizeof header + (header.bucket_count() + header.path_bucket_count()) * sizeof(IndexBucket) +
      sizeof(IndexValue));
  std::memcpy(image.data(), &header, sizeof header);
  for (std::size_t i = 0; i < 2 * header.node_count; ++i) {
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
  EXPECT_TRUE(view->lookup_path(question, std::string(5000, '/')).categories.empty());
}

}  // namespace
}  // namespace luytre::categories
