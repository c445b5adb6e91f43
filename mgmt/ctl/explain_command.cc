// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "categories/compile/index_files.h"
#include "categories/store/explanation.h"
#include "category_words.h"
#include "command.h"
#include "opened_lists.h"
#include "output.h"
#include "statement_words.h"

namespace luytre::ctl {
namespace {

using categories::CategorySet;
using categories::DomainName;
using categories::ExplainedStatement;
using categories::Explanation;
using categories::IpAddress;
using categories::NameMatch;
using categories::Polarity;
using categories::Source;
using categories::Taxonomy;
using Json = nlohmann::ordered_json;

// One thing to explain: exactly one of an address, a name, and a request to a name.
struct Question {
  std::optional<IpAddress> address;
  DomainName name;
  std::string target;  // of a request: "/page?x=1"

  [[nodiscard]] std::string_view kind() const {
    return address ? "address" : target.empty() ? "name" : "path";
  }
  [[nodiscard]] std::string text() const {
    return address ? address->to_text() : name.to_text() + target;
  }
};

struct Explained {
  Question question;
  Explanation explanation;
  std::optional<NameMatch> in_force;  // without an index there is none

  [[nodiscard]] bool agrees() const {
    return in_force && in_force->categories == explanation.categories &&
           in_force->minimum_age == explanation.minimum_age;
  }
};

// A request is two questions: its host's lists decide as well as the page's.
Result<std::vector<Question>> parse_question(std::string text) {
  if (const auto address = IpAddress::from_text(text)) {
    return std::vector{Question{.address = address, .name = {}, .target = {}}};
  }
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (text.starts_with(scheme)) {
      text.erase(0, scheme.size());
      break;
    }
  }
  const std::size_t slash = text.find('/');
  const auto name = parse_name(text.substr(0, slash));
  if (!name) {
    return Unexpected<Error>(name.error());
  }
  std::vector<Question> questions = {{.address = std::nullopt, .name = *name, .target = {}}};
  if (slash != std::string::npos && slash + 1 < text.size()) {
    questions.push_back({.address = std::nullopt, .name = *name, .target = text.substr(slash)});
  }
  return questions;
}

Result<Explained> explain(const OpenedLists& lists, const categories::Index* index,
                          const Question& question) {
  const auto& store = lists.store;
  auto explanation = question.address ? store.explain_address(*question.address, lists.taxonomy)
                     : question.target.empty()
                         ? store.explain(question.name, lists.taxonomy)
                         : store.explain_path(question.name, question.target, lists.taxonomy);
  if (!explanation) {
    return Unexpected<Error>(explanation.error());
  }
  Explained explained{
      .question = question, .explanation = std::move(*explanation), .in_force = std::nullopt};
  if (index != nullptr) {
    explained.in_force = question.address ? index->lookup_address(*question.address)
                         : question.target.empty()
                             ? index->lookup(question.name)
                             : index->lookup_path(question.name, question.target);
  }
  return explained;
}

Json answer_json(CategorySet categories, std::uint8_t minimum_age, const Taxonomy& taxonomy) {
  return {{"categories", words(taxonomy, categories)}, {"minimum_age", minimum_age}};
}

Json to_json(const Explained& explained, const Taxonomy& taxonomy) {
  const Explanation& explanation = explained.explanation;
  Json covering = Json::array();
  for (const auto& subject : explanation.covering) {
    Json statements = Json::array();
    for (const ExplainedStatement& each : subject.statements) {
      Json row =
          statement_json(each.said, source_of(explanation.sources, each.said.source), taxonomy);
      row["holds"] = words(taxonomy, each.holds);
      row["age_holds"] = each.age_holds;
      row["withdrawn"] = Json::array();
      for (const categories::Withdrawal& gone : each.withdrawn) {
        row["withdrawn"].push_back({{"by", source_of(explanation.sources, gone.by).name},
                                    {"at", gone.at},
                                    {"categories", words(taxonomy, gone.categories)}});
      }
      statements.push_back(std::move(row));
    }
    covering.push_back({{"subject", subject.subject}, {"statements", std::move(statements)}});
  }
  Json json = {{"kind", explained.question.kind()},
               {"subject", explained.question.text()},
               {"covering", covering},
               {"lists", answer_json(explanation.categories, explanation.minimum_age, taxonomy)},
               {"in_force", nullptr},
               {"agrees", explained.agrees()}};
  if (explained.in_force) {
    json["in_force"] =
        answer_json(explained.in_force->categories, explained.in_force->minimum_age, taxonomy);
  }
  return json;
}

std::string answer_text(CategorySet categories, std::uint8_t minimum_age,
                        const Taxonomy& taxonomy) {
  if (categories.empty() && minimum_age == 0) {
    return "nothing";
  }
  categories::Statement said;
  said.categories = categories;
  said.minimum_age = minimum_age;
  return said_text(said, taxonomy);
}

// What becomes of a listing, one line a fate.
void print_fates(const ExplainedStatement& each, const Explanation& explanation,
                 const Taxonomy& taxonomy) {
  CategorySet left = each.said.categories - each.holds;
  for (const categories::Withdrawal& gone : each.withdrawn) {
    fmt::print("{}\n",
               wrap(fmt::format("{} is taken back by {} at {}", taxonomy.describe(gone.categories),
                                source_of(explanation.sources, gone.by).name, gone.at),
                    6));
    left = left - gone.categories;
  }
  if (!left.empty()) {
    fmt::print("{}\n",
               wrap(fmt::format("{} gives way to what is more specific", taxonomy.describe(left)), 6));
  }
  if (each.said.minimum_age != 0 && !each.age_holds) {
    fmt::print("      age {} does not hold\n", each.said.minimum_age);
  }
}

void print(const Explained& explained, const Taxonomy& taxonomy) {
  const Explanation& explanation = explained.explanation;
  fmt::print("{}\n", cut(explained.question.text(), 96));
  if (explanation.covering.empty()) {
    fmt::print("  no list says anything about this {}\n", explained.question.kind());
  }
  for (const auto& subject : explanation.covering) {
    fmt::print("  {}\n", cut(subject.subject, 94));
    for (const ExplainedStatement& each : subject.statements) {
      const Source source = source_of(explanation.sources, each.said.source);
      const bool lists = each.said.polarity == Polarity::Lists;
      const bool alone = each.said.reach == categories::Reach::Exact;
      const std::string terms = terms_text(each.said);
      fmt::print(
          "{}\n",
          wrap(fmt::format("{}{} {} {}{}{}{}", source.name,
                           source.issuer.empty() ? "" : " (" + source.issuer + ")",
                           lists ? "lists" : "takes back", said_text(each.said, taxonomy),
                           alone ? ", for this name alone" : "", terms.empty() ? "" : ", ", terms),
               4));
      print_fates(each, explanation, taxonomy);
    }
  }
  fmt::print("{}\n", wrap("the lists together: " + answer_text(explanation.categories,
                                                               explanation.minimum_age, taxonomy),
                          2));
  if (explained.in_force) {
    fmt::print("{}\n",
               wrap("the index in force: " + answer_text(explained.in_force->categories,
                                                         explained.in_force->minimum_age, taxonomy),
                    2));
  }
}

Result<int> explain_all(const Command& command, const std::vector<std::string>& texts) {
  const auto opened = open_lists(command.installation, lmdb::OpenMode::ReadOnly);
  if (!opened) {
    return Unexpected<Error>(opened.error());
  }
  const auto serial = opened->store.serial();
  if (!serial) {
    return Unexpected<Error>(serial.error());
  }
  const auto index = categories::open_current_index(command.installation.index_dir());
  if (!index && index.error().code != ErrorCode::NotFound) {
    return Unexpected<Error>(index.error());
  }
  Json json = Json::array();
  for (const std::string& text : texts) {
    const auto questions = parse_question(text);
    if (!questions) {
      return Unexpected<Error>(questions.error());
    }
    for (const Question& question : *questions) {
      const auto explained = explain(*opened, index ? &*index : nullptr, question);
      if (!explained) {
        return Unexpected<Error>(explained.error());
      }
      if (command.json) {
        json.push_back(to_json(*explained, opened->taxonomy));
      } else {
        print(*explained, opened->taxonomy);
      }
    }
  }
  if (command.json) {
    print_json(json);
  }
  note_stale_index(index ? &*index : nullptr, *serial);
  return kExitDone;
}

}  // namespace

void add_explain_command(CLI::App& categories, Command& command) {
  const auto subjects = std::make_shared<std::vector<std::string>>();
  CLI::App* added =
      add_command(categories, command, "explain", "Why a name has the categories that it has",
                  [&command, subjects] { return explain_all(command, *subjects); });
  added->add_option("SUBJECT", *subjects, "A name, a HOST/PATH or an address")->required();
  added->footer(
      "Everything that any source says about the subject and what covers it, the longest first;\n"
      "what is taken back, and by whom; what all say together; and what the index in force says.\n"
      "A HOST/PATH is explained as the host and as the page.");
}

}  // namespace luytre::ctl
