// SPDX-License-Identifier: Apache-2.0
#include "version_gate.h"

#include <string>
#include <utility>

#include "categories/guard/guard.h"
#include "guard_admission.h"

namespace luytre::mgmt {

VersionGate::VersionGate(std::filesystem::path data_dir, std::filesystem::path share_dir,
                         const categories::Taxonomy& taxonomy)
    : data_dir_(std::move(data_dir)), share_dir_(std::move(share_dir)), taxonomy_(taxonomy) {}

Result<std::vector<categories::HeldReason>> VersionGate::check(
    const categories::CandidateVersion& candidate) {
  const std::lock_guard lock(mutex_);
  ctl::AdmissionOptions options;
  options.by = "luytre-mgmt";
  const ctl::Installation installation{.data_dir = data_dir_, .share_dir = share_dir_};
  auto gate = ctl::ListGate::open(installation, taxonomy_, candidate.store, options);
  if (!gate) {
    return Unexpected(gate.error());
  }
  const auto admission = gate->admit(candidate.source, candidate.content);
  if (!admission) {
    return Unexpected(admission.error());
  }
  std::vector<categories::HeldReason> reasons;
  if (!admission->held) {
    auto recorded = gate->record(candidate.source, candidate.content, *admission);
    return recorded ? Result<std::vector<categories::HeldReason>>(std::move(reasons))
                    : Unexpected(recorded.error());
  }
  for (const categories::GuardFinding& finding : admission->report.findings) {
    if (finding.severity != categories::GuardSeverity::Notice) {
      reasons.push_back(
          {.kind = std::string(describe(finding.kind)), .sentence = finding.sentence});
    }
  }
  return reasons;
}

}  // namespace luytre::mgmt
