// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "categories/authority/candidate.h"
#include "categories/guard/guard.h"
#include "categories/taxonomy.h"
#include "installation.h"

namespace luytre::ctl {

// The guards, as an issuer has them: without a store, with what the list's last version said as what
// is in force, and every audience that a category could have. Every signer answers for itself what
// it accepts.
class ListGuard {
 public:
  // `taxonomy` outlives the guard. `accepted`: words of kinds, "popular".
  [[nodiscard]] static Result<ListGuard> load(const Installation& installation,
                                              const categories::Taxonomy& taxonomy,
                                              const std::vector<std::string>& accepted);

  // For build_candidate() and check_candidate(): an error says what trips which guard. The guard
  // outlives what it returns.
  [[nodiscard]] categories::ContentGuard check() const;

  // What the last check found although it let the version pass.
  [[nodiscard]] const categories::GuardReport& report() const noexcept { return *report_; }

 private:
  struct Knowledge;
  ListGuard(std::shared_ptr<const Knowledge> knowledge,
            std::vector<categories::GuardKind> accepted);

  std::shared_ptr<const Knowledge> knowledge_;
  std::vector<categories::GuardKind> accepted_;
  std::shared_ptr<categories::GuardReport> report_;
};

}  // namespace luytre::ctl
