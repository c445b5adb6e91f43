// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
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
#include "statement_words.h"

namespace luytre::ctl {
namespace {

using categories::Source;
using categories::Statement;
using categories::Taxonomy;
using Json = nlohmann::ordered_json;

// What all sources say about one name, and what the index in force makes of it.
struct Lookup {
  categories::DomainName name;
  std::vector<categories::Entry> covering;
  std::optional<categories::NameMatch> in_force;  // without an index there is none
};

Json to_json(const Lookup& lookup, const Taxonomy& taxonomy, const std::vector<Source>& sources) {
  Json listed = Json::array();
  for (const categories::Entry& entry : lookup.covering) {
    for (const Statement& said : entry.statements) {
      Json row = {{"name", entry.name.to_text()}};
      row.update(statement_json(said, source_of(sources, said.source), taxonomy));
      listed.push_back(std::move(row));
    }
  }
  Json json = {{"name", lookup.name.to_text()}, {"listed", listed}, {"in_force", nullptr}};
  if (lookup.in_force) {
    json["in_force"] = {{"categories", words(taxonomy, lookup.in_force->categories)},
                        {"minimum_age", lookup.in_force->minimum_age}};
  }
  return json;
}

void print(const Lookup& lookup, const Taxonomy& taxonomy, const std::vector<Source>& sources) {
  fmt::print("{}\n", lookup.name.to_text());
  if (lookup.covering.empty()) {
    fmt::print("  no list names it\n");
  }
  for (const categories::Entry& entry : lookup.covering) {
    for (const Statement& said : entry.statements) {
      const Source source = source_of(sources, said.source);
      const bool lists = said.polarity == categories::Polarity::Lists;
      const bool exact = said.reach == categories::Reach::Exact;
      const std::string says = fmt::format(
          "{} {}: {} ({}{})", source.name, lists ? "says" : "takes back", said_text(said, taxonomy),
          entry.name.to_text(), exact ? " alone" : " and all below it");
      const std::string terms = terms_text(said);
      fmt::print("{}\n", wrap(says, 2));
      if (!terms.empty() || !source.issuer.empty()) {
        const std::string issuer = source.issuer.empty() ? "" : "issued by " + source.issuer;
        fmt::print("{}\n", wrap(terms + (terms.empty() || issuer.empty() ? "" : "; ") + issuer, 4));
      }
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
  const auto sources = opened->store.sources();
  const auto serial = opened->store.serial();
  if (!sources || !serial) {
    return Unexpected<Error>(!sources ? sources.error() : serial.error());
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
      json.push_back(to_json(found, opened->taxonomy, *sources));
    } else {
      print(found, opened->taxonomy, *sources);
    }
  }
  if (command.json) {
    print_json(json);
  }
  note_stale_index(index ? &*index : nullptr, *serial);
  return kExitDone;
}

}  // namespace

void add_lookup_command(CLI::App& categories, Command& command) {
  const auto names = std::make_shared<std::vector<std::string>>();
  add_command(categories, command, "lookup", "Who says what about a name",
              [&command, names] { return lookup(command, *names); })
      ->add_option("NAME", *names, "Host names")
      ->required();
}

}  // namespace luytre::ctl
