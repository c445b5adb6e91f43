// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "categories/index/index_builder.h"
#include "categories/index/layered_index.h"
#include "categories/taxonomy.h"
#include "dataplane/worker.h"
#include "policy/preset.h"
#include "policy/snapshot.h"

namespace luytre::dataplane::test {

template <typename T>
T must(Result<T> result) {
  if (!result) {
    std::fprintf(stderr, "%s\n", result.error().message.c_str());
    std::abort();
  }
  return *std::move(result);
}

// Lines by address, IPv6 prefix and VLAN: 10.0.0.2, 2001:db8:1::/64 and VLAN 20 belong to a child
// of 7 to 12 years. Nobody registered 10.0.0.3, 2001:db8:3::/64 and VLAN 30.
inline constexpr std::string_view kChild = "10.0.0.2";
inline constexpr std::string_view kAdult = "10.0.0.3";
inline constexpr std::string_view kChildV6 = "2001:db8:1::2";
inline constexpr std::string_view kAdultV6 = "2001:db8:3::2";
inline constexpr std::uint16_t kChildVlan = 20;

// The shipped taxonomy and preset, and a small list: casino.test (gambling, with all below it),
// porn.test, malware.test, helpline.test (never blocked); the pages pages.test/bad and
// helpline.test/bad; the addresses 203.0.113.0/24 and 2001:db8:bad::/48 (gambling).
class TestWorld {
 public:
  TestWorld()
      : taxonomy_(must(categories::Taxonomy::load(source("categories/data/taxonomy.toml")))),
        preset_(must(policy::Preset::load(source("policy/presets/vn.toml"), taxonomy_))),
        index_(make_index()),
        policy_(make_policy()) {
    names_.resize(64);
    for (const categories::Category& category : taxonomy_.categories()) {
      names_[static_cast<std::size_t>(category.id)] = category.name;
    }
  }

  [[nodiscard]] World world() const noexcept {
    return {.index = &index_,
            .policy = policy_.get(),
            .category_names = names_,
            .vpn = categories::CategorySet::of(category("vpn")),
            .proxy = categories::CategorySet::of(category("proxy_anonymizer"))};
  }
  [[nodiscard]] categories::CategoryId category(std::string_view name) const {
    return taxonomy_.find(name)->id;
  }
  [[nodiscard]] const categories::Taxonomy& taxonomy() const noexcept { return taxonomy_; }
  [[nodiscard]] const policy::Preset& preset() const noexcept { return preset_; }

  static categories::DomainName name(std::string_view text) {
    const auto parsed = categories::DomainName::from_text(text);
    if (!parsed) {
      std::abort();
    }
    return *parsed;
  }
  static std::filesystem::path source(std::string_view path) {
    return std::filesystem::path(LUYTRE_SOURCE_DIR) / path;
  }

 private:
  categories::LayeredIndex make_index() {
    categories::IndexBuilder builder(taxonomy_, {1, 2});
    for (const auto& [text, word] : std::initializer_list<std::pair<const char*, const char*>>{
             {"casino.test", "gambling"},
             {"porn.test", "porn"},
             {"malware.test", "malware"},
             {"helpline.test", "helpline_report"}}) {
      const auto set = categories::CategorySet::of(category(word));
      builder.add(name(text), {.exact = set, .subtree = set});
    }
    const auto gambling = categories::CategorySet::of(category("gambling"));
    for (const char* text : {"pages.test/bad", "helpline.test/bad"}) {
      builder.add_path(*categories::HostPath::from_text(text), gambling, 0);
    }
    for (const char* text : {"203.0.113.0/24", "2001:db8:bad::/48"}) {
      builder.add_prefix(*categories::IpPrefix::from_text(text), gambling, 0);
    }
    return categories::LayeredIndex(
        std::make_shared<const categories::Index>(must(builder.build(1))));
  }

  std::unique_ptr<const policy::PolicySnapshot> make_policy() {
    policy::Line line;
    line.id = "child";
    line.band = "b1";
    for (const char* key : {"10.0.0.2", "2001:db8:1::/64", "vlan:20"}) {
      line.keys.push_back(must(policy::parse_line_key(key)));
    }
    return must(policy::PolicySnapshot::compile(preset_, {&line, 1}, {}, {}));
  }

  categories::Taxonomy taxonomy_;
  policy::Preset preset_;
  categories::LayeredIndex index_;
  std::unique_ptr<const policy::PolicySnapshot> policy_;
  std::vector<std::string> names_;
};

}  // namespace luytre::dataplane::test
