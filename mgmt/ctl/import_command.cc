// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "categories/compile/index_files.h"
#include "categories/import/importer.h"
#include "category_words.h"
#include "command.h"
#include "output.h"
#include "progress.h"

namespace luytre::ctl {
namespace {

using categories::ImportReport;
using categories::ListFormat;
using categories::Reach;
using Json = nlohmann::ordered_json;

// A list that lost half of its names is more often a failed download than a change of mind.
constexpr std::uint64_t kShrinkGuardFrom = 100;

// Words for programs, in the order of SkipCause.
constexpr std::array<std::string_view, categories::kSkipCauseCount> kCauseWords = {
    "not_a_name",     "address",          "url",      "single_label",  "public_suffix",
    "canary_name",    "unknown_category", "bad_idna", "line_too_long", "exception",
    "not_name_level", "expired",          "bad_field"};

struct Options {
  std::string path;
  std::string source;
  ListFormat format = ListFormat::Auto;
  std::vector<std::string> categories;
  std::optional<Reach> reach;
  unsigned minimum_age = 0;
  bool compile = true;
  bool allow_shrink = false;
};

// Everything that one import is reported by.
struct Imported {
  std::string source;
  std::uint64_t serial = 0;
  ImportReport report;
  std::optional<categories::CompiledIndex> index;
  double read_seconds = 0;
  double store_seconds = 0;
};

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

// "ut1-2026.tar.gz" is the source "ut1-2026": the next version of the list replaces this one.
std::string source_name(const std::string& path) {
  std::filesystem::path file = std::filesystem::path(path).lexically_normal();
  if (!file.has_filename()) {
    file = file.parent_path();
  }
  file = file.filename();
  constexpr std::array<std::string_view, 11> kEndings = {".csv",   ".rpz",     ".conf", ".gz",
                                                         ".zst",   ".tar",     ".tgz",  ".txt",
                                                         ".hosts", ".domains", ".list"};
  while (std::ranges::find(kEndings, file.extension().native()) != kEndings.end()) {
    file = file.stem();
  }
  return file.native();
}

// Refuses what would silently take a source's protection away.
Result<void> guard(const categories::CategoryStore& store, const Options& options,
                   const std::string& source, std::uint64_t entries) {
  if (entries == 0) {
    return fail(
        ErrorCode::Invalid,
        fmt::format("{} holds no usable name; source '{}' stays as it was.", options.path, source));
  }
  const auto sources = store.sources();
  if (!sources) {
    return Unexpected<Error>(sources.error());
  }
  const auto before = std::ranges::find(*sources, source, &categories::Source::name);
  if (!options.allow_shrink && before != sources->end() &&
      before->entry_count >= kShrinkGuardFrom && entries < before->entry_count / 2) {
    return fail(ErrorCode::Conflict,
                fmt::format("{} has {} entries where source '{}' had {}: less than half. If that "
                            "is right, add --allow-shrink.",
                            options.path, grouped(entries), source, grouped(before->entry_count)));
  }
  return {};
}

Result<Imported> import(const Installation& installation, const Options& options) {
  const auto taxonomy = installation.taxonomy();
  if (!taxonomy) {
    return Unexpected<Error>(taxonomy.error());
  }
  const auto categories = parse_categories(options.categories, *taxonomy);
  if (!categories) {
    return Unexpected<Error>(categories.error());
  }
  Imported imported;
  imported.source = options.source.empty() ? source_name(options.path) : options.source;
  const auto began = std::chrono::steady_clock::now();
  auto list = [&] {
    Progress progress("lines read");
    return categories::read_list(
        options.path, *taxonomy,
        {.format = options.format,
         .categories = *categories,
         .minimum_age = static_cast<std::uint8_t>(options.minimum_age),
         .default_reach = options.reach,
         .on_progress = [&](std::uint64_t lines) { progress.update(lines); },
         .now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now())});
  }();
  if (!list) {
    return Unexpected<Error>(list.error());
  }
  imported.report = std::move(list->report);
  imported.read_seconds = seconds_since(began);

