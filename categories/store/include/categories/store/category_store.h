// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "categories/domain_name.h"
#include "categories/entry.h"
#include "categories/lmdb/environment.h"
#include "categories/name_list.h"
#include "categories/name_match.h"
#include "categories/taxonomy.h"

namespace luytre::categories {

// The durable category database (LMDB). The schema stands above the code in category_store.cc.
class CategoryStore {
 public:
  [[nodiscard]] static Result<CategoryStore> open(const std::filesystem::path& directory,
                                                  lmdb::OpenMode mode);

  // Replaces everything that `source.name` said by `names`, in one transaction: readers see the old list or the
  // new one. `names` need not be normalised. Returns the new serial.
  [[nodiscard]] Result<Serial> replace_source(const Source& source, NameList names);
  // NotFound if there is no such source.
  [[nodiscard]] Result<Serial> remove_source(const std::string& source_name);

  [[nodiscard]] Result<std::vector<Source>> sources() const;
  [[nodiscard]] Result<Serial> serial() const;
  [[nodiscard]] Result<std::uint64_t> name_count() const;
  // Secret for the index's keyed hash, made at random when the store is created.
  [[nodiscard]] Result<std::array<std::uint64_t, 2>> hash_key() const;

  // Every listed name that covers `name` (itself, or an ancestor by Subtree), the longest first: the trace behind
  // an explanation. Not for the data path.
  [[nodiscard]] Result<std::vector<Entry>> covering(const DomainName& name) const;
  // The same answer as the index gives, computed label by label from LMDB; the reference that the index is tested
  // against.
  [[nodiscard]] Result<NameMatch> match(const DomainName& name, const Taxonomy& taxonomy) const;

  // Every entry, parents before their children (key order: labels reversed). One read transaction for the whole
  // scan; stops with the first error of `visit`.
  [[nodiscard]] Result<Serial> scan(
      const std::function<Result<void>(const Entry& entry)>& visit) const;

 private:
  explicit CategoryStore(lmdb::Environment environment) : environment_(std::move(environment)) {}
  lmdb::Environment environment_;
};

}  // namespace luytre::categories
