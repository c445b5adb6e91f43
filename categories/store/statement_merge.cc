// SPDX-License-Identifier: Apache-2.0
#include "statement_merge.h"

#include <algorithm>
#include <cstddef>

namespace luytre::categories {
namespace {

bool applies(const Statement& said, Reach reach) noexcept {
  return reach == Reach::Exact || said.reach == Reach::Subtree;
}

}  // namespace

StatementMerge::StatementMerge(const std::vector<Source>& sources, CategorySet mandatory)
    : mandatory_(mandatory) {
  for (const Source& source : sources) {
    const auto id = static_cast<std::size_t>(source.id);
    if (authorities_.size() <= id) {
      authorities_.resize(id + 1);
    }
    authorities_[id] = {.priority = source.priority, .scope = source.scope};
  }
}

const StatementMerge::Authority& StatementMerge::authority(SourceId source) const noexcept {
  static constexpr Authority kNobody;
  const auto id = static_cast<std::size_t>(source);
  return id < authorities_.size() ? authorities_[id] : kNobody;
}

bool StatementMerge::reduce(Voice& voice, std::span<const Statement> statements,
                            Reach reach) const {
  CategorySet taken;
  bool everything = false;
  for (const Statement& said : statements) {
    if (said.polarity != Polarity::Withdraws || !applies(said, reach)) {
      continue;
    }
    const Authority& by = authority(said.source);
    if (by.priority > voice.priority) {
      continue;
    }
    everything = everything || said.categories.empty();
    const CategorySet named =
        said.categories.empty() ? CategorySet(~std::uint64_t{0}) : said.categories;
    taken |= by.scope == Scope::Mandatory ? named : named - mandatory_;
  }
  const bool named_none = voice.categories.empty();
  voice.categories = voice.categories - taken;
  if (named_none ? everything : voice.categories.empty()) {
    voice.states_age = false;
  }
  return voice.states_age || !voice.categories.empty();
}

SubjectMerge StatementMerge::merge(std::span<const Statement> statements, Reach reach,
                                   std::span<const Voice> above, std::vector<Voice>* below) const {
  SubjectMerge merged;
  if (below != nullptr) {
    below->clear();
  }
  CategorySet came;
  CategorySet stayed;
  bool age_came = false;
  bool age_stayed = false;
  for (Voice voice : above) {
    came |= voice.categories;
    age_came = age_came || voice.states_age;
    const bool speaks = reduce(voice, statements, reach);
    stayed |= voice.categories;
    age_stayed = age_stayed || voice.states_age;
    if (speaks && below != nullptr) {
      below->push_back(voice);
    }
  }
  merged.withdrawn = came - stayed;
  merged.age_withdrawn = age_came && !age_stayed;
  for (const Statement& said : statements) {
    if (said.polarity != Polarity::Lists || !applies(said, reach)) {
      continue;
    }
    Voice voice{.priority = authority(said.source).priority,
                .categories = said.categories,
                .states_age = said.minimum_age != 0};
    const bool speaks = reduce(voice, statements, reach);
    merged.own |= voice.categories;
    if (voice.states_age) {
      merged.minimum_age = std::max(merged.minimum_age, said.minimum_age);
    }
    if (speaks && below != nullptr) {
      below->push_back(voice);
    }
  }
  return merged;
}

}  // namespace luytre::categories
