// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "categories/domain_name.h"
#include "categories/name_match.h"
#include "categories/taxonomy.h"
#include "policy/profile.h"
#include "policy/verdict.h"

namespace luytre::policy {

// Why a name is allowed or refused on a line, for people and for JSON. Computed by verdict()
// itself.
struct Explanation {
  Verdict verdict;
  std::string reason;    // one word for machines, the same in counters and pages: "gambling",
                         // "pause", "owner_deny"
  std::string sentence;  // "casino.test is blocked: gambling is blocked for ages 7–12."
  std::string remedy;    // who may lift it: "The line's owner can allow it."
};

[[nodiscard]] Explanation explain(const Profile& profile, const categories::Taxonomy& taxonomy,
                                  const categories::DomainName& name,
                                  const categories::NameMatch& match);

// The machine word of a verdict alone: the category's name in the tiers that categories decide,
// else the tier's.
[[nodiscard]] std::string_view reason(const Verdict& verdict,
                                      const categories::Taxonomy& taxonomy) noexcept;

}  // namespace luytre::policy
