// SPDX-License-Identifier: Apache-2.0
#include "index_image.h"

#include <algorithm>
#include <cstring>

namespace luytre::categories {

namespace {

// 4.64 nodes a bucket of 8 is a load of 58 %: 64 / 4.64 = 13.8 bytes a node, and 14.9 a name with
// the 1.08 nodes a name of real lists. At 50 % it would be 17.3 bytes, at 70 % twice as many
// buckets spill.
constexpr std::uint64_t kNodesPer100Buckets = 464;

// Puts nodes into buckets; knows nothing of files.
class Arrangement {
 public:
  Arrangement(std::uint64_t home_bucket_count, unsigned fingerprint_bits, std::uint64_t salt)
      : buckets_(home_bucket_count + kMaxSpillBuckets),
        home_bucket_count_(home_bucket_count),
        salt_(salt),
        fingerprint_bits_(fingerprint_bits) {}

  enum class Outcome : std::uint8_t {
    Done,
    Collision,  // two nodes of equal fingerprint would be taken for each other: needs another salt
    Crowded,    // a node is too far from home: needs more buckets
  };

  // `nodes` are sorted by hash and so by home bucket: filling goes from front to back and touches
  // memory once.
  Outcome fill(std::span<const LabelNode> nodes,
               std::span<const std::uint32_t> value_numbers) noexcept {
    std::uint64_t last = 0;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      const std::uint64_t home = home_bucket(nodes[i].hash, home_bucket_count_);
      const std::uint64_t print = fingerprint(nodes[i].hash, salt_, fingerprint_bits_);
      const std::uint64_t slot = print | std::uint64_t{value_numbers[i]} << kSlotFlagBits |
                                 (nodes[i].has_children ? kHasChildren : 0);
      // All buckets between a node's home and `last` are full: nodes before it went past them.
      last = std::max(last, home);
      last += buckets_[last].back() != 0 ? 1U : 0U;
      if (last - home > kMaxSpillBuckets) {
        return Outcome::Crowded;
      }
      if (!keep_clear(home, last, print)) {
        return Outcome::Collision;
      }
      IndexBucket& bucket = buckets_[last];
      *std::find(bucket.begin(), bucket.end(), 0U) = slot;
      spill_bucket_count_ = std::max(spill_bucket_count_, static_cast<std::uint32_t>(last - home));
    }
    buckets_.resize(home_bucket_count_ + spill_bucket_count_);
    return Outcome::Done;
  }

  [[nodiscard]] std::span<const IndexBucket> buckets() const noexcept { return buckets_; }
  [[nodiscard]] std::uint32_t spill_bucket_count() const noexcept { return spill_bucket_count_; }

 private:
  // Marks the buckets that a node passes by. False if a lookup of the node would meet its
  // fingerprint on the way. Nodes that come later cannot get in between: the buckets passed by are
  // full, and what joins the last one compares itself with this node in turn.
  bool keep_clear(std::uint64_t home, std::uint64_t last, std::uint64_t print) noexcept {
    for (std::uint64_t i = home; i <= last; ++i) {
      for (const std::uint64_t slot : buckets_[i]) {
        if ((slot & fingerprint_mask(fingerprint_bits_)) == print) {
          return false;
        }
      }
      buckets_[i].back() |= i < last ? kSpilled : 0;
    }
    return true;
  }

  std::vector<IndexBucket> buckets_;
  std::uint64_t home_bucket_count_;
  std::uint64_t salt_;
  unsigned fingerprint_bits_;
  std::uint32_t spill_bucket_count_ = 0;
};

std::vector<std::uint8_t> assemble(const IndexHeader& header, const Arrangement& arrangement,
                                   std::span<const IndexValue> values) {
  const std::span<const IndexBucket> buckets = arrangement.buckets();
  std::vector<std::uint8_t> image(sizeof header + buckets.size_bytes() + values.size_bytes());
  std::memcpy(image.data(), &header, sizeof header);
  std::memcpy(image.data() + sizeof header, buckets.data(), buckets.size_bytes());
  std::memcpy(image.data() + sizeof header + buckets.size_bytes(), values.data(),
              values.size_bytes());
  seal_index(image);
  return image;
}

}  // namespace

Result<std::vector<std::uint8_t>> make_index_image(const IndexContent& content) {
  if (content.values.size() > kMaxValues) {
    return fail(ErrorCode::NoSpace,
                "the lists give names more than 1048576 different sets of categories; merge some "
                "categories");
  }
  IndexHeader header;
  header.flags = content.tree->has_single_labels() ? kFlagSingleLabels : 0;
  header.serial = content.serial;
  header.name_count = content.name_count;
  header.node_count = content.tree->nodes().size();
  header.home_bucket_count = header.node_count * 100 / kNodesPer100Buckets + 1;
  header.value_count = static_cast<std::uint32_t>(content.values.size());
  header.fingerprint_bits =
      std::min(widest_fingerprint(header.value_count), content.max_fingerprint_bits);
  header.key = content.key;
  for (unsigned attempt = 0; attempt < kMaxArrangements; ++attempt) {
    header.salt = fold_multiply(content.key[0] ^ attempt, content.key[1] ^ 0xd6e8feb86659fd93U);
    Arrangement arrangement(header.home_bucket_count, header.fingerprint_bits, header.salt);
    switch (arrangement.fill(content.tree->nodes(), content.value_numbers)) {
      case Arrangement::Outcome::Done:
        header.spill_bucket_count = arrangement.spill_bucket_count();
        return assemble(header, arrangement, content.values);
      case Arrangement::Outcome::Crowded:
        header.home_bucket_count += header.home_bucket_count / 8 + 1;
        break;
      case Arrangement::Outcome::Collision:
        break;
    }
  }
  return fail(ErrorCode::NoSpace,
              "no arrangement of the names without two equal fingerprints was found");
}

}  // namespace luytre::categories
