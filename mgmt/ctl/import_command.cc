// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <array>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "catalogue_import.h"
#include "categories/scope.h"
#include "category_words.h"
#include "command.h"
#include "compile_lists.h"
#include "guard_admission.h"
#include "import_report.h"
#include "list_import.h"
#include "output.h"
#include "preview_command.h"
#include "progress.h"

namespace luytre::ctl {
namespace {

using categories::ListFormat;
using categories::Reach;
using categories::Scope;

struct Options {
  std::string path;
  std::string source;
  ListFormat format = ListFormat::Auto;
  std::vector<std::string> categories;
  std::optional<Reach> reach;
  unsigned minimum_age = 0;
  Scope scope = Scope::Operator;
  unsigned priority = categories::Source{}.priority;
  std::string issuer;
  std::string mapping;
  std::vector<std::string> grants;
  std::string host;
  std::string country;
  std::string catalogue;
  std::string root;
  bool compile = true;
  AdmissionOptions admission;
};

Result<categories::SourceOrder> order_of(const Options& options,
                                         const categories::Taxonomy& taxonomy) {
  const auto set = parse_categories(options.categories, taxonomy);
  if (!set) {
    return Unexpected<Error>(set.error());
  }
  auto mapping = categories::CategoryMapping::parse(options.mapping, taxonomy);
  if (!mapping) {
    return Unexpected<Error>(mapping.error());
  }
  categories::NeverBlock granted;
  for (const std::string& tier : options.grants) {
    if (!categories::grant(granted, tier)) {
      return fail(
          ErrorCode::Invalid,
          fmt::format("'{}' cannot be granted; never_block_1 and never_block_2 can.", tier));
    }
  }
  categories::SourceOrder order;
  order.path = options.path;
  order.source.name = options.source.empty() ? categories::list_stem(options.path) : options.source;
  order.source.issuer = options.issuer;
  order.source.scope = options.scope;
  order.source.priority = static_cast<std::uint16_t>(options.priority);
  order.source.location = options.path;
  order.source.mapping = options.mapping;
  order.options.format = options.format;
  order.options.categories = *set;
  order.options.minimum_age = static_cast<std::uint8_t>(options.minimum_age);
  order.options.default_reach = options.reach;
  order.options.mapping = *std::move(mapping);
  order.options.host = options.host;
  order.options.country = options.country;
  order.options.may_state = categories::may_state(taxonomy, options.scope, granted);
  return order;
}

Result<ReadList> read(const Options& options, const categories::Taxonomy& taxonomy) {
  const auto order = order_of(options, taxonomy);
  if (!order) {
    return Unexpected<Error>(order.error());
  }
  Progress progress("lines read");
  return read_list(*order, taxonomy, [&](std::uint64_t lines) { progress.update(lines); });
}

Result<ImportedList> import(const Installation& installation, const categories::Taxonomy& taxonomy,
                            const Options& options) {
  auto list = read(options, taxonomy);
  if (!list) {
    return Unexpected<Error>(list.error());
  }
  auto store = installation.open_categories(lmdb::OpenMode::ReadWrite);
  if (!store) {
    return Unexpected<Error>(store.error());
  }
  auto gate = ListGate::open(installation, taxonomy, *store, options.admission);
  if (!gate) {
    return Unexpected<Error>(gate.error());
  }
  return store_list(*store, options.path, *std::move(list), *gate);
}

Result<std::optional<categories::CompiledIndex>> compile(const Installation& installation,
                                                         const categories::Taxonomy& taxonomy) {
  auto index = compile_lists(installation, taxonomy);
  return index ? Result<std::optional<categories::CompiledIndex>>(std::move(*index))
               : Unexpected<Error>(index.error());
}

Result<int> import_one(const Command& command, const Options& options) {
  const auto taxonomy = command.installation.taxonomy();
  if (!taxonomy) {
    return Unexpected<Error>(taxonomy.error());
  }
  const auto imported = import(command.installation, *taxonomy, options);
  if (!imported) {
    return Unexpected<Error>(imported.error());
  }
  const bool held = imported->admission.held;
  const auto index = options.compile && !held
                         ? compile(command.installation, *taxonomy)
                         : Result<std::optional<categories::CompiledIndex>>(std::nullopt);
  if (!index) {
    return Unexpected<Error>(index.error());
  }
  if (command.json) {
    nlohmann::ordered_json json = to_json(*imported, *taxonomy);
    json["index"] = nullptr;
    if (*index) {
      json["index"] = {
          {"serial", (*index)->serial}, {"names", (*index)->names}, {"bytes", (*index)->bytes}};
      json["seconds"]["compile"] = (*index)->seconds;
    }
    print_json(json);
    return held ? kExitHeld : kExitDone;
  }
  print_report(*imported, *taxonomy);
  if (held) {
    return kExitHeld;
  }
  if (*index) {
    fmt::print("\nIndex {}: {} names, {}, compiled in {}.\n", (*index)->serial,
               grouped((*index)->names), bytes_text((*index)->bytes),
               duration_text((*index)->seconds));
  } else {
    fmt::print("\nNot in force yet: run luytrectl categories compile.\n");
  }
  return kExitDone;
}

Result<int> preview_one(const Command& command, const Options& options) {
  const auto taxonomy = command.installation.taxonomy();
  if (!taxonomy) {
    return Unexpected<Error>(taxonomy.error());
  }
  const auto list = read(options, *taxonomy);
  if (!list) {
    return Unexpected<Error>(list.error());
  }
  return show_preview(command, *taxonomy, list->source, list->content, options.admission.ranking);
}

Result<int> run(const Command& command, const Options& options) {
  if (options.path.empty() == options.catalogue.empty()) {
    return fail(ErrorCode::Invalid,
                "Say what to import: the PATH of one list, or --sources FILE for a catalogue.");
  }
  return options.catalogue.empty() ? import_one(command, options)
                                   : import_catalogue(command, {.file = options.catalogue,
                                                                .root = options.root,
                                                                .admission = options.admission,
                                                                .compile = options.compile});
}

template <typename Value>
std::map<std::string, Value> by_word(std::size_t count) {
  std::map<std::string, Value> words;
  for (std::size_t i = 0; i < count; ++i) {
    words[std::string(describe(static_cast<Value>(i)))] = static_cast<Value>(i);
  }
  return words;
}

// What a list is and how it is read.
void add_list_options(CLI::App& added, Options& options) {
  static const auto kFormats = by_word<ListFormat>(categories::kListFormatCount);
  static const std::map<std::string, Reach> kReaches = {{"exact", Reach::Exact},
                                                        {"subtree", Reach::Subtree}};
  added
      .add_option("--format", options.format,
                  "auto, ut1, hosts, names, luytre, adblock, dnsmasq, rpz,\ncsv, unbound, v2fly, "
                  "labels or label-registry")
      ->transform(CLI::CheckedTransformer(kFormats).description(""))
      ->type_name("FORMAT");
  added
      .add_option("--category", options.categories,
                  "For lists that name none themselves (all but ut1, luytre and csv)")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("NAME[,NAME]");
  added
      .add_option("--map", options.mapping,
                  "The list's own words: adult=porn,poker=gambling+dating,jobs=-")
      ->type_name("WORD=NAME[,...]");
  added.add_option("--reach", options.reach, "exact or subtree, for names that do not say so")
      ->transform(CLI::CheckedTransformer(kReaches).description(""))
      ->type_name("REACH");
  added.add_option("--host", options.host, "Where a single site label was fetched from")
      ->type_name("NAME");
  added.add_option("--country", options.country, "Of site labels: two letters, as in age.xml")
      ->type_name("CODE");
  added.add_option("--minimum-age", options.minimum_age, "Refused below this age")
      ->check(CLI::Range(0, 18).description(""))
      ->type_name("YEARS");
}

// Who says so, and what that may be.
void add_source_options(CLI::App& added, Options& options) {
  static const auto kScopes = by_word<Scope>(4);
  added.add_option("--source", options.source, "Its name; by default the file's");
  added.add_option("--issuer", options.issuer, "Whose list it is, for people")->type_name("TEXT");
  added
      .add_option("--scope", options.scope,
                  "mandatory, national, operator or school: what it may state")
      ->transform(CLI::CheckedTransformer(kScopes).description(""))
      ->type_name("SCOPE");
  added
      .add_option("--grant", options.grants,
                  "never_block_1, never_block_2: what it may state as well")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("TIER[,TIER]");
  added
      .add_option("--priority", options.priority,
                  "0 is the strongest; exceptions reach their own number and above")
      ->check(CLI::Range(0, 65'535).description(""))
      ->type_name("NUMBER")
      ->capture_default_str();
}

}  // namespace

void add_import_command(CLI::App& categories, Command& command) {
  const auto options = std::make_shared<Options>();
  CLI::App* added =
      add_command(categories, command, "import", "Replace one source by a list, or many",
                  [&command, options] { return run(command, *options); });
  added->add_option("PATH", options->path, "A file, folder or archive; .gz and .zst are unpacked");
  add_list_options(*added, *options);
  add_source_options(*added, *options);
  CLI::Option* catalogue =
      added
          ->add_option("--sources", options->catalogue,
                       "A catalogue: import all lists that this TOML file describes")
          ->type_name("FILE");
  added
      ->add_option("--root", options->root, "Where a catalogue's paths begin; by default beside it")
      ->type_name("DIR");
  // Not CLI's own excludes() and needs(), which fill the help with their lists.
  added->parse_complete_callback([added, catalogue] {
    constexpr std::array kOfOneList = {
        "PATH",      "--format", "--category", "--map",   "--reach", "--minimum-age", "--host",
        "--country", "--source", "--issuer",   "--scope", "--grant", "--priority"};
    for (const char* option : kOfOneList) {
      if (catalogue->count() != 0 && added->count(option) != 0) {
        throw CLI::ExcludesError("--sources", option);
      }
    }
    if (catalogue->count() == 0 && added->count("--root") != 0) {
      throw CLI::RequiresError("--root", "--sources");
    }
  });
  added->add_flag("--no-compile{false}", options->compile,
                  "Leave the index as it is; for several imports in a row");
  add_admission_options(*added, options->admission);
  added->footer(
      "With --sources a list that fails or is held does not stop the others; exit code 1 if one\n"
      "failed, 5 if one is held for a second person (luytrectl categories held).");

  CLI::App* preview =
      add_command(categories, command, "preview", "Which popular names a list would close or open",
                  [&command, options] { return preview_one(command, *options); });
  preview->add_option("PATH", options->path, "A file, folder or archive; .gz and .zst are unpacked")
      ->required();
  add_list_options(*preview, *options);
  add_source_options(*preview, *options);
  add_ranking_options(*preview, options->admission.ranking);
}

}  // namespace luytre::ctl
