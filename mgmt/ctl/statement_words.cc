// SPDX-License-Identifier: Apache-2.0
#include "statement_words.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <nlohmann/json.hpp>

#include "categories/scope.h"
#include "category_words.h"
#include "output.h"

namespace luytre::ctl {

using categories::Polarity;
using categories::Source;
using categories::Statement;
using categories::Taxonomy;
using Json = nlohmann::ordered_json;

namespace {

constexpr std::int64_t kDay = 86'400;

Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }
Json time_or_null(std::int64_t time) { return time == 0 ? Json() : Json(time_text(time)); }

}  // namespace

std::string date_text(std::int64_t seconds_since_1970) {
  return fmt::format("{:%Y-%m-%d}", fmt::gmtime(std::time_t{seconds_since_1970}));
}

std::string said_text(const Statement& said, const Taxonomy& taxonomy) {
  if (said.polarity == Polarity::Withdraws && said.categories.empty()) {
    return "everything it may";
  }
  std::string text = taxonomy.describe(said.categories);
  if (said.minimum_age != 0) {
    text += fmt::format("{}from age {}", text.empty() ? "" : ", ", said.minimum_age);
  }
  return text;
}

std::string terms_text(const Statement& said) {
  std::string text;
  const auto add = [&text](const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
  if (said.since != 0) {
    add("since " + date_text(said.since));
  }
  if (!said.terms.legal_ref.empty()) {
    add("by " + said.terms.legal_ref);
  }
  // An end at midnight was written as a date, the last day in force.
  if (const std::int64_t end = said.terms.expires; end != 0) {
    add(end % kDay == 0 ? "until the end of " + date_text(end - 1) : "until " + time_text(end));
  }
  return text;
}

Json statement_json(const Statement& said, const Source& source, const Taxonomy& taxonomy) {
  return {{"source", source.name},
          {"issuer", text_or_null(source.issuer)},
          {"scope", categories::describe(source.scope)},
          {"priority", source.priority},
          {"polarity", said.polarity == Polarity::Lists ? "lists" : "withdraws"},
          {"reach", said.reach == categories::Reach::Exact ? "exact" : "subtree"},
          {"categories", words(taxonomy, said.categories)},
          {"minimum_age", said.minimum_age},
          {"since", time_or_null(said.since)},
          {"legal_ref", text_or_null(said.terms.legal_ref)},
          {"expires", time_or_null(said.terms.expires)}};
}

Source source_of(const std::vector<Source>& sources, categories::SourceId id) {
  const auto found = std::ranges::find(sources, id, &Source::id);
  return found == sources.end() ? Source{} : *found;
}

}  // namespace luytre::ctl
