// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "command.h"
#include "line_text.h"
#include "output.h"
#include "pause_argument.h"

namespace luytre::ctl {
namespace {

using policy::Line;
using policy::Override;

struct Options {
  std::string id;
  std::string band;
  std::vector<std::string> add_keys;
  std::vector<std::string> remove_keys;
  std::vector<std::string> allow;
  std::vector<std::string> deny;
  std::vector<std::string> forget;
  bool confirm_security = false;
  std::string pause;
  bool resume = false;

  [[nodiscard]] bool changes_something() const {
    return !band.empty() || !add_keys.empty() || !remove_keys.empty() || !allow.empty() ||
           !deny.empty() || !forget.empty() || !pause.empty() || resume;
  }
};

std::chrono::sys_seconds now() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

Result<void> check_band(const Installation& installation, const policy::LineStore& store,
                        const std::string& band) {
  const auto taxonomy = installation.taxonomy();
  const auto preset_id = store.preset();
  if (!taxonomy || !preset_id) {
    return Unexpected<Error>(!taxonomy ? taxonomy.error() : preset_id.error());
  }
  const auto preset = installation.preset(*preset_id, *taxonomy);
  if (!preset) {
    return Unexpected<Error>(preset.error());
  }
  if (preset->find_band(band) != nullptr) {
    return {};
  }
  std::vector<std::string> ids;
  for (const policy::Band& known : preset->bands) {
    ids.push_back(known.id);
  }
  return fail(ErrorCode::Invalid, fmt::format("Preset '{}' has no band '{}'; it has: {}.",
                                              preset->id, band, fmt::join(ids, ", ")));
}

Result<void> apply_keys(Line& line, const Options& options) {
  for (const std::string& text : options.remove_keys) {
    const auto key = policy::parse_line_key(text);
    if (!key) {
      return Unexpected<Error>(key.error());
    }
    if (std::erase(line.keys, *key) == 0) {
      return fail(ErrorCode::NotFound, fmt::format("Line '{}' has no key {}.", line.id, text));
    }
  }
  for (const std::string& text : options.add_keys) {
    const auto key = policy::parse_line_key(text);
    if (!key) {
      return Unexpected<Error>(key.error());
    }
    if (std::ranges::find(line.keys, *key) == line.keys.end()) {
      line.keys.push_back(*key);
    }
  }
  return {};
}

// The owner's newest word about a name replaces the older one.
Result<void> apply_overrides(Line& line, const Options& options) {
  const auto forget = [&](const std::string& text) -> Result<categories::DomainName> {
    auto name = parse_name(text);
    if (name) {
      std::erase_if(line.overrides, [&](const Override& own) { return own.name == *name; });
    }
    return name;
  };
  for (const std::string& text : options.forget) {
    const std::size_t before = line.overrides.size();
    if (const auto name = forget(text); !name) {
      return Unexpected<Error>(name.error());
    }
    if (line.overrides.size() == before) {
      return fail(ErrorCode::NotFound,
                  fmt::format("Line '{}' says nothing about {}.", line.id, text));
    }
  }
  const auto say = [&](const std::vector<std::string>& texts, Override::Kind kind,
                       bool lifts_security) -> Result<void> {
    for (const std::string& text : texts) {
      const auto name = forget(text);
      if (!name) {
        return Unexpected<Error>(name.error());
      }
      line.overrides.push_back({.name = *name, .kind = kind, .lifts_security = lifts_security});
    }
    return {};
  };
  if (auto done = say(options.allow, Override::Kind::Allow, options.confirm_security); !done) {
    return done;
  }
  return say(options.deny, Override::Kind::Deny, false);
}

Result<void> apply(Line& line, const Options& options) {
  if (!options.band.empty()) {
    line.band = options.band;
  }
  if (options.resume) {
    line.paused_until.reset();
  }
  if (!options.pause.empty()) {
    const auto until = parse_pause(options.pause, now());
    if (!until) {
      return Unexpected<Error>(until.error());
    }
    line.paused_until = *until;
  }
  if (auto done = apply_keys(line, options); !done) {
    return done;
  }
  return apply_overrides(line, options);
}

int print_line(const Command& command, const Line& line) {
  if (command.json) {
    print_json(to_json(line));
  } else {
    fmt::print("{}", describe(line, now()));
  }
  return kExitDone;
}

Result<policy::LineStore> open_for_change(const Command& command, const Options& options) {
  if (options.confirm_security && options.allow.empty()) {
    return fail(ErrorCode::Invalid,
                "--confirm-security needs the names that it is about: --allow NAME.");
  }
  auto store = command.installation.open_lines(lmdb::OpenMode::ReadWrite);
  if (!store || options.band.empty()) {
    return store;
  }
  if (auto known = check_band(command.installation, *store, options.band); !known) {
    return Unexpected<Error>(known.error());
  }
  return store;
}

Result<int> add(const Command& command, const Options& options) {
  auto store = open_for_change(command, options);
  if (!store) {
    return Unexpected<Error>(store.error());
  }
  Line line;
  line.id = options.id;
  if (auto applied = apply(line, options); !applied) {
    return Unexpected<Error>(applied.error());
  }
  if (auto added = store->add(line); !added) {
    return Unexpected<Error>(added.error());
  }
  return print_line(command, line);
}

Result<int> set(const Command& command, const Options& options) {
  if (!options.changes_something()) {
    return fail(ErrorCode::Invalid,
                "Say what to change; 'luytrectl line set --help' lists what there is.");
  }
  auto store = open_for_change(command, options);
  if (!store) {
    return Unexpected<Error>(store.error());
  }
  const auto line = store->edit(options.id, [&](Line& stored) { return apply(stored, options); });
  return line ? Result<int>(print_line(command, *line)) : Unexpected<Error>(line.error());
}

Result<int> show(const Command& command, const std::string& id) {
  const auto store = command.installation.open_lines(lmdb::OpenMode::ReadOnly);
  if (!store) {
    return Unexpected<Error>(store.error());
  }
  if (!id.empty()) {
    const auto line = store->find(id);
    if (!line) {
      return Unexpected<Error>(line.error());
    }
    if (!*line) {
      return fail(ErrorCode::NotFound, fmt::format("There is no line '{}'.", id));
    }
    return print_line(command, **line);
  }
  const auto lines = store->all();
  if (!lines) {
    return Unexpected<Error>(lines.error());
  }
  if (command.json) {
    auto json = nlohmann::ordered_json::array();
    for (const Line& line : *lines) {
      json.push_back(to_json(line));
    }
    print_json(json);
    return kExitDone;
  }
  if (lines->empty()) {
    fmt::print("No line is registered.\n");
  }
  for (const Line& line : *lines) {
    fmt::print("{}", describe(line, now()));
  }
  return kExitDone;
}

Result<int> remove(const Command& command, const std::string& id) {
  auto store = command.installation.open_lines(lmdb::OpenMode::ReadWrite);
  if (!store) {
    return Unexpected<Error>(store.error());
  }
  if (auto removed = store->remove(id); !removed) {
    return Unexpected<Error>(removed.error());
  }
  if (command.json) {
    print_json({{"id", id}, {"removed", true}});
  } else {
    fmt::print("Removed line '{}'.\n", id);
  }
  return kExitDone;
}

void add_id(CLI::App* app, std::string& id) {
  app->add_option("ID", id, "The line's id: 1 to 64 of A-Z a-z 0-9 . _ -")->required();
}

void add_list(CLI::App* app, const std::string& option, std::vector<std::string>& values,
              const std::string& type, const std::string& description) {
  app->add_option(option, values, description)->allow_extra_args(false)->type_name(type);
}

constexpr const char* kKeyHelp = "Address, prefix, vlan:20 or mac:02:00:5e:10:00:01; repeatable";

}  // namespace

void add_line_commands(CLI::App& app, Command& command) {
  CLI::App* group = app.add_subcommand("line", "Subscribers' lines: who is filtered, and how");
  group->require_subcommand(1);

  const auto added = std::make_shared<Options>();
  CLI::App* adding = add_command(*group, command, "add", "Register a line",
                                 [&command, added] { return add(command, *added); });
  add_id(adding, added->id);
  add_list(adding, "--key", added->add_keys, "KEY", kKeyHelp);
  adding->add_option("--band", added->band, "Age band of the preset in force")
      ->required()
      ->type_name("BAND");
  add_list(adding, "--allow", added->allow, "NAME", "The owner allows a name and all below it");
  add_list(adding, "--deny", added->deny, "NAME", "The owner denies a name and all below it");
  adding->add_flag("--confirm-security", added->confirm_security,
                   "--allow also lifts malware and fraud");

  const auto changed = std::make_shared<Options>();
  CLI::App* changing = add_command(*group, command, "set", "Change a line",
                                   [&command, changed] { return set(command, *changed); });
  add_id(changing, changed->id);
  changing->add_option("--band", changed->band, "Another age band")->type_name("BAND");
  add_list(changing, "--add-key,--key", changed->add_keys, "KEY", kKeyHelp);
  add_list(changing, "--remove-key", changed->remove_keys, "KEY", "Give a key back");
  add_list(changing, "--allow", changed->allow, "NAME", "Allow a name and all below it");
  add_list(changing, "--deny", changed->deny, "NAME", "Deny a name and all below it");
  add_list(changing, "--forget", changed->forget, "NAME", "Undo --allow or --deny");
  changing->add_flag("--confirm-security", changed->confirm_security,
                     "--allow also lifts malware and fraud");
  CLI::Option* pause = changing
                           ->add_option("--pause", changed->pause,
                                        "Close all but help: 30m, 2h or until 2026-09-01T20:00")
                           ->type_name("HOW-LONG");
  changing->add_flag("--resume", changed->resume, "End the pause")->excludes(pause);

  const auto shown = std::make_shared<std::string>();
  add_command(*group, command, "show", "Show one line or all", [&command, shown] {
    return show(command, *shown);
  })->add_option("ID", *shown, "Only this line");
  const auto removed = std::make_shared<std::string>();
  add_id(add_command(*group, command, "remove",
                     "Remove a line; its packets then belong to an unknown line",
                     [&command, removed] { return remove(command, *removed); }),
         *removed);
}

}  // namespace luytre::ctl
