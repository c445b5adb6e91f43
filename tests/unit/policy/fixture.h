// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>
#include <string_view>

#include "categories/taxonomy.h"
#include "policy/line.h"
#include "policy/preset.h"

// The shipped taxonomy and presets, and short ways to write names and sets of categories.
namespace luytre::policy::test {

inline std::filesystem::path source_file(std::string_view path) {
  return std::filesystem::path(LUYTRE_SOURCE_DIR) / path;
}

// What a test cannot go on without; the message says what is wrong with the shipped data.
template <typename T>
T must(Result<T> result) {
  if (!result) {
    std::cerr << result.error().message << '\n';
    std::abort();
  }
  return *std::move(result);
}

inline const categories::Taxonomy& taxonomy() {
  static const auto loaded =
      must(categories::Taxonomy::load(source_file("categories/data/taxonomy.toml")));
  return loaded;
}

inline const Preset& vn() {
  static const auto loaded = must(Preset::load(source_file("policy/presets/vn.toml"), taxonomy()));
  return loaded;
}

inline const Preset& generic() {
  static const auto loaded =
      must(Preset::load(source_file("policy/presets/generic.toml"), taxonomy()));
  return loaded;
}

inline const Band& band(std::string_view id, const Preset& preset = vn()) {
  const Band* found = preset.find_band(id);
  if (found == nullptr) {
    std::cerr << "no band " << id << '\n';
    std::abort();
  }
  return *found;
}

inline categories::CategoryId category(std::string_view name) {
  const categories::Category* found = taxonomy().find(name);
  if (found == nullptr) {
    std::cerr << "no category " << name << '\n';
    std::abort();
  }
  return found->id;
}

// "porn gambling"
inline categories::CategorySet set_of(std::string_view words) {
  categories::CategorySet set;
  while (!words.empty()) {
    const std::string_view word = words.substr(0, words.find(' '));
    set |= categories::CategorySet::of(category(word));
    words.remove_prefix(std::min(words.size(), word.size() + 1));
  }
  return set;
}

inline categories::DomainName domain(std::string_view text) {
  const auto name = categories::DomainName::from_text(text);
  if (!name) {
    std::cerr << "no name: " << text << '\n';
    std::abort();
  }
  return *name;
}

inline Override allowed(std::string_view name) {
  return {.name = domain(name), .kind = Override::Kind::Allow, .lifts_security = false};
}
inline Override confirmed(std::string_view name) {
  return {.name = domain(name), .kind = Override::Kind::Allow, .lifts_security = true};
}
inline Override denied(std::string_view name) {
  return {.name = domain(name), .kind = Override::Kind::Deny, .lifts_security = false};
}

}  // namespace luytre::policy::test
