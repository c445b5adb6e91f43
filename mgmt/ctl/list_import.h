// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "base/error.h"
#include "categories/import/importer.h"
#include "categories/import/source_catalogue.h"
#include "categories/store/category_store.h"
#include "categories/taxonomy.h"
#include "guard_admission.h"

namespace luytre::ctl {

// A list that was read and is not stored yet.
struct ReadList {
  categories::Source source;
  categories::ListContent content;
  categories::ImportReport report;
  double seconds = 0;
};

// What one import is reported by.
struct ImportedList {
  std::string source;
  std::string path;
  std::uint64_t serial = 0;  // 0: held
  Admission admission;
  categories::ImportReport report;
  double read_seconds = 0;
  double store_seconds = 0;
};

// Reads the list with the clock's time for what expires; `on_progress` may be empty.
[[nodiscard]] Result<ReadList> read_list(const categories::SourceOrder& order,
                                         const categories::Taxonomy& taxonomy,
                                         std::function<void(std::uint64_t lines)> on_progress);

// Replaces the list's source in one transaction, unless the gate holds or refuses it: the source
// then stays as it was.
[[nodiscard]] Result<ImportedList> store_list(categories::CategoryStore& store,
                                              const std::filesystem::path& path, ReadList list,
                                              ListGate& gate);

}  // namespace luytre::ctl