  auto store = installation.open_categories(lmdb::OpenMode::ReadWrite);
  if (!store) {
    return Unexpected<Error>(store.error());
  }
  if (auto allowed = guard(*store, options, imported.source, list->names.size()); !allowed) {
    return Unexpected<Error>(allowed.error());
  }
  const auto storing = std::chrono::steady_clock::now();
  const auto serial =
      store->replace_source({.id = {},
                             .name = imported.source,
                             .format = std::string(describe(imported.report.format)),
                             .entry_count = 0,
                             .imported_at = std::time(nullptr)},
                            {.names = std::move(list->names), .paths = {}, .prefixes = {}});
  if (!serial) {
    return Unexpected<Error>(serial.error());
  }
  imported.serial = static_cast<std::uint64_t>(*serial);
  imported.store_seconds = seconds_since(storing);
  if (options.compile) {
    auto index = categories::compile_index(*store, *taxonomy, installation.index_dir());
    if (!index) {
      return Unexpected<Error>(index.error());
    }
    imported.index = std::move(*index);
  }
  return imported;
}

Json to_json(const Imported& imported) {
  const ImportReport& report = imported.report;
  Json skipped = Json::object();
  for (std::size_t i = 0; i < kCauseWords.size(); ++i) {
    if (report.skipped[i].lines != 0) {
      skipped[std::string(kCauseWords[i])] = {{"lines", report.skipped[i].lines},
                                              {"example", report.skipped[i].example}};
    }
  }
  Json json = {{"source", imported.source},
               {"format", describe(report.format)},
               {"serial", imported.serial},
               {"lines", report.lines},
               {"entries", report.entries},
               {"duplicates", report.duplicates},
               {"narrowed_to_exact", report.narrowed_to_exact},
               {"skipped", skipped},
               {"entries_by_category", report.entries_by_category},
               {"aliases", report.aliases},
               {"files_not_imported", report.files_not_imported},
               {"index", nullptr},
               {"seconds", {{"read", imported.read_seconds}, {"store", imported.store_seconds}}}};
  if (imported.index) {
    json["index"] = {{"serial", imported.index->serial},
                     {"names", imported.index->names},
                     {"bytes", imported.index->bytes}};
    json["seconds"]["compile"] = imported.index->seconds;
  }
  return json;
}

void print_skipped(const ImportReport& report) {
  for (std::size_t i = 0; i < report.skipped.size(); ++i) {
    const categories::SkipCount& skipped = report.skipped[i];
    if (skipped.lines != 0) {
      fmt::print("  skipped     {:>12}  {}\n", grouped(skipped.lines),
                 describe(static_cast<categories::SkipCause>(i)));
      fmt::print("                            {}\n", cut(skipped.example, 68));
    }
  }
}

void print_report(const Imported& imported, const std::string& path) {
  const ImportReport& report = imported.report;
  fmt::print("Imported {} ({})\nas source '{}', serial {}.\n\n", path, describe(report.format),
             imported.source, imported.serial);
  fmt::print("  lines       {:>12}\n  entries     {:>12}  in {}\n", grouped(report.lines),
             grouped(report.entries),
             duration_text(imported.read_seconds + imported.store_seconds));
  if (report.duplicates != 0) {
    fmt::print("  duplicates  {:>12}\n", grouped(report.duplicates));
  }
  if (report.narrowed_to_exact != 0) {
    fmt::print("  made exact  {:>12}  never-block names on hosts that others share\n",
               grouped(report.narrowed_to_exact));
  }
  print_skipped(report);
  if (!report.files_not_imported.empty()) {
    fmt::print("  not read    {:>12}  files of paths and patterns, such as {}\n",
               grouped(report.files_not_imported.size()), report.files_not_imported.front());
  }
  fmt::print("\n");
  for (const auto& [category, entries] : report.entries_by_category) {
    fmt::print("  {:<22}{:>12}\n", category, grouped(entries));
  }
  if (imported.index) {
    fmt::print("\nIndex {}: {} names, {}, compiled in {}.\n", imported.index->serial,
               grouped(imported.index->names), bytes_text(imported.index->bytes),
               duration_text(imported.index->seconds));
  } else {
    fmt::print("\nNot in force yet: run luytrectl categories compile.\n");
  }
}

}  // namespace

void add_import_command(CLI::App& categories, Command& command) {
  const auto options = std::make_shared<Options>();
  CLI::App* added = add_command(categories, command, "import", "Replace one source by a list",
                                [&command, options] {
                                  const auto imported = import(command.installation, *options);
                                  if (!imported) {
                                    return Result<int>(Unexpected<Error>(imported.error()));
                                  }
                                  if (command.json) {
                                    print_json(to_json(*imported));
                                  } else {
                                    print_report(*imported, options->path);
                                  }
                                  return Result<int>(kExitDone);
                                });
  static const std::map<std::string, ListFormat> kFormats = {
      {"auto", ListFormat::Auto},       {"ut1", ListFormat::Ut1},
      {"hosts", ListFormat::Hosts},     {"names", ListFormat::Names},
      {"luytre", ListFormat::Luytre},   {"adblock", ListFormat::Adblock},
      {"dnsmasq", ListFormat::Dnsmasq}, {"rpz", ListFormat::Rpz},
      {"csv", ListFormat::Csv}};
  static const std::map<std::string, Reach> kReaches = {{"exact", Reach::Exact},
                                                        {"subtree", Reach::Subtree}};
  added->add_option("PATH", options->path, "A file, folder or archive; .gz and .zst are unpacked")
      ->required();
  added->add_option("--source", options->source, "Its name; by default the file's");
  added
      ->add_option("--format", options->format,
                   "auto, ut1, hosts, names, luytre, adblock, dnsmasq, rpz or csv")
      ->transform(CLI::CheckedTransformer(kFormats).description(""))
      ->type_name("FORMAT");
  added
      ->add_option("--category", options->categories,
                   "For lists that name none themselves (all but ut1, luytre and csv)")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("NAME[,NAME]");
  added->add_option("--reach", options->reach, "exact or subtree, for names that do not say so")
      ->transform(CLI::CheckedTransformer(kReaches).description(""))
      ->type_name("REACH");
  added->add_option("--minimum-age", options->minimum_age, "Refused below this age")
      ->check(CLI::Range(0, 18).description(""))
      ->type_name("YEARS");
  added->add_flag("--no-compile{false}", options->compile,
                  "Leave the index as it is; for several imports in a row");
  added->add_flag("--allow-shrink", options->allow_shrink,
                  "Accept a list with less than half of the source's entries");
}

}  // namespace luytre::ctl
