// SPDX-License-Identifier: Apache-2.0
#include "list_guard.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <utility>

#include "categories/guard/popular_names.h"
#include "categories/name_key.h"
#include "categories/shared_hosts/shared_hosts.h"
#include "guard_text.h"

namespace luytre::ctl {
namespace {

using categories::CategorySet;
using categories::DomainName;
using categories::GuardKind;
using categories::ListContent;
using categories::ListedName;
using categories::NameList;
using categories::NameMatch;
using categories::Polarity;
using categories::Reach;
using categories::Taxonomy;

constexpr std::array<categories::CategoryTier, categories::kCategoryTierCount> kTiers = {
    categories::CategoryTier::Mandatory,   categories::CategoryTier::NeverBlock1,
    categories::CategoryTier::NeverBlock2, categories::CategoryTier::Security,
    categories::CategoryTier::Bypass,      categories::CategoryTier::Content};

Result<categories::PopularNames> load_popular(const Installation& installation,
                                              const Taxonomy& taxonomy) {
  const auto path = installation.popular_names();
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file) {
    return fail(ErrorCode::NotFound,
                fmt::format("Cannot read {}; say where the data files are: --share-dir DIR",
                            path.native()));
  }
  auto popular = categories::PopularNames::parse(text, taxonomy);
  return popular ? std::move(popular)
                 : fail(popular.error().code,
                        fmt::format("{}: {}", path.native(), popular.error().message));
}

// What a normalised list says about just this name.
std::vector<ListedName> entries_of(const NameList& names, const DomainName& name) {
  const categories::NameKey key(name);
  std::size_t at = 0;
  for (std::size_t behind = names.size(); at < behind;) {
    const std::size_t middle = at + (behind - at) / 2;
    if (std::ranges::lexicographical_compare(names.key(middle), key.bytes())) {
      at = middle + 1;
    } else {
      behind = middle;
    }
  }
  std::vector<ListedName> found;
  for (; at < names.size() && std::ranges::equal(names.key(at), key.bytes()); ++at) {
    found.push_back(names[at]);
  }
  return found;
}

// What the list alone says about a name: for each tier the nearest entry that covers it.
NameMatch match(const NameList& names, const Taxonomy& taxonomy, const DomainName& name) {
  NameMatch result;
  for (std::uint8_t cut = 0; cut < name.label_count(); ++cut) {
    const DomainName above = name.parent(cut);
    CategorySet said;
    std::uint8_t minimum_age = 0;
    bool covers = false;
    for (const ListedName& listed : entries_of(names, above)) {
      if (listed.polarity == Polarity::Lists && (cut == 0 || listed.reach == Reach::Subtree)) {
        covers = true;
        said |= listed.categories;
        minimum_age = std::max(minimum_age, listed.minimum_age);
      }
    }
    if (covers && result.matched_labels == 0) {
      result.matched_labels = above.label_count();
      result.minimum_age = minimum_age;
    }
    for (const categories::CategoryTier tier : kTiers) {
      const CategorySet members = taxonomy.tier(tier);
      if ((result.categories & members).empty()) {
        result.categories |= said & members;
      }
    }
  }
  return result;
}

CategorySet own_subtree(const NameList& names, const DomainName& name) {
  CategorySet said;
  for (const ListedName& listed : entries_of(names, name)) {
    if (listed.polarity == Polarity::Lists && listed.reach == Reach::Subtree) {
      said |= listed.categories;
    }
  }
  return said;
}

}  // namespace

struct ListGuard::Knowledge {
  const Taxonomy& taxonomy;
  categories::SharedHosts hosts;
  categories::PopularNames popular;
  categories::KeptFrom kept_from;
};

ListGuard::ListGuard(std::shared_ptr<const Knowledge> knowledge, std::vector<GuardKind> accepted)
    : knowledge_(std::move(knowledge)),
      accepted_(std::move(accepted)),
      report_(std::make_shared<categories::GuardReport>()) {}

Result<ListGuard> ListGuard::load(const Installation& installation, const Taxonomy& taxonomy,
                                  const std::vector<std::string>& accepted) {
  auto kinds = parse_kinds(accepted);
  auto hosts = categories::SharedHosts::load();
  auto popular = load_popular(installation, taxonomy);
  if (!kinds || !hosts || !popular) {
    return Unexpected<Error>(!kinds ? kinds.error() : !hosts ? hosts.error() : popular.error());
  }
  return ListGuard(std::make_shared<const Knowledge>(
                       Knowledge{.taxonomy = taxonomy,
                                 .hosts = *std::move(hosts),
                                 .popular = *std::move(popular),
                                 .kept_from = categories::kept_from_by_default(taxonomy)}),
                   *std::move(kinds));
}

categories::ContentGuard ListGuard::check() const {
  return [this](const ListContent& before, const ListContent& after) -> Result<void> {
    categories::InForce in_force;
    in_force.entries = before.size();
    in_force.own = &before;
    in_force.own_subtree = [&before](const DomainName& name) -> Result<CategorySet> {
      return own_subtree(before.names, name);
    };
    in_force.match = [&](const DomainName& name) -> Result<NameMatch> {
      return match(before.names, knowledge_->taxonomy, name);
    };
    auto report = categories::check_version({.candidate = after,
                                             .taxonomy = knowledge_->taxonomy,
                                             .hosts = knowledge_->hosts,
                                             .popular = knowledge_->popular,
                                             .in_force = in_force,
                                             .kept_from = knowledge_->kept_from,
                                             .limits = {}});
    if (!report) {
      return Unexpected<Error>(report.error());
    }
    *report_ = *std::move(report);
    std::string sentences;
    std::vector<GuardKind> open;
    for (const categories::GuardFinding& finding : report_->findings) {
      const bool accepted = std::ranges::find(accepted_, finding.kind) != accepted_.end();
      if (finding.severity == categories::GuardSeverity::Forbid ||
          (finding.severity == categories::GuardSeverity::Hold && !accepted)) {
        sentences += finding.sentence + " ";
        open.push_back(finding.kind);
      }
    }
    if (open.empty()) {
      return {};
    }
    const std::string advice =
        report_->forbids()
            ? "Nobody can accept that: the submissions must change"
            : fmt::format("Who knows that it is right signs with --accept {}", join(open));
    return fail(ErrorCode::Conflict, fmt::format("Nothing was signed. {}{}", sentences, advice));
  };
}

}  // namespace luytre::ctl
