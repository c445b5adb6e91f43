// SPDX-License-Identifier: Apache-2.0
#include "subjects.h"

#include <fmt/format.h>

#include "statement_codec.h"

namespace luytre::categories {
namespace {

template <typename Listed>
Statement to_statement(Listed listed) {
  return {.polarity = listed.polarity,
          .minimum_age = listed.minimum_age,
          .categories = listed.categories,
          .terms = std::move(listed.terms)};
}

class NameSubjects : public Subjects {
 public:
  NameSubjects(const NameList& names, std::int64_t now)
      : Subjects(names.size(), now), names_(&names) {
    move_to(0);
  }

 private:
  [[nodiscard]] lmdb::Bytes key_at(std::size_t position) const override {
    return names_->key(position);
  }
  [[nodiscard]] Statement statement_at(std::size_t position) const override {
    const ListedName listed = (*names_)[position];
    Statement said = to_statement(listed);
    said.reach = listed.reach;
    return said;
  }
  const NameList* names_;
};

// Paths and prefixes are few: their keys are made beforehand.
template <typename Listed, auto kSubject>
class FewSubjects : public Subjects {
 public:
  FewSubjects(const std::vector<Listed>& listed, std::int64_t now)
      : Subjects(listed.size(), now), listed_(&listed) {
    keys_.reserve(listed.size());
    for (const Listed& element : listed) {
      keys_.push_back(subject_of(element.*kSubject).value_or(std::vector<std::uint8_t>{}));
    }
    move_to(0);
  }

 private:
  [[nodiscard]] lmdb::Bytes key_at(std::size_t position) const override { return keys_[position]; }
  [[nodiscard]] Statement statement_at(std::size_t position) const override {
    return to_statement((*listed_)[position]);
  }
  const std::vector<Listed>* listed_;
  std::vector<std::vector<std::uint8_t>> keys_;
};

using PathSubjects = FewSubjects<ListedPath, &ListedPath::path>;
using PrefixSubjects = FewSubjects<ListedPrefix, &ListedPrefix::prefix>;

}  // namespace

std::unique_ptr<Subjects> Subjects::of(SubjectKind kind, const ListContent& content,
                                       std::int64_t now) {
  switch (kind) {
    case SubjectKind::Path:
      return std::make_unique<PathSubjects>(content.paths, now);
    case SubjectKind::Prefix:
      return std::make_unique<PrefixSubjects>(content.prefixes, now);
    case SubjectKind::Name:
      break;
  }
  return std::make_unique<NameSubjects>(content.names, now);
}

void Subjects::move_to(std::size_t position) {
  statements_.clear();
  end_ = position;
  while (statements_.empty() && end_ < size_) {
    position = end_;
    const lmdb::Bytes key = key_at(position);
    do {
      Statement said = statement_at(end_++);
      if (!is_over(said.terms, now_)) {
        statements_.push_back(std::move(said));
      }
    } while (end_ < size_ && compare_keys(key_at(end_), key) == 0);
  }
  position_ = statements_.empty() ? size_ : position;
}

Result<void> check_subjects(const ListContent& content) {
  for (const ListedPath& listed : content.paths) {
    if (!subject_of(listed.path)) {
      return fail(ErrorCode::Invalid, fmt::format("'{}' is no path of a host that can be kept; "
                                                  "leave it out of the list.",
                                                  listed.path.to_text()));
    }
  }
  for (const ListedPrefix& listed : content.prefixes) {
    if (!subject_of(listed.prefix)) {
      return fail(ErrorCode::Invalid, fmt::format("'{}' is no address range: its length is too "
                                                  "long, or bits behind it are set.",
                                                  listed.prefix.to_text()));
    }
  }
  return {};
}

}  // namespace luytre::categories
