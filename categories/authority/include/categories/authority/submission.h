// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "categories/authority/workplace.h"
#include "categories/list_content.h"
#include "categories/native/native_line.h"
#include "categories/signed/digest.h"
#include "categories/taxonomy.h"

namespace luytre::categories {

enum class SubmissionState : std::uint8_t {
  Pending,   // waits for a second person
  Approved,  // goes into the next version
  Rejected,
  Published,  // is in a version
};
// "pending"
[[nodiscard]] std::string_view describe(SubmissionState state) noexcept;

struct Submission {
  std::uint64_t id = 0;
  SubmissionState state = SubmissionState::Pending;
  Act submitted;
  std::optional<Act> reviewed;
  std::uint64_t added = 0;
  std::uint64_t removed = 0;
  Sha256 changes_sha256{};         // of its changes: what was reviewed is what is published
  std::uint64_t published_in = 0;  // serial; 0: in none
};

// What somebody asks for, entry by entry. Removing takes away everything that the list says about
// just that subject (and, of an exception, with its "!"); then the entries are added.
struct ListChanges {
  std::vector<std::string> removed;  // subjects, in their canonical spelling
  ListContent added;                 // normalised
};

// Reads the lines of submissions as people write them, and says where one is wrong.
class ChangesReader {
 public:
  // Both outlive the reader. `defaults`: terms of added entries that state none themselves.
  ChangesReader(const Taxonomy& taxonomy, const ListSettings& settings, Terms defaults);

  // A native line; `where` for people: "list.txt:17". Blank and comment lines say nothing.
  void add(std::string_view line, const std::string& where);
  void remove(std::string_view subject, const std::string& where);
  // Invalid: the first lines that are wrong and how many there are, or that there is nothing at all.
  [[nodiscard]] Result<ListChanges> finish();

 private:
  void wrong(const std::string& where, std::string_view text, std::string_view what);

  const Taxonomy& taxonomy_;
  NativeVocabulary vocabulary_;
  CategorySet allowed_;
  std::string_view scope_;
  Terms defaults_;
  ListChanges changes_;
  std::vector<std::string> first_wrong_;
  std::uint64_t wrong_ = 0;
};

// Of a folder that is locked.
[[nodiscard]] Result<Submission> submit(const Workplace& place, const Taxonomy& taxonomy,
                                        const ListChanges& changes, const Act& act);
enum class Decision : std::uint8_t { Approve, Reject };
// Permission: who submitted cannot review. Conflict: it is decided already.
[[nodiscard]] Result<Submission> review(const Workplace& place, std::uint64_t id, Decision decision,
                                        const Act& act);

// By id.
[[nodiscard]] Result<std::vector<Submission>> read_submissions(const Workplace& place);
[[nodiscard]] Result<void> write_submission(const Workplace& place, const Submission& submission);
// Corrupt: they are not what was submitted.
[[nodiscard]] Result<ListChanges> read_changes(const Workplace& place, const Submission& submission,
                                               const Taxonomy& taxonomy);

}  // namespace luytre::categories
