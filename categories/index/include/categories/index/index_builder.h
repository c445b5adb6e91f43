// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "base/error.h"
#include "categories/category_set.h"
#include "categories/domain_name.h"
#include "categories/host_path.h"
#include "categories/index/index.h"
#include "categories/ip_address.h"
#include "categories/merged_entry.h"
#include "categories/taxonomy.h"

namespace luytre::categories {

// Compiles names, paths and prefixes into an index. They may come in any order, each once. Not
// thread-safe.
class IndexBuilder {
 public:
  IndexBuilder(const Taxonomy& taxonomy, Index::HashKey hash_key);
  IndexBuilder(const IndexBuilder&) = delete;
  IndexBuilder& operator=(const IndexBuilder&) = delete;
  IndexBuilder(IndexBuilder&&) noexcept;
  IndexBuilder& operator=(IndexBuilder&&) noexcept;
  ~IndexBuilder();

  // An entry without categories, withdrawals and ages says nothing and is left out.
  void add(const DomainName& name, const MergedEntry& entry);
  // A path or prefix without categories and age hides what a shorter one says. What
  // HostPath::from_text() would not give is left out: it could cover more than it says.
  void add_path(const HostPath& path, CategorySet categories, std::uint8_t minimum_age);
  void add_prefix(const IpPrefix& prefix, CategorySet categories, std::uint8_t minimum_age);

  // Makes the index an overlay: for `name` and all names below it has the last word (Index::lookup_with),
  // even where it says nothing. So it must be given all that is listed there and above.
  void overrides(const DomainName& name);

  // Resolves inheritance per tier, writes `file` beside itself and renames it into place (fsync of
  // file and folder): a crash leaves the old file. The same content, key and serial give the same
  // bytes.
  [[nodiscard]] Result<void> write(const std::filesystem::path& file, std::uint64_t serial);
  // The same in memory, without a file.
  [[nodiscard]] Result<Index> build(std::uint64_t serial);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace luytre::categories
