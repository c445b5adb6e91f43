// SPDX-License-Identifier: Apache-2.0
#include "import_report.h"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "guard_text.h"
#include "output.h"

namespace luytre::ctl {
namespace {

using categories::ImportReport;
using Json = nlohmann::ordered_json;

// Words for programs, in the order of SkipCause.
constexpr std::array<std::string_view, categories::kSkipCauseCount> kCauseWords = {
    "not_a_name",     "address",          "url",       "single_label",     "public_suffix",
    "canary_name",    "unknown_category", "bad_idna",  "line_too_long",    "exception",
    "not_name_level", "expired",          "bad_field", "reserved_address", "left_out",
    "permitted",      "not_granted",      "no_label",  "other_host",       "all_ages"};

void print_count(std::string_view what, std::uint64_t count, std::string_view why = "") {
  if (count != 0) {
    fmt::print("  {:<12}{:>12}{}{}\n", what, grouped(count), why.empty() ? "" : "  ", why);
  }
}

std::uint64_t total(const std::map<std::string, std::uint64_t>& counts) {
  std::uint64_t sum = 0;
  for (const auto& [what, count] : counts) {
    sum += count;
  }
  return sum;
}

// Conflicts with never-block names hold no list and are told all the same.
void print_admission(const ImportedList& imported, const categories::Taxonomy& taxonomy) {
  const Admission& admission = imported.admission;
  if (!admission.report.findings.empty()) {
    fmt::print("\nGuards:\n{}", findings_text(admission.report, taxonomy));
  }
  if (!admission.accepted.empty()) {
    fmt::print("  accepted: {}\n", join(admission.accepted));
  }
  if (admission.held) {
    fmt::print(
        "\nHeld: what source '{}' said before stays in force.\nA second person decides: "
        "luytrectl categories held.\n",
        imported.source);
  }
}

}  // namespace

std::uint64_t skipped_lines(const ImportReport& report) {
  std::uint64_t lines = 0;
  for (const categories::SkipCount& skipped : report.skipped) {
    lines += skipped.lines;
  }
  return lines;
}

Json skipped_json(const ImportReport& report) {
  Json skipped = Json::object();
  for (std::size_t i = 0; i < kCauseWords.size(); ++i) {
    if (report.skipped[i].lines != 0) {
      skipped[std::string(kCauseWords[i])] = {{"lines", report.skipped[i].lines},
                                              {"example", report.skipped[i].example}};
    }
  }
  return skipped;
}

Json to_json(const ImportedList& imported, const categories::Taxonomy& taxonomy) {
  const ImportReport& report = imported.report;
  return {{"source", imported.source},
          {"path", imported.path},
          {"format", describe(report.format)},
          {"serial", imported.serial},
          {"held", imported.admission.held},
          {"by", imported.admission.by},
          {"findings", findings_json(imported.admission.report, taxonomy)},
          {"accepted", kinds_json(imported.admission.accepted)},
          {"lines", report.lines},
          {"entries", report.entries},
          {"names", report.names},
          {"paths", report.paths},
          {"prefixes", report.prefixes},
          {"exceptions", report.exceptions},
          {"duplicates", report.duplicates},
          {"narrowed_to_exact", report.narrowed_to_exact},
          {"reduced", report.reduced},
          {"skipped", skipped_json(report)},
          {"entries_by_category", report.entries_by_category},
          {"aliases", report.aliases},
          {"patterns", report.patterns},
          {"permitting", report.permitting},
          {"seconds", {{"read", imported.read_seconds}, {"store", imported.store_seconds}}}};
}

void add_counts(ImportReport& sum, const ImportReport& one) {
  sum.lines += one.lines;
  sum.entries += one.entries;
  sum.names += one.names;
  sum.paths += one.paths;
  sum.prefixes += one.prefixes;
  sum.exceptions += one.exceptions;
  sum.duplicates += one.duplicates;
  sum.narrowed_to_exact += one.narrowed_to_exact;
  sum.reduced += one.reduced;
  for (std::size_t i = 0; i < sum.skipped.size(); ++i) {
    sum.skipped[i].lines += one.skipped[i].lines;
    if (sum.skipped[i].example.empty()) {
      sum.skipped[i].example = one.skipped[i].example;
    }
  }
  for (const auto& [category, entries] : one.entries_by_category) {
    sum.entries_by_category[category] += entries;
  }
  for (const auto& [file, patterns] : one.patterns) {
    sum.patterns[file] += patterns;
  }
}

void print_skipped(const ImportReport& report) {
  for (std::size_t i = 0; i < report.skipped.size(); ++i) {
    const categories::SkipCount& skipped = report.skipped[i];
    if (skipped.lines != 0) {
      print_count("skipped", skipped.lines, describe(static_cast<categories::SkipCause>(i)));
      fmt::print("{:28}{}\n", "", cut(skipped.example, 68));
    }
  }
  if (!report.patterns.empty()) {
    print_count("not read", total(report.patterns),
                fmt::format("patterns, such as those in {}", report.patterns.begin()->first));
  }
}

void print_categories(const ImportReport& report) {
  std::size_t column = 0;
  for (const auto& [category, entries] : report.entries_by_category) {
    fmt::print("  {:<22}{:>12}{}", category, grouped(entries), column % 2 == 0 ? "    " : "\n");
    ++column;
  }
  fmt::print("{}", column % 2 == 0 ? "" : "\n");
}

void print_report(const ImportedList& imported, const categories::Taxonomy& taxonomy) {
  const ImportReport& report = imported.report;
  if (imported.admission.held) {
    fmt::print("Read {} ({})\nfor source '{}'.\n\n", imported.path, describe(report.format),
               imported.source);
  } else {
    fmt::print("Imported {} ({})\nas source '{}', serial {}.\n\n", imported.path,
               describe(report.format), imported.source, imported.serial);
  }
  fmt::print("  lines       {:>12}\n  entries     {:>12}  in {}\n", grouped(report.lines),
             grouped(report.entries),
             duration_text(imported.read_seconds + imported.store_seconds));
  if (report.entries != report.names) {
    print_count("  names", report.names);
    print_count("  paths", report.paths, "pages, which say nothing about their hosts");
    print_count("  prefixes", report.prefixes, "addresses and ranges");
  }
  print_count("exceptions", report.exceptions, "of the entries: they take back");
  print_count("duplicates", report.duplicates);
  print_count("made exact", report.narrowed_to_exact, "permitted names on hosts that others share");
  print_count("reduced", report.reduced, "to the categories that the source may state");
  print_skipped(report);
  if (!report.permitting.empty()) {
    std::vector<std::string> folders(report.permitting.begin(), report.permitting.end());
    fmt::print("\n  Folders that permit and block nothing unless they are mapped:\n{}\n",
               wrap(fmt::format("{}", fmt::join(folders, ", ")), 4));
  }
  fmt::print("\n");
  print_categories(report);
  print_admission(imported, taxonomy);
}

}  // namespace luytre::ctl
