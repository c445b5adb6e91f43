// SPDX-License-Identifier: Apache-2.0
#include "categories/name_list.h"

#include <algorithm>
#include <cstring>
#include <tuple>

#include "categories/name_key.h"

namespace luytre::categories {
namespace {

int compare(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b) noexcept {
  const std::size_t common = std::min(a.size(), b.size());
  const int order = common == 0 ? 0 : std::memcmp(a.data(), b.data(), common);
  if (order != 0 || a.size() == b.size()) {
    return order;
  }
  return a.size() < b.size() ? -1 : 1;
}

}  // namespace

void NameList::add(const ListedName& listed) {
  const NameKey key(listed.name);
  const std::span<const std::uint8_t> bytes = key.bytes();
  records_.push_back({.key_offset = keys_.size(),
                      .categories = listed.categories,
                      .key_size = static_cast<std::uint16_t>(bytes.size()),
                      .reach = listed.reach,
                      .minimum_age = listed.minimum_age,
                      .polarity = listed.polarity,
                      .terms = number_of(listed.terms)});
  keys_.insert(keys_.end(), bytes.begin(), bytes.end());
}

std::uint32_t NameList::number_of(const Terms& terms) {
  if (terms == Terms{}) {
    return 0;
  }
  const auto [position, is_new] =
      term_numbers_.try_emplace(terms, static_cast<std::uint32_t>(terms_.size()));
  if (is_new) {
    terms_.push_back(terms);
  }
  return position->second;
}

std::span<const std::uint8_t> NameList::key(std::size_t position) const noexcept {
  const Record& record = records_[position];
  return {keys_.data() + record.key_offset, record.key_size};
}

ListedName NameList::operator[](std::size_t position) const {
  const Record& record = records_[position];
  // Only keys made from a name come in, so decoding cannot fail.
  return {.name = NameKey::decode(key(position)).value_or(DomainName{}),
          .reach = record.reach,
          .minimum_age = record.minimum_age,
          .categories = record.categories,
          .polarity = record.polarity,
          .terms = terms_[record.terms]};
}

std::size_t NameList::normalise() {
  const auto key_of = [this](const Record& record) {
    return std::span<const std::uint8_t>{keys_.data() + record.key_offset, record.key_size};
  };
  const auto before = [&](const Record& a, const Record& b) {
    const int order = compare(key_of(a), key_of(b));
    if (order != 0) {
      return order < 0;
    }
    if (a.reach != b.reach || a.polarity != b.polarity) {
      return std::tie(a.reach, a.polarity) < std::tie(b.reach, b.polarity);
    }
    return a.terms != b.terms && terms_[a.terms] < terms_[b.terms];
  };
  if (!std::ranges::is_sorted(records_, before)) {
    std::ranges::sort(records_, before);
  }
  std::size_t kept = 0;
  for (const Record& record : records_) {
    if (kept > 0 && !before(records_[kept - 1], record)) {
      Record& united = records_[kept - 1];
      united.categories |= record.categories;
      united.minimum_age = std::max(united.minimum_age, record.minimum_age);
    } else {
      records_[kept++] = record;
    }
  }
  const std::size_t gone = records_.size() - kept;
  records_.resize(kept);
  return gone;
}

}  // namespace luytre::categories
