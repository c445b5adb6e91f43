// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "command.h"
#include "output.h"

namespace luytre::ctl {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kOff = "off";
constexpr unsigned kOpenAge = 255;

std::string ages(const policy::Band& band) {
  return band.age_to == kOpenAge ? fmt::format("{} and older", band.age_from)
                                 : fmt::format("{}-{}", band.age_from, band.age_to);
}

void print_preset(const policy::Preset& preset, const categories::Taxonomy& taxonomy) {
  const auto row = [&](std::string_view label, categories::CategorySet set) {
    if (!set.empty()) {
      fmt::print("    {:<15}{}\n", label, wrap(taxonomy.describe(set), 19).substr(19));
    }
  };
  fmt::print("{}: {}\n", preset.id, preset.name);
  for (const policy::Band& band : preset.bands) {
    fmt::print("\n  {}: {}, ages {}\n", band.id, band.name, ages(band));
    row("blocked", band.actions.block);
    row("limited", band.actions.limit);
    row("safe, strict", band.actions.safe_strict);
    row("safe, moderate", band.actions.safe_moderate);
  }
  fmt::print("\n  never blocked\n");
  row("before all", preset.never_block_1);
  row("by category", preset.never_block_2);
}

Json words(const categories::Taxonomy& taxonomy, categories::CategorySet set) {
  Json names = Json::array();
  for (const categories::Category& category : taxonomy.categories()) {
    if (set.contains(category.id)) {
      names.push_back(category.name);
    }
  }
  return names;
}

Json to_json(const policy::Preset& preset, const categories::Taxonomy& taxonomy) {
  Json json = {{"id", preset.id}, {"name", preset.name}, {"bands", Json::array()}};
  for (const policy::Band& band : preset.bands) {
    json["bands"].push_back({{"id", band.id},
                             {"name", band.name},
                             {"age_from", band.age_from},
                             {"age_to", band.age_to == kOpenAge ? Json() : Json(band.age_to)},
                             {"block", words(taxonomy, band.actions.block)},
                             {"limit", words(taxonomy, band.actions.limit)},
                             {"safe_strict", words(taxonomy, band.actions.safe_strict)},
                             {"safe_moderate", words(taxonomy, band.actions.safe_moderate)}});
  }
  return json;
}

Result<int> show(const Command& command, const std::string& asked) {
  const auto in_force = command.installation.preset_id();
  const auto taxonomy = command.installation.taxonomy();
  if (!in_force || !taxonomy) {
    return Unexpected<Error>(!in_force ? in_force.error() : taxonomy.error());
  }
  const auto preset = command.installation.preset(asked.empty() ? *in_force : asked, *taxonomy);
  if (!preset) {
    return Unexpected<Error>(preset.error());
  }
  if (command.json) {
    Json json = to_json(*preset, *taxonomy);
    json["in_force"] = preset->id == *in_force;
    print_json(json);
    return kExitDone;
  }
  print_preset(*preset, *taxonomy);
  fmt::print("\nIn force: {}. There is: {}.\n", *in_force,
             fmt::join(command.installation.preset_ids(), ", "));
  return kExitDone;
}

// Every band that lines or the setting use must exist, or the gateway could not compile its policy.
Result<void> check_bands(const policy::LineStore& store, const policy::Preset& preset) {
  const auto lines = store.all();
  const auto unknown = store.unknown_band();
  if (!lines || !unknown) {
    return Unexpected<Error>(!lines ? lines.error() : unknown.error());
  }
  for (const policy::Line& line : *lines) {
    if (preset.find_band(line.band) == nullptr) {
      return fail(ErrorCode::Conflict,
                  fmt::format("Line '{}' is in band '{}', which preset '{}' does not have; change "
                              "the line first.",
                              line.id, line.band, preset.id));
    }
  }
  if (!unknown->empty() && preset.find_band(*unknown) == nullptr) {
    return fail(ErrorCode::Conflict,
                fmt::format("Unknown lines are in band '{}', which preset '{}' does not have; "
                            "change settings unknown-line first.",
                            *unknown, preset.id));
  }
  return {};
}

Result<int> set(const Command& command, const std::string& id) {
  const auto taxonomy = command.installation.taxonomy();
  if (!taxonomy) {
    return Unexpected<Error>(taxonomy.error());
  }
  const auto preset = command.installation.preset(id, *taxonomy);
  if (!preset) {
    return Unexpected<Error>(preset.error());
  }
  auto store = command.installation.open_lines(lmdb::OpenMode::ReadWrite);
  if (!store) {
    return Unexpected<Error>(store.error());
  }
  if (auto good = check_bands(*store, *preset); !good) {
    return Unexpected<Error>(good.error());
  }
  if (auto done = store->set_preset(id); !done) {
    return Unexpected<Error>(done.error());
  }
  if (command.json) {
    print_json({{"preset", id}});
  } else {
    fmt::print("Preset '{}' is in force.\n", id);
  }
  return kExitDone;
}

int print_unknown_band(const Command& command, const std::string& band) {
  if (command.json) {
    print_json({{"unknown_line", band.empty() ? std::string(kOff) : band}});
  } else if (band.empty()) {
    fmt::print("Unknown lines are forwarded untouched.\n");
  } else {
    fmt::print("Unknown lines are filtered as band '{}'.\n", band);
  }
  return kExitDone;
}

Result<int> unknown_line(const Command& command, const std::string& band) {
  if (band.empty()) {
    const auto lines = command.installation.open_lines(lmdb::OpenMode::ReadOnly);
    if (!lines && lines.error().code == ErrorCode::NotFound) {
      return print_unknown_band(command, {});
    }
    const auto stored =
        lines ? lines->unknown_band() : Result<std::string>(Unexpected<Error>(lines.error()));
    return stored ? Result<int>(print_unknown_band(command, *stored))
                  : Unexpected<Error>(stored.error());
  }
  const std::string chosen = band == kOff ? std::string() : band;
  const auto taxonomy = command.installation.taxonomy();
  auto store = command.installation.open_lines(lmdb::OpenMode::ReadWrite);
  if (!taxonomy || !store) {
    return Unexpected<Error>(!taxonomy ? taxonomy.error() : store.error());
  }
  const auto preset_id = store->preset();
  if (!preset_id) {
    return Unexpected<Error>(preset_id.error());
  }
  const auto preset = command.installation.preset(*preset_id, *taxonomy);
  if (!preset) {
    return Unexpected<Error>(preset.error());
  }
  if (!chosen.empty() && preset->find_band(chosen) == nullptr) {
    return fail(ErrorCode::Invalid,
                fmt::format("Preset '{}' has no band '{}'; 'luytrectl preset show' lists them.",
                            *preset_id, chosen));
  }
  if (auto done = store->set_unknown_band(chosen); !done) {
    return Unexpected<Error>(done.error());
  }
  return print_unknown_band(command, chosen);
}

}  // namespace

void add_preset_commands(CLI::App& app, Command& command) {
  CLI::App* presets = app.add_subcommand("preset", "Age bands and what each of them blocks");
  presets->require_subcommand(1);
  const auto shown = std::make_shared<std::string>();
  add_command(*presets, command, "show", "Show a preset; by default the one in force",
              [&command, shown] { return show(command, *shown); })
      ->add_option("ID", *shown, "vn, generic, …");
  const auto chosen = std::make_shared<std::string>();
  add_command(*presets, command, "set", "Put a preset in force",
              [&command, chosen] { return set(command, *chosen); })
      ->add_option("ID", *chosen, "vn, generic, …")
      ->required();

  CLI::App* settings = app.add_subcommand("settings", "What holds for the whole gateway");
  settings->require_subcommand(1);
  const auto band = std::make_shared<std::string>();
  add_command(*settings, command, "unknown-line",
              "Lines that nobody registered; without a value, show it",
              [&command, band] { return unknown_line(command, *band); })
      ->add_option("off|BAND", *band, "off: forwarded untouched; a band: filtered as that band");
}

}  // namespace luytre::ctl
