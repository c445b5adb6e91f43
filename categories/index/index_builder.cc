// SPDX-License-Identifier: Apache-2.0
#include "categories/index/index_builder.h"

#include <cstring>
#include <unordered_map>
#include <utility>
#include <vector>

#include "durable_write.h"
#include "index_image.h"
#include "inheritance.h"
#include "label_tree.h"

namespace luytre::categories {

namespace {

bool says_nothing(const IndexEntry& entry) noexcept {
  return entry.exact.empty() && entry.subtree.empty() && entry.exact_minimum_age == 0 &&
         entry.subtree_minimum_age == 0;
}

bool same(const IndexEntry& a, const IndexEntry& b) noexcept {
  return a.exact == b.exact && a.subtree == b.subtree &&
         a.exact_minimum_age == b.exact_minimum_age &&
         a.subtree_minimum_age == b.subtree_minimum_age;
}

struct EntryHash {
  std::size_t operator()(const IndexEntry& entry) const noexcept {
    const std::uint64_t ages =
        std::uint64_t{entry.exact_minimum_age} << 8U | entry.subtree_minimum_age;
    return fold_multiply(
        fold_multiply(entry.exact.bits() ^ 0x9e3779b97f4a7c15U, ages ^ 0xd6e8feb86659fd93U),
        entry.subtree.bits() ^ 0xa0761d6478bd642fU);
  }
};
struct EntrySame {
  bool operator()(const IndexEntry& a, const IndexEntry& b) const noexcept { return same(a, b); }
};

}  // namespace

struct IndexBuilder::State {
  State(const Taxonomy& taxonomy, const std::array<std::uint64_t, 2>& hash_key)
      : inheritance(taxonomy), key(hash_key), tree(SuffixHasher(hash_key)) {}

  EntryId number_of(const IndexEntry& entry) {
    if (!entries.empty() && same(entry, entries[latest])) {  // lists come in runs that say the same
      return latest;
    }
    const auto [position, is_new] =
        numbers.try_emplace(entry, static_cast<EntryId>(entries.size()));
    if (is_new) {
      entries.push_back(entry);
    }
    return latest = position->second;
  }

  Inheritance inheritance;
  std::array<std::uint64_t, 2> key;
  LabelTree tree;
  std::vector<IndexEntry> entries;
  std::unordered_map<IndexEntry, EntryId, EntryHash, EntrySame> numbers;
  EntryId latest = 0;
  IndexEntry root;
};

IndexBuilder::IndexBuilder(const Taxonomy& taxonomy, std::array<std::uint64_t, 2> hash_key)
    : state_(std::make_unique<State>(taxonomy, hash_key)) {}
IndexBuilder::IndexBuilder(IndexBuilder&&) noexcept = default;
IndexBuilder& IndexBuilder::operator=(IndexBuilder&&) noexcept = default;
IndexBuilder::~IndexBuilder() = default;

void IndexBuilder::add(const DomainName& name, const IndexEntry& entry) {
  if (says_nothing(entry)) {
    return;
  }
  if (name.is_root()) {
    state_->root = entry;
    return;
  }
  state_->tree.add(name, state_->number_of(entry));
}

Result<void> IndexBuilder::write(const std::filesystem::path& file, std::uint64_t serial) {
  if (Result<void> finished = state_->tree.finish(); !finished) {
    return finished;
  }
  const std::vector<std::uint32_t> value_numbers =
      state_->inheritance.resolve(state_->tree, state_->entries, state_->root);
  const Result<std::vector<std::uint8_t>> image = make_index_image(
      {.tree = &state_->tree,
       .value_numbers = value_numbers,
       .values = state_->inheritance.values(),
       .key = state_->key,
       .serial = serial,
       .name_count = state_->tree.name_count() + (says_nothing(state_->root) ? 0U : 1U)});
  if (!image) {
    return Unexpected<Error>(image.error());
  }
  return durable_write(file, *image);
}

}  // namespace luytre::categories
