// SPDX-License-Identifier: Apache-2.0
#include "index_view.h"

#include <xxhash.h>

#include <algorithm>
#include <cstring>

namespace luytre::categories {

namespace {

constexpr std::size_t kBucketBytes = sizeof(IndexBucket);
constexpr std::size_t kHeaderChecksumOffset = offsetof(IndexHeader, header_checksum);

IndexBucket load_bucket(const std::uint8_t* bytes) noexcept {
  IndexBucket bucket;
  std::memcpy(&bucket, bytes, sizeof bucket);
  return bucket;
}

// Whether the counts of the header are possible at all and describe exactly `size` bytes.
bool sizes_are_sound(const IndexHeader& header, std::size_t size) noexcept {
  if (header.fingerprint_bits < kMinFingerprintBits ||
      header.fingerprint_bits > kMaxFingerprintBits ||
      header.spill_bucket_count > kMaxSpillBuckets || header.home_bucket_count == 0 ||
      header.value_count == 0 || (header.flags & ~kFlagSingleLabels) != 0 || header.reserved != 0) {
    return false;
  }
  const unsigned value_bits = 64U - kSlotFlagBits - header.fingerprint_bits;
  const std::size_t payload = size - sizeof(IndexHeader);
  // Division first: no product below can overflow.
  if (((std::uint64_t{header.value_count} - 1) >> value_bits) != 0 ||
      header.home_bucket_count > payload / kBucketBytes) {
    return false;
  }
  return header.bucket_count() * kBucketBytes + header.value_count * sizeof(IndexValue) == payload;
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
    case IndexDefect::Slots:
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
  view.fingerprint_mask_ = fingerprint_mask(header.fingerprint_bits);
  view.first_depth_ = (header.flags & kFlagSingleLabels) != 0 ? 1 : 2;
  view.buckets_ = payload.data();
  view.values_ = payload.data() + header.bucket_count() * kBucketBytes;
  if (!view.slots_are_sound()) {
    return Unexpected<IndexDefect>(IndexDefect::Slots);
  }
  return view;
}

// A checksum proves that the file is what was written, not that who wrote it was sane: one pass
// over the slots keeps every value number inside the table.
bool IndexView::slots_are_sound() const noexcept {
  std::uint64_t highest_value = 0;
  std::uint64_t occupied = 0;
  for (std::uint64_t i = 0; i < header_.bucket_count(); ++i) {
    for (const std::uint64_t slot : load_bucket(buckets_ + i * kBucketBytes)) {
      highest_value = std::max(highest_value, value_number(slot, header_.fingerprint_bits));
      occupied += slot != 0 ? 1U : 0U;
    }
  }
  return highest_value < header_.value_count && occupied == header_.node_count;
}

void IndexView::lookup(std::span<const DomainName* const> names,
                       std::span<NameMatch> matches) const noexcept {
  std::size_t left = std::min(names.size(), matches.size());
  for (std::size_t begin = 0; left != 0;) {
    const std::size_t count = std::min(left, kBurst);
    lookup_burst(names.subspan(begin, count), matches.subspan(begin, count));
    begin += count;
    left -= count;
  }
}

// In waves: each asks for the cache lines of all names first and reads them afterwards, so that the
// names of a burst wait for memory together. Only names whose node was found and has children go on
// to the next wave; a name has at most 127 labels, so there are at most 127 waves.
void IndexView::lookup_burst(std::span<const DomainName* const> names,
                             std::span<NameMatch> matches) const noexcept {
  std::array<Descent, kBurst> descents;
  std::array<std::uint8_t, kBurst> active;
  std::size_t active_count = 0;
  for (std::size_t i = 0; i < names.size(); ++i) {
    begin(descents[i], *names[i]);
    active[active_count] = static_cast<std::uint8_t>(i);
    active_count += descents[i].depth <= descents[i].labels ? 1U : 0U;
  }
  while (active_count != 0) {
    std::size_t still_active = 0;
    for (std::size_t i = 0; i < active_count; ++i) {
      const std::uint8_t which = active[i];
      active[still_active] = which;
      still_active += step(descents[which]) ? 1U : 0U;
    }
    active_count = still_active;
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    matches[i] = answer(descents[i]);
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
  const SuffixHash hash = SuffixHasher::finish(descent.chain);
  descent.wanted = fingerprint(hash, header_.salt, header_.fingerprint_bits);
  descent.bucket = buckets_ + home_bucket(hash, header_.home_bucket_count) * kBucketBytes;
  __builtin_prefetch(descent.bucket);
}

// Reads the node that was aimed at and aims at the next label's. False: the descent ends here.
bool IndexView::step(Descent& descent) const noexcept {
  const std::uint64_t slot = probe(descent);
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

// The slot with the wanted fingerprint, 0 if there is none. (Comparing the eight slots with wider
// registers, AVX2 or AVX-512, measured the same: the time goes into waiting and into the branches.)
std::uint64_t IndexView::probe(const Descent& descent) const noexcept {
  const std::uint8_t* at = descent.bucket;
  for (std::uint32_t bucket = 0; bucket <= header_.spill_bucket_count; ++bucket) {
    std::uint64_t found = 0;
    std::uint64_t slot = 0;
    for (std::size_t i = 0; i < kSlotsPerBucket; ++i, at += sizeof slot) {
      std::memcpy(&slot, at, sizeof slot);
      found = (slot & fingerprint_mask_) == descent.wanted ? slot : found;
    }
    if (found != 0 || (slot & kSpilled) == 0) {  // the flag is in the last slot
      return found;
    }
  }
  return 0;
}

NameMatch IndexView::answer(const Descent& descent) const noexcept {
  const bool ends_at_node = descent.slot_depth == descent.labels;
  const std::uint64_t number = value_number(descent.slot, header_.fingerprint_bits);
  IndexAnswer found;
  std::memcpy(&found,
              values_ + number * sizeof(IndexValue) +
                  (ends_at_node ? offsetof(IndexValue, exact) : offsetof(IndexValue, below)),
              sizeof found);
  return {.categories = CategorySet(found.categories),
          .matched_labels = found.matched_labels,
          .minimum_age = found.minimum_age};
}

}  // namespace luytre::categories
