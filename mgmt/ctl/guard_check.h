// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"
#include "categories/guard/guard.h"
#include "categories/guard/popular_names.h"
#include "categories/list_content.h"
#include "categories/shared_hosts/shared_hosts.h"
#include "categories/store/category_store.h"
#include "categories/taxonomy.h"
#include "guard_protected.h"
#include "installation.h"
#include "policy/preset.h"
#include "policy/profile.h"

namespace luytre::ctl {

// Which names count as popular beside our own data.
struct RankingOptions {
  // Plain names, the most popular first, may be compressed; empty: <data-dir>/popular.names, if it
  // is there.
  std::filesystem::path file;
  std::size_t top = 1'000;
};

// The guards with all that an installation knows: popular names, its bands, its limits.
class GuardCheck {
 public:
  // `taxonomy` outlives the check.
  [[nodiscard]] static Result<GuardCheck> load(const Installation& installation,
                                               const categories::Taxonomy& taxonomy,
                                               const RankingOptions& ranking);

  // What `candidate` (normalised) would do as the next version of `source`. Without a store nothing
  // is in force. `protected_names` are those of the store.
  [[nodiscard]] Result<categories::GuardReport> run(const categories::CategoryStore* store,
                                                    const ProtectedNames& protected_names,
                                                    const std::string& source,
                                                    const categories::ListContent& candidate) const;

  [[nodiscard]] const categories::PopularNames& popular() const noexcept { return popular_; }
  [[nodiscard]] const policy::Preset& preset() const noexcept { return preset_; }
  // One for each band of the preset, in its order.
  [[nodiscard]] const std::vector<policy::Profile>& profiles() const noexcept { return profiles_; }

 private:
  GuardCheck(const categories::Taxonomy& taxonomy, categories::SharedHosts hosts,
             categories::PopularNames popular, policy::Preset preset, std::filesystem::path limits);

  const categories::Taxonomy& taxonomy_;
  categories::SharedHosts hosts_;
  categories::PopularNames popular_;
  policy::Preset preset_;
  std::vector<policy::Profile> profiles_;
  std::filesystem::path limits_;
};

}  // namespace luytre::ctl
