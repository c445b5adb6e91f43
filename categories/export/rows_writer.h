// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "categories/native/native_line.h"
#include "entry_writer.h"

namespace luytre::categories {

// Our own format and CSV: a row for each subject, reach, polarity and terms, which says everything.
// What several sources say with these equal is united.
class RowsWriter final : public EntryWriter {
 public:
  RowsWriter(const Taxonomy& taxonomy, const ExportOptions& options);

  void add(const Entry& entry) override;
  void add(const PathEntry& entry) override;
  void add(const PrefixEntry& entry) override;

 private:
  template <typename Make>
  void add_united(const std::vector<Statement>& statements, const Make& make);
  void write(const NativeEntry& entry);
  void write_csv(const NativeEntry& entry);

  NativeVocabulary vocabulary_;
  std::string row_;  // of our own format, kept for its memory
};

}  // namespace luytre::categories
