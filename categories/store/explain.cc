// SPDX-License-Identifier: Apache-2.0
#include "explain.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "match_rules.h"

namespace luytre::categories {
namespace {

using Level = MatchRules::Level;

CategorySet taken_back(const MatchRules& rules, const Statement& exception,
                       const Statement& listing) {
  CategorySet taken;
  for (CategorySet left = listing.categories; !left.empty();
       left = left - CategorySet::of(left.first())) {
    if (rules.takes_back(exception, listing, left.first())) {
      taken |= CategorySet::of(left.first());
    }
  }
  return taken;
}

ExplainedStatement explain_statement(const CoveredQuestion& question, const MatchRules& rules,
                                     const MatchRules::Answer& answer, Level level,
                                     const Statement& said) {
  ExplainedStatement explained{.said = said, .holds = {}, .withdrawn = {}};
  if (said.polarity == Polarity::Withdraws) {
    return explained;
  }
  explained.holds = said.categories & answer.categories;
  for (Level deeper = level + 1; deeper-- > 0;) {
    for (const Statement& exception : question.levels[deeper]) {
      const CategorySet taken = taken_back(rules, exception, said);
      if (!taken.empty()) {
        explained.withdrawn.push_back(
            {.by = exception.source, .at = question.subjects[deeper], .categories = taken});
        explained.holds = explained.holds - taken;
      }
    }
  }
  explained.age_holds = said.minimum_age != 0 && said.minimum_age == answer.minimum_age &&
                        !rules.has_lost_its_age(said, level, 0);
  return explained;
}

}  // namespace

Explanation explain_question(const CoveredQuestion& question, const std::vector<Source>& sources,
                             const Taxonomy& taxonomy) {
  const MatchRules rules(question.levels, sources, taxonomy);
  const MatchRules::Answer answer = rules.answer();
  Explanation explanation{.covering = {},
                          .categories = answer.categories,
                          .minimum_age = answer.minimum_age,
                          .sources = {}};
  for (Level level = 0; level < question.levels.size(); ++level) {
    ExplainedSubject subject{.subject = question.subjects[level], .statements = {}};
    for (const Statement& said : question.levels[level]) {
      subject.statements.push_back(explain_statement(question, rules, answer, level, said));
    }
    explanation.covering.push_back(std::move(subject));
  }
  std::ranges::copy_if(sources, std::back_inserter(explanation.sources), [&](const Source& source) {
    return std::ranges::any_of(question.levels, [&](const std::vector<Statement>& statements) {
      return std::ranges::find(statements, source.id, &Statement::source) != statements.end();
    });
  });
  return explanation;
}

}  // namespace luytre::categories
