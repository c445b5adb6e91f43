// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "categories/entry.h"
#include "categories/list_content.h"
#include "subject_key.h"

namespace luytre::categories {

// Walks one kind of a normalised ListContent subject by subject: each once, in the order of the
// table's keys, with all that the list says about it. Keeps a reference to the content.
class Subjects {
 public:
  // Statements that are over at `now` are left out, and so is a subject that has no other.
  [[nodiscard]] static std::unique_ptr<Subjects> of(SubjectKind kind, const ListContent& content,
                                                    std::int64_t now);
  static constexpr std::int64_t kKeepAll = std::numeric_limits<std::int64_t>::min();

  Subjects(const Subjects&) = delete;
  Subjects& operator=(const Subjects&) = delete;
  Subjects(Subjects&&) = delete;
  Subjects& operator=(Subjects&&) = delete;
  virtual ~Subjects() = default;

  [[nodiscard]] bool at_end() const noexcept { return position_ == size_; }
  [[nodiscard]] lmdb::Bytes key() const { return key_at(position_); }
  // Without source and `since`; valid until the next move.
  [[nodiscard]] const std::vector<Statement>& statements() const noexcept { return statements_; }
  void next() { move_to(end_); }
  // What move_to() takes back here.
  [[nodiscard]] std::size_t position() const noexcept { return position_; }
  void move_to(std::size_t position);

 protected:
  Subjects(std::size_t size, std::int64_t now) noexcept : size_(size), now_(now) {}
  [[nodiscard]] virtual lmdb::Bytes key_at(std::size_t position) const = 0;
  [[nodiscard]] virtual Statement statement_at(std::size_t position) const = 0;

 private:
  std::size_t size_;
  std::int64_t now_;
  std::size_t position_ = 0;
  std::size_t end_ = 0;  // of the subject's elements
  std::vector<Statement> statements_;
};

// Invalid, with the subject named: a path or prefix that has no key (subject_key.h).
[[nodiscard]] Result<void> check_subjects(const ListContent& content);

}  // namespace luytre::categories
