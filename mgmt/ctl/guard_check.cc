// SPDX-License-Identifier: Apache-2.0
#include "guard_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include "categories/import/text_lines.h"
#include "guard_limits.h"
#include "policy/verdict.h"

namespace luytre::ctl {
namespace {

using categories::CategorySet;
using categories::DomainName;
using categories::Polarity;
using categories::Statement;

Result<categories::PopularNames> load_popular(const Installation& installation,
                                              const categories::Taxonomy& taxonomy,
                                              const RankingOptions& ranking) {
  const auto own = installation.popular_names();
  std::ifstream file(own, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file) {
    return fail(ErrorCode::NotFound,
                fmt::format("{} cannot be read; say where the data files are: --share-dir DIR.",
                            own.native()));
  }
  auto popular = categories::PopularNames::parse(text, taxonomy);
  if (!popular) {
    return fail(popular.error().code, fmt::format("{}: {}", own.native(), popular.error().message));
  }
  std::filesystem::path path = ranking.file;
  std::error_code error;
  if (path.empty() && std::filesystem::exists(installation.data_dir / "popular.names", error)) {
    path = installation.data_dir / "popular.names";
  }
  if (!path.empty()) {
    std::size_t left = ranking.top;
    auto read = categories::read_text_lines(path, [&](std::string_view line) {
      if (left != 0 && !line.empty() && !line.starts_with('#')) {
        popular->add_ranked(line);
        --left;
      }
      return left != 0;
    });
    if (!read) {
      return Unexpected<Error>(read.error());
    }
  }
  return popular;
}

Result<CategorySet> own_subtree(const categories::CategoryStore& store, categories::SourceId own,
                                const DomainName& name) {
  const auto covering = store.covering(name);
  if (!covering) {
    return Unexpected<Error>(covering.error());
  }
  CategorySet said_before;
  for (const categories::Entry& entry : *covering) {
    for (const Statement& said : entry.statements) {
      if (entry.name == name && said.source == own && said.polarity == Polarity::Lists &&
          said.reach == categories::Reach::Subtree) {
        said_before |= said.categories;
      }
    }
  }
  return said_before;
}

}  // namespace

GuardCheck::GuardCheck(const categories::Taxonomy& taxonomy, categories::SharedHosts hosts,
                       categories::PopularNames popular, policy::Preset preset,
                       std::filesystem::path limits)
    : taxonomy_(taxonomy),
      hosts_(std::move(hosts)),
      popular_(std::move(popular)),
      preset_(std::move(preset)),
      limits_(std::move(limits)) {
  const auto special_names = policy::Profile::compile_special_names(preset_);
  for (const policy::Band& band : preset_.bands) {
    profiles_.emplace_back(preset_, band, std::span<const policy::Override>{},
                           policy::Profile::Pause::Running, special_names);
  }
}

Result<GuardCheck> GuardCheck::load(const Installation& installation,
                                    const categories::Taxonomy& taxonomy,
                                    const RankingOptions& ranking) {
  auto hosts = categories::SharedHosts::load();
  if (!hosts) {
    return Unexpected<Error>(hosts.error());
  }
  auto popular = load_popular(installation, taxonomy, ranking);
  if (!popular) {
    return Unexpected<Error>(popular.error());
  }
  const auto preset_id = installation.preset_id();
  if (!preset_id) {
    return Unexpected<Error>(preset_id.error());
  }
  auto preset = installation.preset(*preset_id, taxonomy);
  if (!preset) {
    return Unexpected<Error>(preset.error());
  }
  return GuardCheck(taxonomy, *std::move(hosts), *std::move(popular), *std::move(preset),
                    installation.data_dir / "guards.toml");
}

Result<categories::GuardReport> GuardCheck::run(const categories::CategoryStore* store,
                                                const ProtectedNames& protected_names,
                                                const std::string& source,
                                                const categories::ListContent& candidate) const {
  const auto limits = load_guard_limits(limits_, source);
  if (!limits) {
    return Unexpected<Error>(limits.error());
  }
  categories::InForce in_force;
  in_force.others = protected_names.others(source);
  if (const ProtectedNames::Said* own = protected_names.find(source)) {
    in_force.entries = own->entries;
    in_force.own = &own->content;
  }
  if (store != nullptr) {
    in_force.match = [&](const DomainName& name) { return store->match(name, taxonomy_); };
    const auto sources = store->sources();
    if (!sources) {
      return Unexpected<Error>(sources.error());
    }
    const auto before = std::ranges::find(*sources, source, &categories::Source::name);
    if (before != sources->end()) {
      in_force.own_subtree = [store, own = before->id](const DomainName& name) {
        return own_subtree(*store, own, name);
      };
    }
  }
  // A name that no rule of a preset speaks about: what counts here are categories.
  const DomainName nowhere = DomainName::from_hostname("guard.invalid").value_or(DomainName{});
  const categories::KeptFrom kept_from = [&](CategorySet set, std::uint8_t minimum_age) {
    std::uint64_t audiences = 0;
    for (std::size_t i = 0; i < profiles_.size(); ++i) {
      const auto verdict =
          policy::verdict(profiles_[i], nowhere,
                          {.categories = set, .matched_labels = 1, .minimum_age = minimum_age});
      audiences |= verdict.blocks() ? std::uint64_t{1} << (i % 64) : 0;
    }
    return audiences;
  };
  return categories::check_version({.candidate = candidate,
                                    .taxonomy = taxonomy_,
                                    .hosts = hosts_,
                                    .popular = popular_,
                                    .in_force = in_force,
                                    .kept_from = kept_from,
                                    .limits = *limits});
}

}  // namespace luytre::ctl
