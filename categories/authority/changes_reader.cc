// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

#include "categories/authority/submission.h"
#include "categories/scope.h"

namespace luytre::categories {
namespace {

constexpr std::size_t kShownWrong = 5;
constexpr std::size_t kShownText = 60;

// An operator or school decides for itself what its never-block grants are; whoever makes a list for
// them may say both.
constexpr NeverBlock kGrants{.first = true, .second = true};

}  // namespace

ChangesReader::ChangesReader(const Taxonomy& taxonomy, const ListSettings& settings, Terms defaults)
    : taxonomy_(taxonomy),
      vocabulary_(taxonomy),
      allowed_(may_state(taxonomy, settings.scope, kGrants)),
      scope_(describe(settings.scope)),
      defaults_(std::move(defaults)) {}

void ChangesReader::wrong(const std::string& where, std::string_view text, std::string_view what) {
  if (++wrong_ <= kShownWrong) {
    const std::string_view dots = text.size() > kShownText ? "..." : "";
    first_wrong_.push_back(fmt::format(
        "{}: {}{}: {}", where,
        is_printable_text(text) ? text.substr(0, kShownText) : "(not printable)", dots, what));
  }
}

void ChangesReader::add(std::string_view line, const std::string& where) {
  auto entry = parse_native(line, vocabulary_);
  if (!entry) {
    return wrong(where, line, describe(entry.error()));
  }
  if (!*entry) {
    return;
  }
  CategorySet beyond;
  std::visit(
      [&](auto& listed) {
        beyond = listed.categories - allowed_;
        if (listed.terms.legal_ref.empty()) {
          listed.terms.legal_ref = defaults_.legal_ref;
        }
        if (listed.terms.expires == 0) {
          listed.terms.expires = defaults_.expires;
        }
      },
      **entry);
  if (!beyond.empty()) {
    return wrong(
        where, line,
        fmt::format("a list of {} scope may not say {}", scope_, taxonomy_.describe(beyond)));
  }
  if (const auto* name = std::get_if<ListedName>(&**entry); name != nullptr) {
    changes_.added.names.add(*name);
  } else if (const auto* path = std::get_if<ListedPath>(&**entry); path != nullptr) {
    changes_.added.paths.push_back(*path);
  } else if (const auto* prefix = std::get_if<ListedPrefix>(&**entry); prefix != nullptr) {
    changes_.added.prefixes.push_back(*prefix);
  }
}

void ChangesReader::remove(std::string_view subject, const std::string& where) {
  const auto entry = parse_subject(subject);
  if (!entry) {
    return wrong(where, subject, describe(entry.error()));
  }
  changes_.removed.push_back(subject_text(*entry));
}

Result<ListChanges> ChangesReader::finish() {
  if (wrong_ != 0) {
    const std::uint64_t more = wrong_ - first_wrong_.size();
    return fail(ErrorCode::Invalid,
                fmt::format("Nothing was submitted. {}{}", fmt::join(first_wrong_, "; "),
                            more == 0 ? "" : fmt::format("; and {} more lines", more)));
  }
  changes_.added.normalise();
  if (changes_.added.size() == 0 && changes_.removed.empty()) {
    return fail(ErrorCode::Invalid, "There is nothing to submit: no entry is added or removed");
  }
  return std::move(changes_);
}

}  // namespace luytre::categories
