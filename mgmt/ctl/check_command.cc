// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <array>
#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "categories/compile/index_files.h"
#include "command.h"
#include "output.h"
#include "policy/explain.h"
#include "policy/profile.h"
#include "policy/snapshot.h"

namespace luytre::ctl {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
  std::string name;
  std::string line;
  std::string band;
};

// The same path as a packet's: index in force, profile compiled as the gateway compiles it, verdict
// through explain().
struct Checked {
  categories::DomainName name;
  categories::NameMatch match;
  policy::Explanation explanation;
  std::string band;
  std::uint64_t serial = 0;
};

Result<Checked> judge(const categories::Taxonomy& taxonomy, const categories::Index& index,
                      const categories::DomainName& name, const policy::Profile& profile) {
  const categories::NameMatch match = index.lookup(name);
  return Checked{.name = name,
                 .match = match,
                 .explanation = policy::explain(profile, taxonomy, name, match),
                 .band = profile.band().id,
                 .serial = index.serial()};
}

Result<Checked> check_line(const Options& options, const Installation& installation,
                           const categories::Taxonomy& taxonomy, const policy::Preset& preset,
                           const categories::Index& index, const categories::DomainName& name) {
  const auto store = installation.open_lines(lmdb::OpenMode::ReadOnly);
  if (!store) {
    return Unexpected<Error>(store.error());
  }
  const auto line = store->find(options.line);
  if (!line) {
    return Unexpected<Error>(line.error());
  }
  if (!*line) {
    return fail(ErrorCode::NotFound, fmt::format("There is no line '{}'.", options.line));
  }
  const auto snapshot = policy::PolicySnapshot::compile(
      preset, std::span(&**line, 1), policy::UnknownLine{},
      std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()));
  if (!snapshot) {
    return Unexpected<Error>(snapshot.error());
  }
  const policy::Profile* profile = (*snapshot)->find_line(options.line);
  return profile != nullptr
             ? judge(taxonomy, index, name, *profile)
             : fail(ErrorCode::NotFound, fmt::format("There is no line '{}'.", options.line));
}

Result<Checked> check(const Options& options, const Installation& installation) {
  const auto name = parse_name(options.name);
  const auto taxonomy = installation.taxonomy();
  const auto preset_id = installation.preset_id();
  if (!name || !taxonomy || !preset_id) {
    return Unexpected<Error>(!name ? name.error()
                                   : (!taxonomy ? taxonomy.error() : preset_id.error()));
  }
  const auto preset = installation.preset(*preset_id, *taxonomy);
  if (!preset) {
    return Unexpected<Error>(preset.error());
  }
  const auto index = categories::open_current_index(installation.index_dir());
  if (!index) {
    return Unexpected<Error>(index.error());
  }
  if (!options.line.empty()) {
    return check_line(options, installation, *taxonomy, *preset, *index, *name);
  }
  const policy::Band* band = preset->find_band(options.band);
  if (band == nullptr) {
    return fail(ErrorCode::Invalid,
                fmt::format("Preset '{}' has no band '{}'; 'luytrectl preset show' lists them.",
                            preset->id, options.band));
  }
  return judge(*taxonomy, *index, *name,
               policy::Profile(*preset, *band, {}, policy::Profile::Pause::Running));
}

Json to_json(const Checked& checked, const Options& options, const categories::Taxonomy& taxonomy) {
  const policy::Verdict& verdict = checked.explanation.verdict;
  Json listed = Json::array();
  for (const categories::Category& category : taxonomy.categories()) {
    if (checked.match.categories.contains(category.id)) {
      listed.push_back(category.name);
    }
  }
  Json json = {{"name", checked.name.to_text()},
               {"line", options.line.empty() ? Json() : Json(options.line)},
               {"band", checked.band},
               {"action", policy::to_string(verdict.action)},
               {"tier", policy::to_string(verdict.tier)},
               {"reason", checked.explanation.reason},
               {"sentence", checked.explanation.sentence},
               {"remedy", checked.explanation.remedy},
               {"categories", listed},
               {"listed_name", nullptr},
               {"serial", checked.serial}};
  if (checked.match.matched_labels != 0) {
    const auto extra = checked.name.label_count() - checked.match.matched_labels;
    json["listed_name"] = checked.name.parent(static_cast<std::uint8_t>(extra)).to_text();
  }
  return json;
}

Result<int> run(const Command& command, const Options& options) {
  if (options.line.empty() == options.band.empty()) {
    return fail(ErrorCode::Invalid, "Say for whom to check: --line ID or --band BAND.");
  }
  const auto checked = check(options, command.installation);
  const auto taxonomy = command.installation.taxonomy();
  if (!checked || !taxonomy) {
    return Unexpected<Error>(!checked ? checked.error() : taxonomy.error());
  }
  const policy::Explanation& explanation = checked->explanation;
  if (command.json) {
    print_json(to_json(*checked, options, *taxonomy));
  } else {
    fmt::print("{}\n", wrap(explanation.sentence, 0));
    if (!explanation.remedy.empty()) {
      fmt::print("{}\n", wrap(explanation.remedy, 0));
    }
    fmt::print("({}, reason {}, tier {}, band {}, index serial {})\n",
               policy::to_string(explanation.verdict.action), explanation.reason,
               policy::to_string(explanation.verdict.tier), checked->band, checked->serial);
  }
  return explanation.verdict.blocks() ? kExitBlocked : kExitDone;
}

}  // namespace

void add_check_command(CLI::App& app, Command& command) {
  const auto options = std::make_shared<Options>();
  CLI::App* added =
      add_command(app, command, "check", "Is a name blocked, and why? Exit code 3 if it is",
                  [&command, options] { return run(command, *options); });
  added->add_option("NAME", options->name, "A host name")->required();
  CLI::Option* line = added->add_option("--line", options->line, "On this line")->type_name("ID");
  added->add_option("--band", options->band, "On a line of this age band")
      ->type_name("BAND")
      ->excludes(line);
}

}  // namespace luytre::ctl
