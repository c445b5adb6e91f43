// SPDX-License-Identifier: Apache-2.0
#include "categories/index/index_builder.h"

#include <unordered_map>
#include <utility>
#include <vector>

#include "durable_write.h"
#include "index_image.h"
#include "inheritance.h"
#include "label_tree.h"
#include "path_tree.h"
#include "prefix_ranges.h"
#include "value_table.h"

namespace luytre::categories {

namespace {

bool says_nothing(const MergedEntry& entry) noexcept { return entry == MergedEntry{}; }

// What HostPath::from_text() promises. Without a path the entry would speak about its whole host, and
// a longer one would be cut to another.
bool is_sound(const HostPath& path) noexcept {
  return path.path.size() > 1 && path.path.size() <= HostPath::kMaxPathBytes &&
         path.path.front() == '/' && !path.host.is_root();
}

struct EntryHash {
  std::size_t operator()(const MergedEntry& entry) const noexcept {
    const std::uint64_t ages = std::uint64_t{entry.exact_minimum_age} << 16U |
                               std::uint64_t{entry.subtree_minimum_age} << 8U |
                               (entry.exact_age_withdrawn ? 2U : 0U) |
                               (entry.subtree_age_withdrawn ? 1U : 0U);
    const std::uint64_t listed =
        fold_multiply(entry.exact.bits() ^ 0x9e3779b97f4a7c15U, ages ^ 0xd6e8feb86659fd93U);
    const std::uint64_t withdrawn =
        fold_multiply(entry.exact_withdrawn.bits() ^ 0x9fb21c651e98df25U,
                      entry.subtree_withdrawn.bits() ^ 0xe7037ed1a0b428dbU);
    return fold_multiply(listed ^ withdrawn, entry.subtree.bits() ^ 0xa0761d6478bd642fU);
  }
};

}  // namespace

struct IndexBuilder::State {
  State(const Taxonomy& taxonomy, const Index::HashKey& hash_key)
      : inheritance(taxonomy),
        key(hash_key),
        names(SuffixHasher(hash_key)),
        paths(SuffixHasher(hash_key)) {}

  EntryId number_of(const MergedEntry& entry);
  [[nodiscard]] Result<std::vector<std::uint8_t>> image(std::uint64_t serial);

  Inheritance inheritance;
  Index::HashKey key;
  LabelTree names;
  PathTree paths;
  PrefixRanges prefixes;
  Inheritance::Root root;
  std::vector<MergedEntry> entries;
  std::unordered_map<MergedEntry, EntryId, EntryHash> numbers;
  EntryId latest = 0;
};

EntryId IndexBuilder::State::number_of(const MergedEntry& entry) {
  if (!entries.empty() && entry == entries[latest]) {  // lists come in runs that say the same
    return latest;
  }
  const auto [position, is_new] = numbers.try_emplace(entry, static_cast<EntryId>(entries.size()));
  if (is_new) {
    entries.push_back(entry);
  }
  return latest = position->second;
}

Result<std::vector<std::uint8_t>> IndexBuilder::State::image(std::uint64_t serial) {
  if (Result<void> finished = names.finish(); !finished) {
    return Unexpected<Error>(finished.error());
  }
  if (Result<void> finished = paths.finish(); !finished) {
    return Unexpected<Error>(finished.error());
  }
  ValueTable values;
  const std::vector<std::uint32_t> name_values = inheritance.resolve(names, entries, root, values);
  const std::vector<std::uint32_t> path_values = paths.resolve(values);
  const Result<std::vector<PrefixRanges::Range>> ranges = prefixes.resolve(values);
  if (!ranges) {
    return Unexpected<Error>(ranges.error());
  }
  return make_index_image(
      {.names = {.tree = &names.nodes(), .value_numbers = name_values},
       .paths = {.tree = &paths.nodes(), .value_numbers = path_values},
       .prefix_ranges = *ranges,
       .values = values.values(),
       .key = key,
       .flags = (names.has_single_labels() ? kFlagSingleLabels : 0U) |
                (names.has_shallow_overrides() || root.overrides ? kFlagShallowOverrides : 0U),
       .serial = serial,
       .name_count = names.name_count() + (says_nothing(root.entry) ? 0U : 1U),
       .path_count = paths.path_count(),
       .prefix_count = prefixes.prefix_count()});
}

IndexBuilder::IndexBuilder(const Taxonomy& taxonomy, Index::HashKey hash_key)
    : state_(std::make_unique<State>(taxonomy, hash_key)) {}
IndexBuilder::IndexBuilder(IndexBuilder&&) noexcept = default;
IndexBuilder& IndexBuilder::operator=(IndexBuilder&&) noexcept = default;
IndexBuilder::~IndexBuilder() = default;

void IndexBuilder::add(const DomainName& name, const MergedEntry& entry) {
  if (says_nothing(entry)) {
    return;
  }
  if (name.is_root()) {
    state_->root.entry = entry;
    return;
  }
  state_->names.add(name, state_->number_of(entry));
}

void IndexBuilder::add_path(const HostPath& path, CategorySet categories,
                            std::uint8_t minimum_age) {
  if (is_sound(path)) {
    state_->paths.add(path, {.categories = categories.bits(),
                             .matched_labels = path.host.label_count(),
                             .minimum_age = minimum_age});
  }
}

void IndexBuilder::add_prefix(const IpPrefix& prefix, CategorySet categories,
                              std::uint8_t minimum_age) {
  state_->prefixes.add(prefix, {.categories = categories.bits(), .minimum_age = minimum_age});
}

void IndexBuilder::overrides(const DomainName& name) {
  if (name.is_root()) {
    state_->root.overrides = true;
    return;
  }
  state_->names.add_override(name);
}

Result<void> IndexBuilder::write(const std::filesystem::path& file, std::uint64_t serial) {
  const Result<std::vector<std::uint8_t>> image = state_->image(serial);
  return image ? durable_write(file, *image) : Unexpected<Error>(image.error());
}

Result<Index> IndexBuilder::build(std::uint64_t serial) {
  Result<std::vector<std::uint8_t>> image = state_->image(serial);
  return image ? Index::from_bytes(std::move(*image)) : Unexpected<Error>(image.error());
}

}  // namespace luytre::categories
