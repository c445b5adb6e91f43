// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "categories/compile/index_files.h"
#include "category_words.h"
#include "command.h"
#include "compile_lists.h"
#include "opened_lists.h"
#include "output.h"

namespace luytre::ctl {
namespace {

using categories::Taxonomy;
using Json = nlohmann::ordered_json;

Result<int> stats(const Command& command) {
  const auto opened = open_lists(command.installation, lmdb::OpenMode::ReadOnly);
  if (!opened) {
    return Unexpected<Error>(opened.error());
  }
  const auto sources = opened->store.sources();
  const auto serial = opened->store.serial();
  const auto names = opened->store.name_count();
  if (!sources || !serial || !names) {
    return Unexpected<Error>(!sources ? sources.error() : !serial ? serial.error() : names.error());
  }
  const auto index = categories::open_current_index(command.installation.index_dir());
  if (command.json) {
    Json json = {
        {"serial", static_cast<std::uint64_t>(*serial)},
        {"names", *names},
        {"sources", Json::array()},
        {"index", nullptr},
        {"categories", words(opened->taxonomy, categories::CategorySet(~std::uint64_t{0}))}};
    for (const categories::Source& source : *sources) {
      json["sources"].push_back({{"name", source.name},
                                 {"format", source.format},
                                 {"entries", source.entry_count},
                                 {"imported_at", time_text(source.imported_at)}});
    }
    if (index) {
      json["index"] = {{"serial", index->serial()},
                       {"names", index->name_count()},
                       {"bytes", index->memory_bytes()}};
    }
    print_json(json);
    return kExitDone;
  }
  fmt::print("{} names of {} source{}, serial {}.\n", grouped(*names), sources->size(),
             sources->size() == 1 ? "" : "s", static_cast<std::uint64_t>(*serial));
  if (index) {
    fmt::print("Index in force: serial {}, {} names, {}.\n", index->serial(),
               grouped(index->name_count()), bytes_text(index->memory_bytes()));
  } else {
    fmt::print("{}\n", index.error().message);
  }
  if (!sources->empty()) {
    fmt::print("\n  {:<36}{:<8}{:>14}  {}\n", "source", "format", "entries", "imported");
  }
  for (const categories::Source& source : *sources) {
    fmt::print("  {:<36}{:<8}{:>14}  {}\n", cut(source.name, 35), source.format,
               grouped(source.entry_count), time_text(source.imported_at));
  }
  fmt::print("\nCategories:\n{}\n",
             wrap(opened->taxonomy.describe(categories::CategorySet(~std::uint64_t{0})), 2));
  return kExitDone;
}

Result<int> report_compiled(const Command& command,
                            const Result<categories::CompiledIndex>& index) {
  if (!index) {
    return Unexpected<Error>(index.error());
  }
  if (command.json) {
    print_json({{"serial", index->serial},
                {"names", index->names},
                {"bytes", index->bytes},
                {"file", index->file.native()},
                {"seconds", index->seconds}});
  } else {
    fmt::print("Index {}: {} names, {}, compiled in {}.\n", index->serial, grouped(index->names),
               bytes_text(index->bytes), duration_text(index->seconds));
  }
  return kExitDone;
}

Result<int> compile(const Command& command) {
  const auto taxonomy = command.installation.taxonomy();
  return taxonomy ? report_compiled(command, compile_lists(command.installation, *taxonomy))
                  : Unexpected<Error>(taxonomy.error());
}

Result<int> remove(const Command& command, const std::string& source) {
  auto opened = open_lists(command.installation, lmdb::OpenMode::ReadWrite);
  if (!opened) {
    return Unexpected<Error>(opened.error());
  }
  const auto serial = opened->store.remove_source(source);
  if (!serial) {
    return Unexpected<Error>(serial.error());
  }
  if (!command.json) {
    fmt::print("Removed source '{}'.\n", source);
  }
  return report_compiled(
      command, compile_lists(opened->store, opened->taxonomy, command.installation.index_dir()));
}

}  // namespace

void add_categories_commands(CLI::App& app, Command& command) {
  CLI::App* group = app.add_subcommand("categories", "Lists of names and the index made of them");
  group->require_subcommand(1);
  add_import_command(*group, command);
  add_transfer_command(*group, command);
  add_export_command(*group, command);
  add_overlaps_command(*group, command);
  add_diff_command(*group, command);
  add_verify_command(*group, command);
  add_lookup_command(*group, command);
  add_explain_command(*group, command);
  add_held_commands(*group, command);

  add_command(*group, command, "stats", "Sources, sizes and the words for categories",
              [&command] { return stats(command); });
  add_command(*group, command, "compile", "Compile the index that the gateway looks names up in",
              [&command] { return compile(command); });
  const auto source = std::make_shared<std::string>();
  add_command(*group, command, "remove", "Remove a source with all its names",
              [&command, source] { return remove(command, *source); })
      ->add_option("SOURCE", *source, "As 'categories stats' names it")
      ->required();
}

}  // namespace luytre::ctl
