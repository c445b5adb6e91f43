// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "categories/entry.h"
#include "categories/guard/guard.h"
#include "categories/list_content.h"
#include "categories/taxonomy.h"

namespace luytre::ctl {

// A version of a list that waits for a second person.
struct HeldVersion {
  categories::Source source;  // as it would be stored
  std::string by;             // who brought it
  std::int64_t held_at = 0;   // seconds since 1970, UTC
  std::uint64_t entries = 0;
  categories::GuardReport report;
};

// The held versions of an installation, one a source:
//   <data-dir>/held/<source>/report.json     who, when, why; names the file of the content
//   <data-dir>/held/<source>/content-<n>.txt the list in native text
// The report is written last and removed first: what has none is not held. In folder names,
// whatever is not a letter, a digit or "-_" is %XX.
class HeldVersions {
 public:
  // `taxonomy` outlives this.
  HeldVersions(const std::filesystem::path& data_dir, const categories::Taxonomy& taxonomy);

  // In place of another held version of the same source. `content` is normalised.
  [[nodiscard]] Result<void> hold(const HeldVersion& version,
                                  const categories::ListContent& content) const;
  // The same content for new reasons.
  [[nodiscard]] Result<void> update(const HeldVersion& version) const;
  // By source name.
  [[nodiscard]] Result<std::vector<HeldVersion>> list() const;
  [[nodiscard]] Result<std::optional<HeldVersion>> find(const std::string& source) const;
  // Normalised.
  [[nodiscard]] Result<categories::ListContent> content(const std::string& source) const;
  // Nothing happens where there is none.
  [[nodiscard]] Result<void> remove(const std::string& source) const;

 private:
  [[nodiscard]] std::filesystem::path folder(const std::string& source) const;
  [[nodiscard]] Result<void> write_report(const std::filesystem::path& folder,
                                          const HeldVersion& version,
                                          const std::string& content_file) const;

  std::filesystem::path directory_;
  const categories::Taxonomy& taxonomy_;
};

}  // namespace luytre::ctl
