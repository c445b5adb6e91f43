// SPDX-License-Identifier: Apache-2.0
#include "guard_text.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "category_words.h"
#include "output.h"

namespace luytre::ctl {
namespace {

using categories::CategorySet;
using categories::GuardFinding;
using categories::GuardHit;
using categories::GuardKind;
using categories::GuardReport;
using categories::GuardSeverity;
using categories::Taxonomy;
using Json = nlohmann::ordered_json;

constexpr std::size_t kNamesForPeople = 5;

CategorySet set_of(const Json& words, const Taxonomy& taxonomy) {
  CategorySet set;
  for (const Json& word : words) {
    const categories::Category* category = taxonomy.find(word.get<std::string>());
    set |= category == nullptr ? CategorySet() : CategorySet::of(category->id);
  }
  return set;
}

std::optional<GuardSeverity> severity_of(std::string_view word) {
  for (const GuardSeverity severity :
       {GuardSeverity::Notice, GuardSeverity::Hold, GuardSeverity::Forbid}) {
    if (word == describe(severity)) {
      return severity;
    }
  }
  return std::nullopt;
}

std::string hit_text(const GuardHit& hit, const Taxonomy& taxonomy) {
  std::string text = hit.subject;
  if (hit.entry != hit.subject) {
    text += fmt::format(" (by {})", hit.entry);
  }
  if (!hit.says.empty()) {
    text += ": " + taxonomy.describe(hit.says);
  }
  if (!hit.against.empty()) {
    text += "; known as " + taxonomy.describe(hit.against);
  }
  return text;
}

}  // namespace

Json findings_json(const GuardReport& report, const Taxonomy& taxonomy) {
  Json findings = Json::array();
  for (const GuardFinding& finding : report.findings) {
    Json first = Json::array();
    for (const GuardHit& hit : finding.first) {
      first.push_back({{"subject", hit.subject},
                       {"entry", hit.entry},
                       {"says", words(taxonomy, hit.says)},
                       {"known_as", words(taxonomy, hit.against)}});
    }
    findings.push_back({{"kind", describe(finding.kind)},
                        {"severity", describe(finding.severity)},
                        {"count", finding.count},
                        {"sentence", finding.sentence},
                        {"first", first}});
  }
  return findings;
}

Result<GuardReport> guard_report(const Json& json, const Taxonomy& taxonomy) {
  GuardReport report;
  try {
    for (const Json& written : json) {
      const auto kind = categories::guard_kind(written.at("kind").get<std::string>());
      const auto severity = severity_of(written.at("severity").get<std::string>());
      if (!kind || !severity) {
        return fail(ErrorCode::Corrupt, "a finding of an unknown kind");
      }
      GuardFinding finding{.kind = *kind,
                           .severity = *severity,
                           .count = written.at("count").get<std::uint64_t>(),
                           .first = {},
                           .sentence = written.at("sentence").get<std::string>()};
      for (const Json& hit : written.at("first")) {
        finding.first.push_back({.subject = hit.at("subject").get<std::string>(),
                                 .entry = hit.at("entry").get<std::string>(),
                                 .says = set_of(hit.at("says"), taxonomy),
                                 .against = set_of(hit.at("known_as"), taxonomy)});
      }
      report.findings.push_back(std::move(finding));
    }
  } catch (const nlohmann::json::exception& error) {
    return fail(ErrorCode::Corrupt, error.what());
  }
  return report;
}

std::string findings_text(const GuardReport& report, const Taxonomy& taxonomy) {
  std::string text;
  for (const GuardFinding& finding : report.findings) {
    text += fmt::format("  {} ({})\n", describe(finding.kind), describe(finding.severity));
    text += wrap(finding.sentence, 4) + "\n";
    for (std::size_t i = 0; i < finding.first.size() && i < kNamesForPeople; ++i) {
      text += "      " + cut(hit_text(finding.first[i], taxonomy), 88) + "\n";
    }
    if (finding.count > kNamesForPeople) {
      text += fmt::format("      and {} more\n", grouped(finding.count - kNamesForPeople));
    }
  }
  return text;
}

Result<std::vector<GuardKind>> parse_kinds(const std::vector<std::string>& words) {
  std::vector<GuardKind> kinds;
  for (const std::string& word : words) {
    const auto kind = categories::guard_kind(word);
    if (!kind) {
      return fail(ErrorCode::Invalid,
                  fmt::format("There is no guard '{}'; 'luytrectl categories import --help' lists "
                              "them.",
                              word));
    }
    if (*kind == GuardKind::MandatoryNeverBlock) {
      return fail(ErrorCode::Invalid,
                  "Nobody can accept a name that is mandatory and never blocked at once; change "
                  "one of the two lists.");
    }
    kinds.push_back(*kind);
  }
  return kinds;
}

std::string join(const std::vector<GuardKind>& kinds) {
  std::string text;
  for (const GuardKind kind : kinds) {
    text += text.empty() ? "" : ",";
    text += describe(kind);
  }
  return text;
}

Json kinds_json(const std::vector<GuardKind>& kinds) {
  Json array = Json::array();
  for (const GuardKind kind : kinds) {
    array.push_back(describe(kind));
  }
  return array;
}

}  // namespace luytre::ctl
