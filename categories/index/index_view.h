// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/expected.h"
#include "categories/domain_name.h"
#include "categories/ip_address.h"
#include "categories/name_match.h"
#include "index_format.h"
#include "range_table.h"
#include "slot_table.h"
#include "suffix_hash.h"

namespace luytre::categories {

// Why bytes are not an index.
enum class IndexDefect : std::uint8_t {
  TooShort,         // no room for a header
  Magic,            // not an index at all
  HeaderChecksum,   // the header is damaged
  Version,          // whole, and written by another version of this program
  Sizes,            // counts that contradict each other or the size of the file
  PayloadChecksum,  // what follows the header is damaged
  Content,  // a value that does not exist, another number of slots than stated, ranges out of order
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

  // As in Index.
  void lookup(std::span<const DomainName* const> names,
              std::span<NameMatch> matches) const noexcept;
  void lookup_with(const IndexView& overlay, std::span<const DomainName* const> names,
                   std::span<NameMatch> matches) const noexcept;
  [[nodiscard]] NameMatch lookup_path(const DomainName& host,
                                      std::string_view target) const noexcept;
  [[nodiscard]] NameMatch lookup_address(const IpAddress& address) const noexcept;

  [[nodiscard]] const IndexHeader& header() const noexcept { return header_; }

 private:
  explicit IndexView(const IndexHeader& header) noexcept : header_(header), hasher_(header.key) {}

  // One name of a burst on its way down the tree.
  struct Descent {
    std::array<std::uint8_t, DomainName::kMaxLabels> label_offsets;  // leftmost label first
    const std::uint8_t* wire;
    SuffixHasher::Chain chain;  // of the lowest `depth` labels
    SlotTable::Target target;   // of that
    std::uint64_t slot;         // the deepest node found; 0: none
    std::uint8_t labels;
    std::uint8_t depth;
    std::uint8_t slot_depth;
  };

  struct Burst {
    std::array<Descent, kBurst> descents;
    std::array<std::uint8_t, kBurst> active;  // whose descent has not ended
    std::size_t active_count = 0;
  };

  static void find_labels(Descent& descent, const DomainName& name) noexcept;
  void begin(Burst& burst, std::size_t which, const DomainName& name) const noexcept;
  void begin(Descent& descent, const DomainName& name) const noexcept;
  void aim(Descent& descent) const noexcept;
  void descend(Burst& burst) const noexcept;
  [[nodiscard]] bool step(Descent& descent) const noexcept;
  [[nodiscard]] IndexAnswer answer(const Descent& descent) const noexcept;
  [[nodiscard]] IndexAnswer answer(std::uint64_t value, std::size_t offset) const noexcept;
  [[nodiscard]] bool may_override(const IndexView& main, const Descent& begun) const noexcept;
  void amend(std::span<const std::uint8_t> which, std::span<const DomainName* const> names,
             std::span<NameMatch> matches) const noexcept;
  void lookup_burst(const IndexView* overlay, std::span<const DomainName* const> names,
                    std::span<NameMatch> matches) const noexcept;
  void lookup_bursts(const IndexView* overlay, std::span<const DomainName* const> names,
                     std::span<NameMatch> matches) const noexcept;
  [[nodiscard]] bool content_is_sound() const noexcept;

  IndexHeader header_;
  SuffixHasher hasher_;
  std::uint8_t first_depth_ = 2;
  SlotTable names_;
  SlotTable paths_;
  RangeTable prefixes_;
  const std::uint8_t* values_ = nullptr;
};

}  // namespace luytre::categories
