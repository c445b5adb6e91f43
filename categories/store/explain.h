// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "categories/entry.h"
#include "categories/store/explanation.h"
#include "categories/taxonomy.h"
#include "match_rules.h"

namespace luytre::categories {

// What covers a question, the longest first.
struct CoveredQuestion {
  std::vector<std::string> subjects;
  MatchRules::Levels levels;
};

[[nodiscard]] Explanation explain_question(const CoveredQuestion& question,
                                           const std::vector<Source>& sources,
                                           const Taxonomy& taxonomy);

// The same for the entries of any kind; `subject` is where their subject stands.
template <typename CoveringEntry, typename Subject>
[[nodiscard]] Result<Explanation> explain_covering(Result<std::vector<CoveringEntry>> covering,
                                                   Subject CoveringEntry::*subject,
                                                   const std::vector<Source>& sources,
                                                   const Taxonomy& taxonomy) {
  if (!covering) {
    return Unexpected<Error>(covering.error());
  }
  CoveredQuestion question;
  for (CoveringEntry& entry : *covering) {
    question.subjects.push_back((entry.*subject).to_text());
    question.levels.push_back(std::move(entry.statements));
  }
  return explain_question(question, sources, taxonomy);
}

}  // namespace luytre::categories
