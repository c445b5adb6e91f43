// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"
#include "categories/domain_name.h"
#include "categories/index/index.h"
#include "categories/store/category_store.h"
#include "categories/taxonomy.h"
#include "policy/preset.h"
#include "policy/store/line_store.h"

namespace luytre::ctl {

// Where an installation keeps its state and its data files.
//   data_dir   categories/, state/ (LMDB), index/ (compiled, `current` names the one in force),
//              held/ (versions that wait for a second person), audit.jsonl
//   share_dir  taxonomy.toml, popular.txt, presets/, lists/; or the root of a source tree, which has them
//   elsewhere
struct Installation {
  std::filesystem::path data_dir;
  std::filesystem::path share_dir;

  [[nodiscard]] std::filesystem::path index_dir() const { return data_dir / "index"; }

  [[nodiscard]] Result<categories::CategoryStore> open_categories(lmdb::OpenMode mode) const;
  [[nodiscard]] Result<policy::LineStore> open_lines(lmdb::OpenMode mode) const;
  [[nodiscard]] Result<categories::Taxonomy> taxonomy() const;
  // The file of names that must not fall by mistake.
  [[nodiscard]] std::filesystem::path popular_names() const;
  [[nodiscard]] Result<policy::Preset> preset(const std::string& id,
                                              const categories::Taxonomy& taxonomy) const;
  [[nodiscard]] std::vector<std::string> preset_ids() const;
  // What is in force for lines: the default before anything was stored.
  [[nodiscard]] Result<std::string> preset_id() const;

 private:
  [[nodiscard]] std::filesystem::path presets_dir() const;
};

// The folder with the data files when neither option nor environment names one: beside the program
// (<prefix>/bin/luytrectl and <prefix>/share/luytre), else where it was to be installed, else the
// source tree that it was built from.
[[nodiscard]] std::filesystem::path default_share_dir();

// A host name as people type it; the error says what to write instead.
[[nodiscard]] Result<categories::DomainName> parse_name(const std::string& text);

}  // namespace luytre::ctl
