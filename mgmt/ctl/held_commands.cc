// SPDX-License-Identifier: Apache-2.0
// Versions of lists that tripped a guard: what waits, put in force by a second person, thrown away.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <ctime>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "audit_log.h"
#include "command.h"
#include "compile_lists.h"
#include "guard_admission.h"
#include "guard_check.h"
#include "guard_text.h"
#include "held_versions.h"
#include "opened_lists.h"
#include "output.h"

namespace luytre::ctl {
namespace {

using categories::GuardKind;
using Json = nlohmann::ordered_json;

struct Options {
  std::string source;
  std::string by;
  std::string reason;
  RankingOptions ranking;
  bool compile = true;
};

Json to_json(const HeldVersion& version, const categories::Taxonomy& taxonomy) {
  return {{"source", version.source.name},
          {"by", version.by},
          {"held_at", time_text(version.held_at)},
          {"entries", version.entries},
          {"version", version.source.version},
          {"releasable", !version.report.forbids()},
          {"findings", findings_json(version.report, taxonomy)}};
}

Result<int> show(const Command& command) {
  const auto taxonomy = command.installation.taxonomy();
  if (!taxonomy) {
    return Unexpected<Error>(taxonomy.error());
  }
  const auto versions = HeldVersions(command.installation.data_dir, *taxonomy).list();
  if (!versions) {
    return Unexpected<Error>(versions.error());
  }
  if (command.json) {
    Json list = Json::array();
    for (const HeldVersion& version : *versions) {
      list.push_back(to_json(version, *taxonomy));
    }
    print_json({{"held", list}});
    return kExitDone;
  }
  for (const HeldVersion& version : *versions) {
    fmt::print("{}\n  {} entries, brought by {} at {}\n{}\n", cut(version.source.name, 96),
               grouped(version.entries), version.by, time_text(version.held_at),
               findings_text(version.report, *taxonomy));
  }
  if (versions->empty()) {
    fmt::print("Nothing is held.\n");
  } else {
    fmt::print(
        "A second person puts one in force: luytrectl categories release SOURCE --by WHO\n"
        "--reason TEXT; or throws it away: luytrectl categories discard SOURCE.\n");
  }
  return kExitDone;
}

Result<HeldVersion> find(const HeldVersions& held, const std::string& source) {
  auto found = held.find(source);
  if (!found) {
    return Unexpected<Error>(found.error());
  }
  if (!*found) {
    return fail(ErrorCode::NotFound,
                fmt::format("No version of '{}' is held; 'luytrectl categories held' lists what "
                            "is.",
                            source));
  }
  return **std::move(found);
}

// Why `who` cannot put it in force, whatever it is.
Result<void> check_person(const HeldVersion& version, const std::string& who) {
  if (version.report.forbids()) {
    return fail(ErrorCode::Conflict,
                fmt::format("Nobody can release '{}': a name in it would be mandatory and never "
                            "blocked at once. One of the two lists must change.",
                            version.source.name));
  }
  if (same_person(version.by, who)) {
    return fail(ErrorCode::Permission,
                fmt::format("{} brought this version of '{}'; somebody else must release it.",
                            version.by, version.source.name));
  }
  return {};
}

// The lists may have changed since: what the second person decides about must be what happens.
Result<void> check_again(const GuardCheck& check, const categories::Taxonomy& taxonomy,
                         const categories::CategoryStore& store, const HeldVersions& held,
                         const categories::ListContent& content, HeldVersion version) {
  ProtectedNames protected_names(taxonomy);
  const auto gathered = protected_names.gather(store);
  auto report = gathered ? check.run(&store, protected_names, version.source.name, content)
                         : Unexpected<Error>(gathered.error());
  if (!report) {
    return Unexpected<Error>(report.error());
  }
  const std::vector<GuardKind> known = version.report.holding();
  std::vector<GuardKind> fresh;
  for (const GuardKind kind : report->holding()) {
    if (std::ranges::find(known, kind) == known.end()) {
      fresh.push_back(kind);
    }
  }
  if (fresh.empty()) {
    return {};
  }
  version.report = *std::move(report);
  if (auto updated = held.update(version); !updated) {
    return updated;
  }
  return fail(ErrorCode::Conflict,
              fmt::format("The lists in force have changed and there are new reasons to hold '{}': "
                          "{}. Look at 'luytrectl categories held' and decide again.",
                          version.source.name, join(fresh)));
}

Json audit_line(std::string_view what, const HeldVersion& version, const Options& options,
                const std::string& who) {
  return {{"who", who},
          {"what", what},
          {"source", version.source.name},
          {"brought_by", version.by},
          {"findings", kinds_json(version.report.holding())},
          {"reason", options.reason}};
}

Result<int> release(const Command& command, const Options& options) {
  const Installation& installation = command.installation;
  auto lists = open_lists(installation, lmdb::OpenMode::ReadWrite);
  const auto who = actor(options.by);
  if (!lists || !who) {
    return Unexpected<Error>(!lists ? lists.error() : who.error());
  }
  const HeldVersions held(installation.data_dir, lists->taxonomy);
  auto version = find(held, options.source);
  if (!version) {
    return Unexpected<Error>(version.error());
  }
  if (auto allowed = check_person(*version, *who); !allowed) {
    return Unexpected<Error>(allowed.error());
  }
  auto content = held.content(options.source);
  const auto check = GuardCheck::load(installation, lists->taxonomy, options.ranking);
  if (!content || !check) {
    return Unexpected<Error>(!content ? content.error() : check.error());
  }
  if (auto same = check_again(*check, lists->taxonomy, lists->store, held, *content, *version);
      !same) {
    return Unexpected<Error>(same.error());
  }
  // Before the act: nothing comes into force that the log does not know.
  if (auto written =
          append_audit(installation.data_dir, audit_line("release", *version, options, *who));
      !written) {
    return Unexpected<Error>(written.error());
  }
  version->source.imported_at = std::time(nullptr);
  const auto serial = lists->store.replace_source(version->source, *std::move(content));
  if (!serial) {
    return Unexpected<Error>(serial.error());
  }
  if (auto removed = held.remove(options.source); !removed) {
    return Unexpected<Error>(removed.error());
  }
  if (options.compile) {
    const auto index = compile_lists(lists->store, lists->taxonomy, installation.index_dir());
    if (!index) {
      return Unexpected<Error>(index.error());
    }
  }
  if (command.json) {
    print_json({{"released", version->source.name},
                {"by", *who},
                {"serial", static_cast<std::uint64_t>(*serial)}});
  } else {
    fmt::print("Source '{}' is {} as of serial {}.\n", version->source.name,
               options.compile ? "in force" : "stored (not compiled yet)",
               static_cast<std::uint64_t>(*serial));
  }
  return kExitDone;
}

Result<int> discard(const Command& command, const Options& options) {
  const auto taxonomy = command.installation.taxonomy();
  const auto who = actor(options.by);
  if (!taxonomy || !who) {
    return Unexpected<Error>(!taxonomy ? taxonomy.error() : who.error());
  }
  const HeldVersions held(command.installation.data_dir, *taxonomy);
  const auto version = find(held, options.source);
  if (!version) {
    return Unexpected<Error>(version.error());
  }
  if (auto written = append_audit(command.installation.data_dir,
                                  audit_line("discard", *version, options, *who));
      !written) {
    return Unexpected<Error>(written.error());
  }
  if (auto removed = held.remove(options.source); !removed) {
    return Unexpected<Error>(removed.error());
  }
  if (command.json) {
    print_json({{"discarded", options.source}, {"by", *who}});
  } else {
    fmt::print("The held version of '{}' is thrown away; what is in force stays.\n",
               options.source);
  }
  return kExitDone;
}

}  // namespace

void add_held_commands(CLI::App& categories, Command& command) {
  add_command(categories, command, "held", "Versions that tripped a guard, and why",
              [&command] { return show(command); });

  const auto options = std::make_shared<Options>();
  CLI::App* released =
      add_command(categories, command, "release", "Put a held version in force, as a second person",
                  [&command, options] { return release(command, *options); });
  CLI::App* discarded = add_command(categories, command, "discard", "Throw a held version away",
                                    [&command, options] { return discard(command, *options); });
  for (CLI::App* added : {released, discarded}) {
    added->add_option("SOURCE", options->source, "As 'categories held' names it")->required();
    added->add_option("--by", options->by, "Who decides; by default who runs this")
        ->type_name("WHO");
    added->add_option("--reason", options->reason, "Why, for the audit log")
        ->type_name("TEXT")
        ->required(added == released);
  }
  released->add_flag("--no-compile{false}", options->compile, "Leave the index as it is");
  add_ranking_options(*released, options->ranking);
}

}  // namespace luytre::ctl
