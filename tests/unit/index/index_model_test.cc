// SPDX-License-Identifier: Apache-2.0
// Indexes and layers of them against the model, on random trees of names.
#include "index_model.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <set>

#include "categories/index/layered_index.h"

namespace luytre::categories {
namespace {

class IndexProperties : public testing::TestWithParam<std::uint64_t> {};

IndexModel::Entries random_entries(RandomNames& random, std::uint64_t count) {
  IndexModel::Entries entries;
  const bool single_labels = random.below(2) == 0;
  while (entries.size() < count) {
    const DomainName candidate = random.next();
    if (candidate.label_count() > 1 || single_labels) {
      entries.emplace(candidate, random.entry());
    }
    if (random.below(10'000) == 0) {
      break;  // so few labels may run out of names
    }
  }
  if (random.below(3) == 0) {
    entries.emplace(DomainName(), random.entry());
  }
  return entries;
}

Index compile(const IndexModel::Entries& entries, std::uint64_t seed) {
  IndexBuilder builder(taxonomy(), {seed, ~seed});
  for (const auto& [listed, entry] : entries) {
    builder.add(listed, entry);
  }
  return must_build(builder);
}

TEST_P(IndexProperties, AnIndexAgreesWithTheModel) {
  const std::uint64_t seed = GetParam();
  SCOPED_TRACE("seed " + std::to_string(seed));
  RandomNames random(seed);
  const IndexModel::Entries entries = random_entries(random, 1 + random.below(3000));
  expect_agreement(compile(entries, seed), entries, random);
}

// Adds, changes and removes some names; returns which.
std::set<DomainName> change(IndexModel::Entries& entries, RandomNames& random) {
  std::set<DomainName> changed;
  for (std::uint64_t left = 1 + random.below(20); left > 0; --left) {
    const bool listed = random.below(2) == 0 && !entries.empty();
    const DomainName name =
        listed
            ? std::next(entries.begin(), static_cast<std::ptrdiff_t>(random.below(entries.size())))
                  ->first
            : random.next();
    if (listed && random.below(2) == 0) {
      entries.erase(name);
    } else {
      entries[name] = random.entry();
    }
    changed.insert(name);
  }
  return changed;
}

// What an overlay for the changed names needs: themselves, what is above and what is below.
Index overlay_of(const IndexModel::Entries& entries, const std::set<DomainName>& changed,
                 std::uint64_t seed) {
  IndexBuilder builder(taxonomy(), {seed, ~seed});
  for (const DomainName& name : changed) {
    builder.overrides(name);
  }
  for (const auto& [listed, entry] : entries) {
    if (std::ranges::any_of(changed, [&](const DomainName& name) {
          return listed.is_within(name) || name.is_within(listed);
        })) {
      builder.add(listed, entry);
    }
  }
  return must_build(builder);
}

TEST_P(IndexProperties, AnIndexWithAnOverlayAnswersAsOneThatIsCompiledAnew) {
  const std::uint64_t seed = GetParam();
  SCOPED_TRACE("seed " + std::to_string(seed));
  RandomNames random(seed);
  IndexModel::Entries entries = random_entries(random, 1 + random.below(2000));
  const auto main = std::make_shared<const Index>(compile(entries, seed));
  std::set<DomainName> changed;
  for (int round = 0; round < 3; ++round) {  // one overlay covers all changes since
    changed.merge(change(entries, random));
    const LayeredIndex layered(main,
                               std::make_shared<const Index>(overlay_of(entries, changed, seed)));
    expect_agreement(layered, entries, random);
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, IndexProperties, testing::Range<std::uint64_t>(1, 21));

}  // namespace
}  // namespace luytre::categories
