// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "categories/export/exporter.h"
#include "category_words.h"
#include "command.h"
#include "opened_lists.h"
#include "output.h"
#include "output_file.h"
#include "progress.h"

namespace luytre::ctl {
namespace {

using categories::ExportFormat;
using categories::ExportReport;

struct Options {
  ExportFormat format = ExportFormat::Luytre;
  std::vector<std::string> categories;
  std::string source;
  std::string output;
};

Result<categories::ExportOptions> choose(const OpenedLists& opened, const Options& options) {
  categories::ExportOptions chosen{.format = options.format};
  if (!options.categories.empty()) {
    const auto set = parse_categories(options.categories, opened.taxonomy);
    if (!set) {
      return Unexpected<Error>(set.error());
    }
    chosen.categories = *set;
  } else {
    // What licence or law keeps under lock (lists of abuse material among it) leaves only by its name.
    chosen.categories =
        chosen.categories - opened.taxonomy.tier(categories::CategoryTier::Mandatory);
  }
  if (!options.source.empty()) {
    const auto source = find_source(opened.store, options.source);
    if (!source) {
      return Unexpected<Error>(source.error());
    }
    chosen.source = *source;
  }
  const auto serial = opened.store.serial();
  if (!serial) {
    return Unexpected<Error>(serial.error());
  }
  chosen.serial = static_cast<std::uint64_t>(*serial);
  auto sources = opened.store.sources();
  if (!sources) {
    return Unexpected<Error>(sources.error());
  }
  chosen.sources = *std::move(sources);
  return chosen;
}

Result<ExportReport> write(const OpenedLists& opened, const Options& options) {
  const auto chosen = choose(opened, options);
  if (!chosen) {
    return Unexpected<Error>(chosen.error());
  }
  auto output = OutputFile::create(options.output);
  if (!output) {
    return Unexpected<Error>(output.error());
  }
  categories::Exporter exporter(opened.taxonomy, *chosen,
                                [&](std::string_view text) { return output->write(text); });
  Progress progress("entries read");
  const auto add = [&](const auto& entry) {
    progress.step();
    return exporter.add(entry);
  };
  // Three reads, between which nothing may change: the zone's serial stands in its first lines.
  const auto whole = [&](const Result<categories::Serial>& scanned) -> Result<void> {
    if (!scanned) {
      return Unexpected<Error>(scanned.error());
    }
    return static_cast<std::uint64_t>(*scanned) == chosen->serial
               ? Result<void>()
               : fail(ErrorCode::Busy, "The lists changed during the export; run it again.");
  };
  if (auto names = whole(opened.store.scan(add)); !names) {
    return Unexpected<Error>(names.error());
  }
  if (auto paths = whole(opened.store.scan_paths(add)); !paths) {
    return Unexpected<Error>(paths.error());
  }
  if (auto prefixes = whole(opened.store.scan_prefixes(add)); !prefixes) {
    return Unexpected<Error>(prefixes.error());
  }
  auto report = exporter.finish();
  if (!report) {
    return report;
  }
  if (auto done = output->commit(); !done) {
    return Unexpected<Error>(done.error());
  }
  return report;
}

void print_report(const ExportReport& report, const Options& options) {
  fmt::print(stderr, "{} entries as {} in {} lines{}{}.\n", grouped(report.entries),
             describe(options.format), grouped(report.lines), options.output.empty() ? "" : ": ",
             options.output);
  const auto note = [](std::uint64_t count, std::string_view text) {
    if (count != 0) {
      fmt::print(stderr, "  {:>12}  {}\n", grouped(count), text);
    }
  };
  note(report.narrowed, "subtrees narrowed to their name alone");
  note(report.without_age, "entries without the minimum age that the lists say");
  note(report.without_terms, "entries without the legal reference or end that the lists say");
  note(report.passed, "never-block entries and exceptions that the zone lets pass");
  note(report.never_block, "never-block entries left out");
  note(report.not_expressible, "entries left out that this format has no words for");
  note(report.taken_back, "entries left out that an exception takes back");
  note(report.exceptions, "exceptions left out");
  note(report.paths, "pages left out: this format speaks of names alone");
  note(report.prefixes, "address ranges left out: this format speaks of names alone");
}

Result<int> run(const Command& command, const Options& options) {
  if (command.json && options.output.empty()) {
    return fail(ErrorCode::Invalid,
                "The list itself goes to stdout; add --output FILE to get the report as JSON.");
  }
  const auto opened = open_lists(command.installation, lmdb::OpenMode::ReadOnly);
  if (!opened) {
    return Unexpected<Error>(opened.error());
  }
  const auto report = write(*opened, options);
  if (!report) {
    return Unexpected<Error>(report.error());
  }
  if (command.json) {
    print_json({{"format", describe(options.format)},
                {"file", options.output},
                {"entries", report->entries},
                {"lines", report->lines},
                {"narrowed", report->narrowed},
                {"without_age", report->without_age},
                {"without_terms", report->without_terms},
                {"passed", report->passed},
                {"never_block", report->never_block},
                {"not_expressible", report->not_expressible},
                {"taken_back", report->taken_back},
                {"exceptions", report->exceptions},
                {"paths", report->paths},
                {"prefixes", report->prefixes}});
  } else {
    print_report(*report, options);
  }
  return kExitDone;
}

}  // namespace

void add_export_command(CLI::App& categories, Command& command) {
  static const std::map<std::string, ExportFormat> kFormats = {{"rpz", ExportFormat::Rpz},
                                                               {"hosts", ExportFormat::Hosts},
                                                               {"names", ExportFormat::Names},
                                                               {"luytre", ExportFormat::Luytre},
                                                               {"csv", ExportFormat::Csv}};
  const auto options = std::make_shared<Options>();
  CLI::App* added =
      add_command(categories, command, "export", "Write what the lists say for other programs",
                  [&command, options] { return run(command, *options); });
  added->add_option("--format", options->format, "rpz, hosts, names, luytre or csv")
      ->transform(CLI::CheckedTransformer(kFormats).description(""))
      ->type_name("FORMAT")
      ->required();
  added
      ->add_option("--category", options->categories,
                   "Only names in one of these, with no other categories")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("NAME[,NAME]");
  added->add_option("--source", options->source, "Only what this source says");
  added->add_option("--output", options->output, "The file to replace; stdout by default")
      ->type_name("FILE");
  added->footer(
      "luytre  everything, in the form that signed lists have; importing it gives the same "
      "entries\n"
      "csv     everything, with a header row\n"
      "names   'name' and '*.name' (with all below); import it with --reach exact\n"
      "rpz     a response policy zone; never-block names and exceptions pass\n"
      "hosts   names alone: what is below them is lost; never-block names are left out\n"
      "Mandatory categories (licensed, ordered) are written only when --category names them.\n"
      "Without --source, what several sources say is united, and says no more who stands above "
      "whom.\n"
      "What a format cannot say is counted on stderr.");
}

}  // namespace luytre::ctl
