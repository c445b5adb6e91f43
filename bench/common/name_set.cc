// SPDX-License-Identifier: Apache-2.0
#include "name_set.h"

#include <map>
#include <memory>
#include <string>
#include <unordered_set>
#include <utility>

#include "common/must.h"
#include "common/name_generator.h"

namespace luytre::bench {
namespace {

using categories::CategorySet;
using categories::DomainName;

const NameGenerator kGenerator(20260824);

CategorySet category_of(std::uint64_t number) {
  return CategorySet(std::uint64_t{1} << (number % 61));
}

// Whether `listed` holds the name or one above it.
bool covered(const std::unordered_set<std::string>& listed, std::string question) {
  while (!listed.contains(question)) {
    const std::size_t dot = question.find('.');
    if (dot == std::string::npos) {
      return false;
    }
    question.erase(0, dot + 1);
  }
  return true;
}

}  // namespace

NameSet made_up_names(std::uint64_t count) {
  return {.size = count,
          .name = [](std::uint64_t number) { return must_name(kGenerator.listed(number)); },
          .category = category_of};
}

const Questions& made_up_questions(std::uint64_t names, unsigned hit_percent) {
  static std::map<std::pair<std::uint64_t, unsigned>, Questions> made;
  Questions& questions = made[{names, hit_percent}];
  const std::uint64_t count = names >= 10'000'000 ? 2'000'000 : 1'000'000;
  for (std::uint64_t i = questions.names.size(); i < count; ++i) {
    // Multiplying by a number without common factor with `names` visits the list in scattered
    // order.
    const std::uint64_t number = i * 7'919'999 % names;
    const bool hit = i * 61 % 100 < hit_percent;
    questions.names.add(must_name(hit ? kGenerator.hit(number) : kGenerator.miss(i)));
    questions.expected.push_back(hit ? category_of(number) : CategorySet());
  }
  return questions;
}

NameSet names_of(std::vector<std::string> texts) {
  const auto kept = std::make_shared<const std::vector<std::string>>(std::move(texts));
  return {.size = kept->size(),
          .name = [kept](std::uint64_t number) { return must_name((*kept)[number]); },
          .category = [](std::uint64_t) { return category_of(0); }};
}

Questions questions_of(const std::vector<std::string>& listed,
                       const std::vector<std::string>& texts) {
  const std::unordered_set<std::string> set(listed.begin(), listed.end());
  Questions questions;
  for (const std::string& text : texts) {
    questions.names.add(must_name(text));
    questions.expected.push_back(covered(set, text) ? category_of(0) : CategorySet());
  }
  return questions;
}

}  // namespace luytre::bench
