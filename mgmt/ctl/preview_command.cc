// SPDX-License-Identifier: Apache-2.0
#include "preview_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "guard_text.h"
#include "output.h"
#include "policy/explain.h"
#include "preview.h"

namespace luytre::ctl {
namespace {

using categories::CategoryStore;
using categories::Taxonomy;
using Json = nlohmann::ordered_json;

constexpr std::size_t kRowsForPeople = 40;

// Nothing: no list was ever imported.
Result<std::optional<CategoryStore>> open_store(const Installation& installation) {
  auto store = installation.open_categories(lmdb::OpenMode::ReadOnly);
  if (store) {
    return std::optional(*std::move(store));
  }
  return store.error().code == ErrorCode::NotFound
             ? Result<std::optional<CategoryStore>>(std::optional<CategoryStore>())
             : Unexpected<Error>(store.error());
}

// What decides now or then: a name that opens has no category any more.
std::string_view reason(const VerdictChange& change, const Taxonomy& taxonomy) {
  return policy::reason(change.after.blocks() ? change.after : change.before, taxonomy);
}

Json to_json(const std::vector<VerdictChange>& changes, const Taxonomy& taxonomy) {
  Json rows = Json::array();
  for (const VerdictChange& change : changes) {
    rows.push_back({{"name", change.name.to_text()},
                    {"rank", change.rank == 0 ? Json() : Json(change.rank)},
                    {"band", change.band},
                    {"before", policy::to_string(change.before.action)},
                    {"after", policy::to_string(change.after.action)},
                    {"category", reason(change, taxonomy)}});
  }
  return rows;
}

void print(const std::vector<VerdictChange>& changes, const Taxonomy& taxonomy) {
  if (changes.empty()) {
    fmt::print("No popular name would change its verdict.\n");
    return;
  }
  fmt::print("{:<40}{:<8}{:<18}{}\n", "popular name", "band", "verdict", "category");
  for (std::size_t i = 0; i < changes.size() && i < kRowsForPeople; ++i) {
    const VerdictChange& change = changes[i];
    fmt::print("{:<40}{:<8}{:<18}{}\n", cut(change.name.to_text(), 39), cut(change.band, 7),
               fmt::format("{} -> {}", policy::to_string(change.before.action),
                           policy::to_string(change.after.action)),
               cut(reason(change, taxonomy), 30));
  }
  if (changes.size() > kRowsForPeople) {
    fmt::print("and {} more; --json has them all\n", grouped(changes.size() - kRowsForPeople));
  }
}

}  // namespace

Result<int> show_preview(const Command& command, const Taxonomy& taxonomy,
                         const categories::Source& source, const categories::ListContent& content,
                         const RankingOptions& ranking) {
  const auto check = GuardCheck::load(command.installation, taxonomy, ranking);
  const auto store = open_store(command.installation);
  if (!check || !store) {
    return Unexpected<Error>(!check ? check.error() : store.error());
  }
  const CategoryStore* opened = *store ? &**store : nullptr;
  ProtectedNames protected_names(taxonomy);
  const auto gathered = opened == nullptr ? Result<void>() : protected_names.gather(*opened);
  if (!gathered) {
    return Unexpected<Error>(gathered.error());
  }
  const auto report = check->run(opened, protected_names, source.name, content);
  if (!report) {
    return Unexpected<Error>(report.error());
  }
  const auto changes = preview_changes(*check, taxonomy, opened, source, content);
  if (!changes) {
    return Unexpected<Error>(changes.error());
  }
  const bool held = !report->holding().empty();
  if (command.json) {
    print_json({{"source", source.name},
                {"entries", content.size()},
                {"preset", check->preset().id},
                {"would_be_held", held},
                {"findings", findings_json(*report, taxonomy)},
                {"changes", to_json(*changes, taxonomy)}});
    return held ? kExitHeld : kExitDone;
  }
  fmt::print("{} entries as the next version of source '{}': {}\n{}\n", grouped(content.size()),
             cut(source.name, 40), held ? "would be held." : "would come into force.",
             findings_text(*report, taxonomy));
  print(*changes, taxonomy);
  return held ? kExitHeld : kExitDone;
}

}  // namespace luytre::ctl
