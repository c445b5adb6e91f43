// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>

#include "base/error.h"
#include "categories/domain_name.h"
#include "categories/merged_entry.h"
#include "categories/taxonomy.h"

namespace luytre::categories {

using IndexEntry = MergedEntry;

// Compiles names into an index file. Names may come in any order, each once. Not thread-safe.
class IndexBuilder {
 public:
  IndexBuilder(const Taxonomy& taxonomy, std::array<std::uint64_t, 2> hash_key);
  IndexBuilder(const IndexBuilder&) = delete;
  IndexBuilder& operator=(const IndexBuilder&) = delete;
  IndexBuilder(IndexBuilder&&) noexcept;
  IndexBuilder& operator=(IndexBuilder&&) noexcept;
  ~IndexBuilder();

  // An entry without categories and ages lists nothing and is left out.
  void add(const DomainName& name, const IndexEntry& entry);
  // Resolves inheritance per tier, writes `file` beside itself and renames it into place (fsync
  // before): a crash leaves the old file. The same names, key and serial give the same bytes.
  [[nodiscard]] Result<void> write(const std::filesystem::path& file, std::uint64_t serial);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace luytre::categories
