// SPDX-License-Identifier: Apache-2.0
#include "index_view.h"

#include <xxhash.h>

#include <algorithm>
#include <cstring>

#include "path_parts.h"

namespace luytre::categories {

namespace {

constexpr std::size_t kBucketBytes = SlotTable::kBucketBytes;
constexpr std::size_t kHeaderChecksumOffset = offsetof(IndexHeader, header_checksum);
constexpr std::size_t kRangeBytes = sizeof(RangeStart) + sizeof(std::uint32_t);

// Whether the counts of the header are possible at all and describe exactly `size` bytes.
bool sizes_are_sound(const IndexHeader& header, std::size_t size) noexcept {
  if (header.fingerprint_bits < kMinFingerprintBits ||
      header.fingerprint_bits > kMaxFingerprintBits ||
      header.spill_bucket_count > kMaxSpillBuckets || header.home_bucket_count == 0 ||
      header.value_count == 0 ||
      (header.flags & ~(kFlagSingleLabels | kFlagShallowOverrides)) != 0 || header.reserved != 0) {
    return false;
  }
  const bool has_paths = header.path_home_bucket_count != 0;
  if (header.path_spill_bucket_count > (has_paths ? kMaxSpillBuckets : 0) ||
      (header.path_node_count != 0) != has_paths) {
    return false;
  }
  const unsigned value_bits = 64U - kSlotFlagBits - header.fingerprint_bits;
  const std::size_t payload = size - sizeof(IndexHeader);
  // Division first: no product below can overflow, as all other counts have 32 bits.
  if (((std::uint64_t{header.value_count} - 1) >> value_bits) != 0 ||
      header.home_bucket_count > payload / kBucketBytes) {
    return false;
  }
  return (header.bucket_count() + header.path_bucket_count()) * kBucketBytes +
             header.value_count * sizeof(IndexValue) + header.prefix_range_count * kRangeBytes ==
         payload;
}

NameMatch to_match(const IndexAnswer& answer) noexcept {
  return {.categories = CategorySet(answer.categories),
          .matched_labels = answer.matched_labels,
          .minimum_age = answer.minimum_age};
}

}  // namespace

std::string_view describe(IndexDefect defect) noexcept {
  switch (defect) {
    case IndexDefect::TooShort:
      return "it is cut off inside its header";
    case IndexDefect::Magic:
      return "it is not an index file";
    case IndexDefect::HeaderChecksum:
      return "its header is damaged";
    case IndexDefect::Version:
      return "it was written by another version of this program";
    case IndexDefect::Sizes:
      return "its size is not what its header says";
    case IndexDefect::PayloadChecksum:
      return "its content is damaged";
    case IndexDefect::Content:
      return "its content contradicts its header";
  }
  return "it is damaged";
}

void seal_index(std::span<std::uint8_t> image) noexcept {
  const std::span<std::uint8_t> payload = image.subspan(sizeof(IndexHeader));
  const std::uint64_t payload_checksum = XXH3_64bits(payload.data(), payload.size());
  std::memcpy(image.data() + offsetof(IndexHeader, payload_checksum), &payload_checksum,
              sizeof payload_checksum);
  const std::uint64_t header_checksum = XXH3_64bits(image.data(), kHeaderChecksumOffset);
  std::memcpy(image.data() + kHeaderChecksumOffset, &header_checksum, sizeof header_checksum);
}

Expected<IndexView, IndexDefect> IndexView::parse(std::span<const std::uint8_t> bytes) noexcept {
  IndexHeader header;
  if (bytes.size() < sizeof header) {
    return Unexpected<IndexDefect>(IndexDefect::TooShort);
  }
  std::memcpy(&header, bytes.data(), sizeof header);
  if (header.magic != kIndexMagic) {
    return Unexpected<IndexDefect>(IndexDefect::Magic);
  }
  if (header.header_checksum != XXH3_64bits(bytes.data(), kHeaderChecksumOffset)) {
    return Unexpected<IndexDefect>(IndexDefect::HeaderChecksum);
  }
  if (header.version != kIndexVersion) {
    return Unexpected<IndexDefect>(IndexDefect::Version);
  }
  if (!sizes_are_sound(header, bytes.size())) {
    return Unexpected<IndexDefect>(IndexDefect::Sizes);
  }
  const std::span<const std::uint8_t> payload = bytes.subspan(sizeof header);
  if (header.payload_checksum != XXH3_64bits(payload.data(), payload.size())) {
    return Unexpected<IndexDefect>(IndexDefect::PayloadChecksum);
  }
  IndexView view(header);
  const SlotTable::Prints prints{.salt = header.salt, .bits = header.fingerprint_bits};
  const std::uint8_t* at = payload.data();
  view.first_depth_ = (header.flags & kFlagSingleLabels) != 0 ? 1 : 2;
  view.names_ = SlotTable(at, header.home_bucket_count, header.spill_bucket_count, prints);
  at += header.bucket_count() * kBucketBytes;
  view.paths_ =
      SlotTable(at, header.path_home_bucket_count, header.path_spill_bucket_count, prints);
  at += header.path_bucket_count() * kBucketBytes;
  view.values_ = at;
  at += header.value_count * sizeof(IndexValue);
  view.prefixes_ = RangeTable(at, at + header.prefix_range_count * sizeof(RangeStart),
                              header.prefix_range_count);
  if (!view.content_is_sound()) {
    return Unexpected<IndexDefect>(IndexDefect::Content);
  }
  return view;
}

bool IndexView::content_is_sound() const noexcept {
  return names_.is_sound(header_.value_count, header_.node_count) &&
         paths_.is_sound(header_.value_count, header_.path_node_count) &&
         prefixes_.is_sound(header_.value_count);
}

void IndexView::lookup(std::span<const DomainName* const> names,
                       std::span<NameMatch> matches) const noexcept {
  lookup_bursts(nullptr, names, matches);
}

void IndexView::lookup_with(const IndexView& overlay, std::span<const DomainName* const> names,
                            std::span<NameMatch> matches) const noexcept {
  lookup_bursts(&overlay, names, matches);
}

void IndexView::lookup_bursts(const IndexView* overlay, std::span<const DomainName* const> names,
                              std::span<NameMatch> matches) const noexcept {
  std::size_t left = std::min(names.size(), matches.size());
  for (std::size_t begin = 0; left != 0;) {
    const std::size_t count = std::min(left, kBurst);
    lookup_burst(overlay, names.subspan(begin, count), matches.subspan(begin, count));
    begin += count;
    left -= count;
  }
}

void IndexView::lookup_burst(const IndexView* overlay, std::span<const DomainName* const> names,
                             std::span<NameMatch> matches) const noexcept {
  Burst burst;
  for (std::size_t i = 0; i < names.size(); ++i) {
    begin(burst, i, *names[i]);
  }
  // While the cache lines are on their way.
  std::array<std::uint8_t, kBurst> concerned;
  std::size_t concerned_count = 0;
  for (std::size_t i = 0; overlay != nullptr && i < names.size(); ++i) {
    concerned[concerned_count] = static_cast<std::uint8_t>(i);
    concerned_count += overlay->may_override(*this, burst.descents[i]) ? 1U : 0U;
  }
  descend(burst);
  for (std::size_t i = 0; i < names.size(); ++i) {
    matches[i] = to_match(answer(burst.descents[i]));
  }
  if (concerned_count != 0) {
    overlay->amend(std::span(concerned).first(concerned_count), names, matches);
  }
}

// Of an overlay: whether it needs to be asked about a name that `main` has begun with. Whatever it
// overrides has a node at two labels, unless it overrides even more; and that node's hash is at hand.
bool IndexView::may_override(const IndexView& main, const Descent& begun) const noexcept {
  if ((header_.flags & kFlagShallowOverrides) != 0 || header_.key != main.header_.key) {
    return true;
  }
  if (begun.labels < 2) {
    return false;
  }
  const SuffixHasher::Chain chain =
      main.first_depth_ == 2 ? begun.chain
                             : hasher_.extend(begun.chain, begun.wire,
                                              begun.label_offsets[std::size_t{begun.labels} - 2]);
  return names_.probe(names_.aim(SuffixHasher::finish(chain))) != 0;
}

// Of an overlay: replaces the matches of those names that it overrides.
void IndexView::amend(std::span<const std::uint8_t> which, std::span<const DomainName* const> names,
                      std::span<NameMatch> matches) const noexcept {
  Burst burst;
  for (const std::uint8_t i : which) {
    begin(burst, i, *names[i]);
  }
  descend(burst);
  for (const std::uint8_t i : which) {
    if (const IndexAnswer found = answer(burst.descents[i]); found.overrides != 0) {
      matches[i] = to_match(found);
    }
  }
}

void IndexView::begin(Burst& burst, std::size_t which, const DomainName& name) const noexcept {
  begin(burst.descents[which], name);
  burst.active[burst.active_count] = static_cast<std::uint8_t>(which);
  burst.active_count +=
      burst.descents[which].depth <= burst.descents[which].labels ? std::size_t{1} : std::size_t{0};
}

// In waves: each asks for the cache lines of all names first and reads them afterwards, so that the
// names of a burst wait for memory together. Only names whose node was found and has children go on
// to the next wave; a name has at most 127 labels, so there are at most 127 waves.
void IndexView::descend(Burst& burst) const noexcept {
  std::size_t active_count = burst.active_count;
  while (active_count != 0) {
    std::size_t still_active = 0;
    for (std::size_t i = 0; i < active_count; ++i) {
      const std::uint8_t which = burst.active[i];
      burst.active[still_active] = which;
      still_active += step(burst.descents[which]) ? 1U : 0U;
    }
    active_count = still_active;
  }
}

// As DomainName::label_offsets, but the first steps are always taken (at the end of the name they
// stay where they are): most names have up to five labels, and a loop over their number is
// mispredicted for every other name. That is 5 of 36 ns a lookup when nothing waits for memory.
void IndexView::find_labels(Descent& descent, const DomainName& name) noexcept {
  constexpr std::size_t kFixedSteps = 4;
  descent.wire = name.wire().data();
  descent.labels = name.label_count();
  std::size_t at = 0;
  for (std::size_t i = 0; i < kFixedSteps; ++i) {
    descent.label_offsets[i] = static_cast<std::uint8_t>(at);
    const std::size_t length = descent.wire[at];
    at += length + (length != 0 ? 1U : 0U);
  }
  for (std::size_t i = kFixedSteps; i < descent.labels; ++i) {
    descent.label_offsets[i] = static_cast<std::uint8_t>(at);
    at += descent.wire[at] + std::size_t{1};
  }
}

void IndexView::begin(Descent& descent, const DomainName& name) const noexcept {
  find_labels(descent, name);
  descent.slot = 0;
  descent.slot_depth = 0;
  descent.depth = first_depth_;
  if (descent.labels < first_depth_) {
    return;
  }
  descent.chain = hasher_.root();
  for (std::size_t label = descent.labels; label-- > std::size_t{descent.labels} - first_depth_;) {
    descent.chain = hasher_.extend(descent.chain, descent.wire, descent.label_offsets[label]);
  }
  aim(descent);
}

void IndexView::aim(Descent& descent) const noexcept {
  descent.target = names_.aim(SuffixHasher::finish(descent.chain));
}

// Reads the node that was aimed at and aims at the next label's. False: the descent ends here.
bool IndexView::step(Descent& descent) const noexcept {
  const std::uint64_t slot = names_.probe(descent.target);
  if (slot != 0) {
    descent.slot = slot;
    descent.slot_depth = descent.depth;
  }
  // Single labels have no nodes but where they are listed, so there the tree goes on in any case.
  const bool goes_on = (slot & kHasChildren) != 0 || descent.depth == 1;
  if (!goes_on || descent.depth == descent.labels) {
    return false;
  }
  ++descent.depth;
  descent.chain =
      hasher_.extend(descent.chain, descent.wire,
                     descent.label_offsets[std::size_t{descent.labels} - descent.depth]);
  aim(descent);
  return true;
}

IndexAnswer IndexView::answer(const Descent& descent) const noexcept {
  const bool ends_at_node = descent.slot_depth == descent.labels;
  return answer(names_.value_of(descent.slot),
                ends_at_node ? offsetof(IndexValue, exact) : offsetof(IndexValue, below));
}

IndexAnswer IndexView::answer(std::uint64_t value, std::size_t offset) const noexcept {
  IndexAnswer found;
  std::memcpy(&found, values_ + value * sizeof(IndexValue) + offset, sizeof found);
  return found;
}

// Down the host's tree, part by part, as far as the tree goes: a target costs no more probes than
// its listed beginnings have parts, and one.
NameMatch IndexView::lookup_path(const DomainName& host, std::string_view target) const noexcept {
  if (paths_.empty()) {
    return {};
  }
  SuffixHasher::Chain chain = hasher_.enter_path(hasher_.chain_of(host));
  std::uint64_t slot = paths_.probe(paths_.aim(SuffixHasher::finish(chain)));
  if (slot == 0) {
    return {};
  }
  PathParts parts(target);
  for (std::string_view part; (slot & kHasChildren) != 0 && parts.next(part);) {
    chain = hasher_.extend_path(chain, part);
    const std::uint64_t deeper = paths_.probe(paths_.aim(SuffixHasher::finish(chain)));
    if (deeper == 0) {
      break;
    }
    slot = deeper;
  }
  return to_match(answer(paths_.value_of(slot), offsetof(IndexValue, exact)));
}

NameMatch IndexView::lookup_address(const IpAddress& address) const noexcept {
  return prefixes_.empty()
             ? NameMatch{}
             : to_match(answer(prefixes_.value_of(address), offsetof(IndexValue, exact)));
}

}  // namespace luytre::categories
