// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>
#include <vector>

#include "base/error.h"
#include "categories/entry.h"
#include "categories/import/importer.h"
#include "categories/name_list.h"
#include "categories/shared_hosts/shared_hosts.h"
#include "categories/taxonomy.h"

namespace luytre::categories {

// Which names a list may speak about, and how far: what no import may do, whoever published the
// list.
class NameRules {
 public:
  // Reads the system's public suffix list, or the library's own if that is newer.
  [[nodiscard]] static Result<NameRules> load(const Taxonomy& taxonomy);

  // The reach that `listed` gets, or why it is refused:
  // - canary names keep their fixed answers (RFC 9462 and the vendors' switches for encrypted DNS);
  // - a shared host (public suffix, CDN or hosting apex) as Subtree would judge everybody below it:
  //   refused for what blocks, Exact for the never-block tiers and for exceptions. Categories that
  //   are about such hosts may cover private ones. A mixed entry counts as one that blocks.
  [[nodiscard]] Expected<Reach, SkipCause> judge(const ListedName& listed) const;

 private:
  explicit NameRules(SharedHosts hosts) noexcept : hosts_(std::move(hosts)) {}

  SharedHosts hosts_;
  std::vector<DomainName> canaries_;
  CategorySet never_block_;
  CategorySet private_suffixes_;  // categories that may cover a private suffix
};

}  // namespace luytre::categories
