// SPDX-License-Identifier: Apache-2.0
#include "index_image.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "slot_arrangement.h"

namespace luytre::categories {

namespace {

using Outcome = SlotArrangement::Outcome;

constexpr std::uint64_t kMaxCount = std::numeric_limits<std::uint32_t>::max();

// Appends to memory of the right size; nothing is checked.
class ImageWriter {
 public:
  explicit ImageWriter(std::span<std::uint8_t> out) noexcept : out_(out) {}

  template <typename T>
  void append(std::span<const T> elements) noexcept {
    if (!elements.empty()) {
      std::memcpy(out_.data(), elements.data(), elements.size_bytes());
      out_ = out_.subspan(elements.size_bytes());
    }
  }

 private:
  std::span<std::uint8_t> out_;
};

std::vector<std::uint8_t> assemble(const IndexHeader& header, std::span<const IndexBucket> names,
                                   std::span<const IndexBucket> paths,
                                   const IndexContent& content) {
  std::vector<RangeStart> starts;
  std::vector<std::uint32_t> range_values;
  for (const PrefixRanges::Range& range : content.prefix_ranges) {
    starts.push_back(range.start);
    range_values.push_back(range.value);
  }
  std::vector<std::uint8_t> image(sizeof header + names.size_bytes() + paths.size_bytes() +
                                  content.values.size_bytes() + starts.size() * sizeof(RangeStart) +
                                  range_values.size() * sizeof(std::uint32_t));
  ImageWriter writer(image);
  writer.append(std::span<const IndexHeader>(&header, 1));
  writer.append(names);
  writer.append(paths);
  writer.append(content.values);
  writer.append(std::span<const RangeStart>(starts));
  writer.append(std::span<const std::uint32_t>(range_values));
  seal_index(image);
  return image;
}

IndexHeader make_header(const IndexContent& content) noexcept {
  IndexHeader header;
  header.flags = content.flags;
  header.serial = content.serial;
  header.name_count = content.name_count;
  header.node_count = content.names.tree->nodes().size();
  header.home_bucket_count = SlotArrangement::homes_for(header.node_count);
  if (content.paths.tree != nullptr && !content.paths.tree->nodes().empty()) {
    header.path_node_count = static_cast<std::uint32_t>(content.paths.tree->nodes().size());
    header.path_home_bucket_count =
        static_cast<std::uint32_t>(SlotArrangement::homes_for(header.path_node_count));
    header.path_count = static_cast<std::uint32_t>(content.path_count);
  }
  header.prefix_range_count = static_cast<std::uint32_t>(content.prefix_ranges.size());
  header.prefix_count = static_cast<std::uint32_t>(content.prefix_count);
  header.value_count = static_cast<std::uint32_t>(content.values.size());
  header.fingerprint_bits =
      std::min(widest_fingerprint(header.value_count), content.max_fingerprint_bits);
  header.key = content.key;
  return header;
}

}  // namespace

Result<std::vector<std::uint8_t>> make_index_image(const IndexContent& content) {
  if (content.values.size() > kMaxValues) {
    return fail(ErrorCode::NoSpace,
                "the lists give names more than 1048576 different sets of categories; merge some "
                "categories");
  }
  if (content.prefix_ranges.size() > kMaxCount || content.prefix_count > kMaxCount) {
    return fail(ErrorCode::NoSpace, "there are too many prefixes for one index");
  }
  IndexHeader header = make_header(content);
  for (unsigned attempt = 0; attempt < kMaxArrangements; ++attempt) {
    header.salt = fold_multiply(content.key[0] ^ attempt, content.key[1] ^ 0xd6e8feb86659fd93U);
    SlotArrangement names(header.home_bucket_count, header.fingerprint_bits, header.salt);
    const Outcome named = names.fill(content.names.tree->nodes(), content.names.value_numbers);
    if (named == Outcome::Crowded) {
      header.home_bucket_count += header.home_bucket_count / 8 + 1;
    }
    if (named != Outcome::Done) {
      continue;
    }
    header.spill_bucket_count = names.spill_bucket_count();
    if (header.path_node_count == 0) {
      return assemble(header, names.buckets(), {}, content);
    }
    SlotArrangement paths(header.path_home_bucket_count, header.fingerprint_bits, header.salt);
    const Outcome pathed = paths.fill(content.paths.tree->nodes(), content.paths.value_numbers);
    if (pathed == Outcome::Crowded) {
      header.path_home_bucket_count += header.path_home_bucket_count / 8 + 1;
    }
    if (pathed == Outcome::Done) {
      header.path_spill_bucket_count = paths.spill_bucket_count();
      return assemble(header, names.buckets(), paths.buckets(), content);
    }
  }
  return fail(ErrorCode::NoSpace,
              "no arrangement of the names without two equal fingerprints was found");
}

}  // namespace luytre::categories
