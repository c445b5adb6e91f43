// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/expected.h"
#include "categories/domain_name.h"
#include "categories/name_match.h"
#include "index_format.h"
#include "suffix_hash.h"

namespace luytre::categories {

// Why bytes are not an index.
enum class IndexDefect : std::uint8_t {
  TooShort,         // no room for a header
  Magic,            // not an index at all
  HeaderChecksum,   // the header is damaged
  Version,          // whole, and written by another version of this program
  Sizes,            // counts that contradict each other or the size of the file
  PayloadChecksum,  // the buckets or values are damaged
  Slots,  // a slot with a value that does not exist, or another number of slots than stated
};
// A sentence part for people: "its header is damaged".
[[nodiscard]] std::string_view describe(IndexDefect defect) noexcept;

// The bytes of an index file, verified and borrowed: what looks up. Copying it copies pointers
// only.
class IndexView {
 public:
  static constexpr std::size_t kBurst = 32;

  // Verifies everything, so that lookups need not: no lookup reads outside `bytes`, whatever they
  // hold.
  [[nodiscard]] static Expected<IndexView, IndexDefect> parse(
      std::span<const std::uint8_t> bytes) noexcept;

  // As Index::lookup.
  void lookup(std::span<const DomainName* const> names,
              std::span<NameMatch> matches) const noexcept;

  [[nodiscard]] const IndexHeader& header() const noexcept { return header_; }

 private:
  explicit IndexView(const IndexHeader& header) noexcept : header_(header), hasher_(header.key) {}

  // One name of a burst on its way down the tree.
  struct Descent {
    std::array<std::uint8_t, DomainName::kMaxLabels> label_offsets;  // leftmost label first
    const std::uint8_t* wire;
    SuffixHasher::Chain chain;   // of the lowest `depth` labels
    std::uint64_t wanted;        // its fingerprint
    const std::uint8_t* bucket;  // its home
    std::uint64_t slot;          // the deepest node found; 0: none
    std::uint8_t labels;
    std::uint8_t depth;
    std::uint8_t slot_depth;
  };

  static void find_labels(Descent& descent, const DomainName& name) noexcept;
  void begin(Descent& descent, const DomainName& name) const noexcept;
  void aim(Descent& descent) const noexcept;
  [[nodiscard]] bool step(Descent& descent) const noexcept;
  [[nodiscard]] std::uint64_t probe(const Descent& descent) const noexcept;
  [[nodiscard]] NameMatch answer(const Descent& descent) const noexcept;
  void lookup_burst(std::span<const DomainName* const> names,
                    std::span<NameMatch> matches) const noexcept;
  [[nodiscard]] bool slots_are_sound() const noexcept;

  IndexHeader header_;
  SuffixHasher hasher_;
  std::uint64_t fingerprint_mask_ = 0;
  std::uint8_t first_depth_ = 2;
  const std::uint8_t* buckets_ = nullptr;
  const std::uint8_t* values_ = nullptr;
};

}  // namespace luytre::categories
