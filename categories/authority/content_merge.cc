// SPDX-License-Identifier: Apache-2.0
#include "content_merge.h"

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "categories/name_key.h"
#include "categories/native/native_line.h"

namespace luytre::categories {
namespace {

std::string subject_key(std::span<const std::uint8_t> key, Polarity polarity) {
  std::string text(polarity == Polarity::Withdraws ? "!" : "");
  text.append(key.begin(), key.end());
  return text;
}

// What is taken away, and whether it was there.
class Removals {
 public:
  void add(const std::string& subject) {
    const auto entry = parse_subject(subject);
    const auto* name = entry ? std::get_if<ListedName>(&*entry) : nullptr;
    if (name != nullptr) {
      names_.try_emplace(subject_key(NameKey(name->name).bytes(), name->polarity), false);
    } else {
      others_.try_emplace(subject, false);
    }
  }

  // A name that is decoded already would be encoded again: its key is at hand.
  bool takes(std::span<const std::uint8_t> key, Polarity polarity) {
    return !names_.empty() && found(names_, subject_key(key, polarity));
  }
  bool takes(const NativeEntry& entry) {
    return !others_.empty() && found(others_, subject_text(entry));
  }

  // What `other` has found here and there counts as found.
  void unite_found(const Removals& other) {
    for (const auto& [from, to] : {std::pair(&other.names_, &names_), {&other.others_, &others_}}) {
      for (const auto& [key, was_found] : *from) {
        (*to)[key] |= was_found;
      }
    }
  }

  [[nodiscard]] std::uint64_t not_found() const {
    const auto count = [](const Marks& marks) {
      return std::ranges::count_if(marks, [](const auto& mark) { return !mark.second; });
    };
    return static_cast<std::uint64_t>(count(names_) + count(others_));
  }

 private:
  using Marks = std::unordered_map<std::string, bool>;

  static bool found(Marks& marks, const std::string& key) {
    const auto mark = marks.find(key);
    if (mark == marks.end()) {
      return false;
    }
    mark->second = true;
    return true;
  }

  Marks names_;
  Marks others_;
};

// Copies from `from` what neither is removed nor has expired; names come in order if `from` has them
// so.
class Filter {
 public:
  Filter(Removals& removals, std::chrono::sys_seconds now) noexcept
      : removals_(removals), now_(now.time_since_epoch().count()) {}

  // Nothing: it goes.
  std::optional<ListedName> keep(const NameList& names, std::size_t position) {
    ListedName listed = names[position];
    return removals_.takes(names.key(position), listed.polarity) || is_over(listed.terms)
               ? std::nullopt
               : std::optional(std::move(listed));
  }
  template <typename Listed>
  void copy(const std::vector<Listed>& from, std::vector<Listed>& to) {
    for (const Listed& listed : from) {
      if (!removals_.takes(listed) && !is_over(listed.terms)) {
        to.push_back(listed);
      }
    }
  }
  [[nodiscard]] std::uint64_t expired() const noexcept { return expired_; }

 private:
  bool is_over(const Terms& terms) noexcept {
    const bool over = terms.expires != 0 && terms.expires <= now_;
    expired_ += over ? 1 : 0;
    return over;
  }

  Removals& removals_;
  std::int64_t now_;
  std::uint64_t expired_ = 0;
};

bool stands_before(const NameList& a, std::size_t i, const ListedName& left, const NameList& b,
                   std::size_t j) {
  if (!std::ranges::equal(a.key(i), b.key(j))) {
    return std::ranges::lexicographical_compare(a.key(i), b.key(j));
  }
  const ListedName right = b[j];
  return std::tie(left.reach, left.polarity, left.terms) <=
         std::tie(right.reach, right.polarity, right.terms);
}

// In order, so that normalising needs no sorting: 10 million names would take as long as all else.
void merge_names(const NameList& base, const NameList& added, Filter& filter, NameList& to) {
  std::size_t next = 0;
  const auto add_rest = [&](auto until) {
    for (; next < added.size() && !until(); ++next) {
      to.add(added[next]);
    }
  };
  for (std::size_t i = 0; i < base.size(); ++i) {
    if (const auto kept = filter.keep(base, i); kept) {
      add_rest([&] { return stands_before(base, i, *kept, added, next); });
      to.add(*kept);
    }
  }
  add_rest([] { return false; });
}

void append(const ListContent& from, ListContent& to) {
  for (std::size_t i = 0; i < from.names.size(); ++i) {
    to.names.add(from.names[i]);
  }
  to.paths.insert(to.paths.end(), from.paths.begin(), from.paths.end());
  to.prefixes.insert(to.prefixes.end(), from.prefixes.begin(), from.prefixes.end());
}

// `from` without what one submission takes away of what those before it have added.
ListContent without(const ListContent& from, Removals& removals) {
  ListContent to;
  Filter filter(removals, {});
  merge_names(from.names, {}, filter, to.names);
  filter.copy(from.paths, to.paths);
  filter.copy(from.prefixes, to.prefixes);
  return to;
}

}  // namespace

MergedContent merge_content(const ListContent& base, const std::vector<ListChanges>& submissions,
                            std::chrono::sys_seconds now) {
  Removals removals;
  ListContent added;
  for (const ListChanges& changes : submissions) {
    // Of this submission alone: what an earlier one took away may have been added again since.
    Removals own;
    for (const std::string& subject : changes.removed) {
      removals.add(subject);
      own.add(subject);
    }
    if (!changes.removed.empty() && added.size() != 0) {
      added = without(added, own);
      removals.unite_found(own);
    }
    append(changes.added, added);
  }
  added.normalise();
  MergedContent merged;
  // What is added may have ended, too, before it came into a version.
  Removals none;
  Filter of_added(none, now);
  ListContent in_force;
  merge_names(added.names, {}, of_added, in_force.names);
  of_added.copy(added.paths, in_force.paths);
  of_added.copy(added.prefixes, in_force.prefixes);

  Filter of_base(removals, now);
  merge_names(base.names, in_force.names, of_base, merged.content.names);
  of_base.copy(base.paths, merged.content.paths);
  of_base.copy(base.prefixes, merged.content.prefixes);
  merged.content.paths.insert(merged.content.paths.end(), in_force.paths.begin(),
                              in_force.paths.end());
  merged.content.prefixes.insert(merged.content.prefixes.end(), in_force.prefixes.begin(),
                                 in_force.prefixes.end());
  merged.content.normalise();
  merged.expired = of_added.expired() + of_base.expired();
  merged.not_found = removals.not_found();
  return merged;
}

}  // namespace luytre::categories
