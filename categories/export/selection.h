// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "categories/category_set.h"
#include "categories/entry.h"
#include "categories/export/exporter.h"
#include "categories/taxonomy.h"

namespace luytre::categories {

// Which statements an export is about, and what of them.
class Selection {
 public:
  Selection(const Taxonomy& taxonomy, const ExportOptions& options);

  // What the options select of the statement's categories. An exception from everything keeps that
  // meaning unless categories were chosen.
  [[nodiscard]] CategorySet categories_of(const Statement& statement) const noexcept;
  [[nodiscard]] bool holds(const Statement& statement) const noexcept;
  // How many different (reach, polarity, terms) among them are selected.
  [[nodiscard]] std::uint64_t count(const std::vector<Statement>& statements) const;

 private:
  const ExportOptions* options_;
  CategorySet known_;
  bool all_categories_ = false;
};

}  // namespace luytre::categories
