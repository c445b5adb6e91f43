// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "categories/compile/index_files.h"
#include "category_words.h"
#include "command.h"
#include "opened_lists.h"
#include "output.h"

namespace luytre::ctl {
namespace {

using categories::Taxonomy;
using Json = nlohmann::ordered_json;

// What all sources say about one name, and what the index in force makes of it.
struct Lookup {
  categories::DomainName name;
  std::vector<categories::Entry> covering;
  std::optional<categories::NameMatch> in_force;  // without an index there is none
};

Json to_json(const Lookup& lookup, const Taxonomy& taxonomy,
             const std::map<categories::SourceId, std::string>& sources) {
  Json listed = Json::array();
  for (const categories::Entry& entry : lookup.covering) {
    for (const categories::Statement& said : entry.statements) {
      listed.push_back({{"name", entry.name.to_text()},
                        {"source", sources.at(said.source)},
                        {"reach", said.reach == categories::Reach::Exact ? "exact" : "subtree"},
                        {"categories", words(taxonomy, said.categories)},
                        {"minimum_age", said.minimum_age}});
    }
  }
  Json json = {{"name", lookup.name.to_text()}, {"listed", listed}, {"in_force", nullptr}};
  if (lookup.in_force) {
    json["in_force"] = {{"categories", words(taxonomy, lookup.in_force->categories)},
                        {"minimum_age", lookup.in_force->minimum_age}};
  }
  return json;
}

void print(const Lookup& lookup, const Taxonomy& taxonomy,
           const std::map<categories::SourceId, std::string>& sources) {
  fmt::print("{}\n", lookup.name.to_text());
  if (lookup.covering.empty()) {
    fmt::print("  no list names it\n");
  }
  for (const categories::Entry& entry : lookup.covering) {
    for (const categories::Statement& said : entry.statements) {
      const bool exact = said.reach == categories::Reach::Exact;
      const std::string age =
          said.minimum_age == 0 ? "" : fmt::format(", from age {}", said.minimum_age);
      fmt::print("  {} says: {}{} ({}{})\n", sources.at(said.source),
                 taxonomy.describe(said.categories), age, entry.name.to_text(),
                 exact ? " alone" : " and all below it");
    }
  }
  if (lookup.in_force) {
    fmt::print("  in force: {}\n", lookup.in_force->categories.empty()
                                       ? "uncategorised"
                                       : taxonomy.describe(lookup.in_force->categories));
  }
}

Result<int> lookup(const Command& command, const std::vector<std::string>& texts) {
  const auto opened = open_lists(command.installation, lmdb::OpenMode::ReadOnly);
  if (!opened) {
    return Unexpected<Error>(opened.error());
  }
  const auto listed_sources = opened->store.sources();
  const auto serial = opened->store.serial();
  if (!listed_sources || !serial) {
    return Unexpected<Error>(!listed_sources ? listed_sources.error() : serial.error());
  }
  std::map<categories::SourceId, std::string> sources;
  for (const categories::Source& source : *listed_sources) {
    sources[source.id] = source.name;
  }
  const auto index = categories::open_current_index(command.installation.index_dir());
  if (!index && index.error().code != ErrorCode::NotFound) {
    return Unexpected<Error>(index.error());
  }
  Json json = Json::array();
  for (const std::string& text : texts) {
    const auto name = parse_name(text);
    if (!name) {
      return Unexpected<Error>(name.error());
    }
    auto covering = opened->store.covering(*name);
    if (!covering) {
      return Unexpected<Error>(covering.error());
    }
    Lookup found{.name = *name, .covering = std::move(*covering), .in_force = std::nullopt};
    if (index) {
      found.in_force = index->lookup(*name);
    }
    if (command.json) {
      json.push_back(to_json(found, opened->taxonomy, sources));
    } else {
      print(found, opened->taxonomy, sources);
    }
  }
  if (command.json) {
    print_json(json);
  }
  const auto stored = static_cast<std::uint64_t>(*serial);
  if (!index || index->serial() != stored) {
    fmt::print(stderr,
               "Note: the index in force is {} and the lists are at serial {}; run "
               "luytrectl categories compile.\n",
               index ? fmt::format("of serial {}", index->serial()) : "missing", stored);
  }
  return kExitDone;
}

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

Result<int> report_compiled(const Command& command, const OpenedLists& opened) {
  const auto index =
      categories::compile_index(opened.store, opened.taxonomy, command.installation.index_dir());
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
  const auto opened = open_lists(command.installation, lmdb::OpenMode::ReadOnly);
  return opened ? report_compiled(command, *opened) : Unexpected<Error>(opened.error());
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
  return report_compiled(command, *opened);
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
  add_held_commands(*group, command);

  const auto names = std::make_shared<std::vector<std::string>>();
  add_command(*group, command, "lookup", "Who says what about a name",
              [&command, names] { return lookup(command, *names); })
      ->add_option("NAME", *names, "Host names")
      ->required();
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
