// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "categories/compile/index_files.h"
#include "category_words.h"
#include "command.h"
#include "list_verifier.h"
#include "opened_lists.h"
#include "output.h"
#include "progress.h"

namespace luytre::ctl {
namespace {

using categories::NameMatch;
using categories::Taxonomy;
using Json = nlohmann::ordered_json;

// Sentences for what the scan found.
void conclude(Findings& findings, const categories::Index* index) {
  if (findings.mismatch_count != 0) {
    findings.problems.push_back(
        fmt::format("The index gives another answer for {} of {} names; run luytrectl categories "
                    "compile, and if that does not help, report it.",
                    grouped(findings.mismatch_count), grouped(findings.compared)));
  }
  const auto count = [&](std::uint64_t held, std::uint64_t listed, std::string_view kind) {
    if (held != listed) {
      findings.problems.push_back(
          fmt::format("The index holds {} {} and the lists {}; run luytrectl categories compile.",
                      grouped(held), kind, grouped(listed)));
    }
  };
  if (index != nullptr) {
    count(index->name_count(), findings.names, "names");
    count(index->path_count(), findings.paths, "paths");
    count(index->prefix_count(), findings.prefixes, "address ranges");
  }
  if (findings.conflict_count != 0) {
    findings.problems.push_back(fmt::format(
        "Mandatory and never-block sources contradict each other about {} name{}, and mandatory "
        "wins; ask the authority, or correct the source that is wrong and import it again.",
        grouped(findings.conflict_count), findings.conflict_count == 1 ? "" : "s"));
  }
}

Result<Findings> verify(const Installation& installation, const OpenedLists& opened) {
  const auto sources = opened.store.sources();
  const auto serial = opened.store.serial();
  if (!sources || !serial) {
    return Unexpected<Error>(!sources ? sources.error() : serial.error());
  }
  Findings findings;
  findings.serial = static_cast<std::uint64_t>(*serial);
  const auto index = categories::open_current_index(installation.index_dir());
  const bool current = index && index->serial() == findings.serial;
  if (!index) {
    findings.problems.push_back(index.error().code == ErrorCode::NotFound
                                    ? index.error().message
                                    : fmt::format("The index cannot be used ({}); run luytrectl "
                                                  "categories compile.",
                                                  index.error().message));
  } else if (!current) {
    findings.problems.push_back(
        fmt::format("The index is of serial {} and the lists are at {}, so that answers were not "
                    "compared; run luytrectl categories compile.",
                    index->serial(), findings.serial));
  }
  ListVerifier verifier(opened.store, opened.taxonomy, *sources, current ? &*index : nullptr,
                        findings);
  Progress progress("names verified");
  const auto scanned = opened.store.scan_merged(
      opened.taxonomy,
      {.name =
           [&](const categories::DomainName& name, const categories::MergedEntry& entry) {
             progress.step();
             return verifier.visit(name, entry);
           },
       .path = [&](const categories::HostPath& path, categories::CategorySet set,
                   std::uint8_t age) -> Result<void> {
         verifier.visit(path, set, age);
         return {};
       },
       .prefix = [&](const categories::IpPrefix& prefix, categories::CategorySet set,
                     std::uint8_t age) -> Result<void> {
         verifier.visit(prefix, set, age);
         return {};
       }});
  if (!scanned) {
    return Unexpected<Error>(scanned.error());
  }
  if (*scanned != *serial) {
    return fail(ErrorCode::Busy, "The lists changed meanwhile; run it again.");
  }
  verifier.finish();
  conclude(findings, current ? &*index : nullptr);
  return findings;
}

Json to_json(const Findings& findings, const Taxonomy& taxonomy) {
  const auto answer = [&](const NameMatch& match) {
    return Json{{"categories", words(taxonomy, match.categories)},
                {"matched_labels", match.matched_labels},
                {"minimum_age", match.minimum_age}};
  };
  Json mismatches = Json::array();
  for (const Mismatch& each : findings.mismatches) {
    mismatches.push_back(
        {{"name", each.name}, {"lists", answer(each.expected)}, {"index", answer(each.found)}});
  }
  Json conflicts = Json::array();
  for (const Conflict& each : findings.conflicts) {
    conflicts.push_back({{"name", each.name}, {"said", each.said}});
  }
  return {{"fine", findings.problems.empty()},
          {"serial", findings.serial},
          {"names", findings.names},
          {"paths", findings.paths},
          {"prefixes", findings.prefixes},
          {"compared", findings.compared},
          {"mismatch_count", findings.mismatch_count},
          {"mismatches", mismatches},
          {"conflict_count", findings.conflict_count},
          {"conflicts", conflicts},
          {"problems", findings.problems}};
}

void print(const Findings& findings, const Taxonomy& taxonomy) {
  fmt::print("Serial {}: {} names, {} paths, {} address ranges; {} compared with the index.\n",
             findings.serial, grouped(findings.names), grouped(findings.paths),
             grouped(findings.prefixes), grouped(findings.compared));
  for (const std::string& problem : findings.problems) {
    fmt::print("\n{}\n", wrap(problem, 0));
  }
  for (const Mismatch& each : findings.mismatches) {
    fmt::print("  {}\n    lists: {}\n    index: {}\n", cut(each.name, 96),
               cut(taxonomy.describe(each.expected.categories), 86),
               cut(taxonomy.describe(each.found.categories), 86));
  }
  for (const Conflict& each : findings.conflicts) {
    fmt::print("  {}\n", cut(each.name, 96));
    for (const std::string& said : each.said) {
      fmt::print("    {}\n", cut(said, 94));
    }
  }
  if (findings.problems.empty()) {
    fmt::print("All is well.\n");
  }
}

}  // namespace

void add_verify_command(CLI::App& categories, Command& command) {
  add_command(categories, command, "verify", "Compare the index with the lists; find conflicts",
              [&command]() -> Result<int> {
                const auto opened = open_lists(command.installation, lmdb::OpenMode::ReadOnly);
                if (!opened) {
                  return Unexpected<Error>(opened.error());
                }
                const auto findings = verify(command.installation, *opened);
                if (!findings) {
                  return Unexpected<Error>(findings.error());
                }
                if (command.json) {
                  print_json(to_json(*findings, opened->taxonomy));
                } else {
                  print(*findings, opened->taxonomy);
                }
                return findings->problems.empty() ? kExitDone : kExitFailed;
              })
      ->footer("Exit codes: 0 all is well, 1 something is wrong and the report says what to do.");
}

}  // namespace luytre::ctl
