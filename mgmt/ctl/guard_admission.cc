// SPDX-License-Identifier: Apache-2.0
#include "guard_admission.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <ctime>
#include <nlohmann/json.hpp>
#include <utility>

#include "audit_log.h"
#include "guard_text.h"
#include "held_versions.h"

namespace luytre::ctl {
namespace {

using categories::GuardKind;
using Json = nlohmann::ordered_json;

bool contains(const std::vector<GuardKind>& kinds, GuardKind kind) {
  return std::ranges::find(kinds, kind) != kinds.end();
}

Json audit_line(std::string_view what, const categories::Source& source,
                const Admission& admission) {
  return {{"who", admission.by},
          {"what", what},
          {"source", source.name},
          {"findings", kinds_json(admission.report.holding())},
          {"accepted", kinds_json(admission.accepted)}};
}

}  // namespace

void add_ranking_options(CLI::App& command, RankingOptions& options) {
  command
      .add_option("--popular", options.file,
                  "A ranking, most popular first (default: DATA/popular.names)")
      ->type_name("FILE");
  command.add_option("--top", options.top, "So many names of it")
      ->type_name("N")
      ->capture_default_str();
}

void add_admission_options(CLI::App& command, AdmissionOptions& options) {
  command
      .add_option("--accept", options.accept,
                  "Guards that may trip: empty, shrink, growth, popular,\n"
                  "opens, public_suffix, shared_host, never_block,\n"
                  "wide_prefix, lost_protection")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("KIND[,KIND]");
  command.add_flag("--allow-shrink", options.allow_shrink, "The same as --accept shrink");
  command.add_option("--by", options.by, "Who imports it; by default who runs this")
      ->type_name("WHO");
  add_ranking_options(command, options.ranking);
}

Result<ListGate> ListGate::open(const Installation& installation,
                                const categories::Taxonomy& taxonomy,
                                const categories::CategoryStore& store,
                                const AdmissionOptions& options) {
  auto by = actor(options.by);
  auto accepted = parse_kinds(options.accept);
  if (!by || !accepted) {
    return Unexpected<Error>(!by ? by.error() : accepted.error());
  }
  if (options.allow_shrink) {
    accepted->push_back(GuardKind::Shrink);
  }
  auto check = GuardCheck::load(installation, taxonomy, options.ranking);
  if (!check) {
    return Unexpected<Error>(check.error());
  }
  ListGate gate(installation, taxonomy, store, *std::move(check));
  gate.by_ = *std::move(by);
  gate.accepted_ = *std::move(accepted);
  if (auto gathered = gate.protected_.gather(store); !gathered) {
    return Unexpected<Error>(gathered.error());
  }
  return gate;
}

Result<Admission> ListGate::admit(const categories::Source& source,
                                  const categories::ListContent& content) const {
  auto report = check_.run(&store_, protected_, source.name, content);
  if (!report) {
    return Unexpected<Error>(report.error());
  }
  Admission admission{.by = by_, .report = *std::move(report), .accepted = {}};
  for (const GuardKind kind : admission.report.holding()) {
    if (kind != GuardKind::MandatoryNeverBlock && contains(accepted_, kind)) {
      admission.accepted.push_back(kind);
    } else {
      admission.held = true;
    }
  }
  if (!admission.held) {
    return admission;
  }
  if (content.size() == 0) {
    return fail(
        ErrorCode::Invalid,
        fmt::format("The list holds no usable entry; source '{}' stays as it was.", source.name));
  }
  const HeldVersion version{.source = source,
                            .by = by_,
                            .held_at = std::time(nullptr),
                            .entries = content.size(),
                            .report = admission.report};
  if (auto held = HeldVersions(installation_.data_dir, taxonomy_).hold(version, content); !held) {
    return Unexpected<Error>(held.error());
  }
  if (auto written = append_audit(installation_.data_dir, audit_line("hold", source, admission));
      !written) {
    return Unexpected<Error>(written.error());
  }
  return admission;
}

Result<void> ListGate::record(const categories::Source& source,
                              const categories::ListContent& content, const Admission& admission) {
  protected_.replace(source.name, content);
  if (auto removed = HeldVersions(installation_.data_dir, taxonomy_).remove(source.name);
      !removed) {
    return removed;
  }
  return append_audit(installation_.data_dir, audit_line("import", source, admission));
}

}  // namespace luytre::ctl
