// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "categories/entry.h"
#include "categories/export/exporter.h"
#include "selection.h"

namespace luytre::categories {

// Entries as text: one of its kinds for each way to write (rows_writer.h, names_writer.h).
class EntryWriter {
 public:
  EntryWriter(const Taxonomy& taxonomy, const ExportOptions& options)
      : taxonomy_(taxonomy), options_(options), selection_(taxonomy, options_) {}
  EntryWriter(const EntryWriter&) = delete;
  EntryWriter& operator=(const EntryWriter&) = delete;
  virtual ~EntryWriter() = default;

  virtual void add(const Entry& entry) = 0;
  virtual void add(const PathEntry& entry) = 0;
  virtual void add(const PrefixEntry& entry) = 0;

  // What was written and not yet taken.
  [[nodiscard]] std::string& text() noexcept { return text_; }
  [[nodiscard]] const ExportReport& report() const noexcept { return report_; }

 protected:
  void line(std::string_view line) {
    text_ += line;
    text_ += '\n';
    ++report_.lines;
  }

  const Taxonomy& taxonomy_;
  const ExportOptions options_;
  const Selection selection_;
  std::string text_;
  ExportReport report_;
};

}  // namespace luytre::categories
