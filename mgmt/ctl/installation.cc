// SPDX-License-Identifier: Apache-2.0
#include "installation.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "categories/import/name_text.h"

namespace luytre::ctl {
namespace {

namespace fs = std::filesystem;

bool is_there(const fs::path& path) {
  std::error_code error;
  return fs::exists(path, error);
}

// NotFound from a store is about an empty installation: say which command fills it.
template <typename Store>
Result<Store> with_hint(Result<Store> store, std::string_view hint) {
  if (!store && store.error().code == ErrorCode::NotFound) {
    return fail(ErrorCode::NotFound, std::string(hint));
  }
  return store;
}

}  // namespace

Result<categories::CategoryStore> Installation::open_categories(lmdb::OpenMode mode) const {
  return with_hint(categories::CategoryStore::open(data_dir / "categories", mode),
                   fmt::format("There are no lists in {} yet; import one: luytrectl categories "
                               "import PATH.",
                               data_dir.native()));
}

Result<policy::LineStore> Installation::open_lines(lmdb::OpenMode mode) const {
  return with_hint(policy::LineStore::open(data_dir / "state", mode),
                   fmt::format("There are no lines in {} yet; register one: luytrectl line add ID "
                               "--key KEY --band BAND.",
                               data_dir.native()));
}

Result<categories::Taxonomy> Installation::taxonomy() const {
  for (const fs::path& file :
       {share_dir / "taxonomy.toml", share_dir / "categories" / "data" / "taxonomy.toml"}) {
    if (is_there(file)) {
      return categories::Taxonomy::load(file);
    }
  }
  return fail(ErrorCode::NotFound,
              fmt::format("There is no taxonomy.toml in {}; say where the data files are: "
                          "--share-dir DIR.",
                          share_dir.native()));
}

fs::path Installation::popular_names() const {
  const fs::path installed = share_dir / "popular.txt";
  return is_there(installed) ? installed : share_dir / "categories" / "data" / "popular.txt";
}

fs::path Installation::presets_dir() const {
  const fs::path installed = share_dir / "presets";
  return is_there(installed) ? installed : share_dir / "policy" / "presets";
}

Result<policy::Preset> Installation::preset(const std::string& id,
                                            const categories::Taxonomy& taxonomy) const {
  const std::vector<std::string> ids = preset_ids();
  if (!std::ranges::binary_search(ids, id)) {
    return fail(ErrorCode::NotFound, fmt::format("There is no preset '{}' in {}; there is: {}.", id,
                                                 presets_dir().native(), fmt::join(ids, ", ")));
  }
  return policy::Preset::load(presets_dir() / (id + ".toml"), taxonomy);
}

std::vector<std::string> Installation::preset_ids() const {
  std::vector<std::string> ids;
  std::error_code error;
  for (const fs::directory_entry& file : fs::directory_iterator(presets_dir(), error)) {
    if (file.path().extension() == ".toml") {
      ids.push_back(file.path().stem().native());
    }
  }
  std::ranges::sort(ids);
  return ids;
}

Result<std::string> Installation::preset_id() const {
  const auto lines = policy::LineStore::open(data_dir / "state", lmdb::OpenMode::ReadOnly);
  if (lines) {
    return lines->preset();
  }
  return lines.error().code == ErrorCode::NotFound
             ? Result<std::string>(policy::LineStore::kDefaultPreset)
             : Unexpected<Error>(lines.error());
}

fs::path default_share_dir() {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  for (const fs::path& candidate :
       {program.parent_path().parent_path() / "share" / "luytre", fs::path(LUYTRE_SHARE_DIR)}) {
    if (is_there(candidate / "taxonomy.toml")) {
      return candidate;
    }
  }
  return is_there(LUYTRE_SOURCE_DIR "/categories/data/taxonomy.toml") ? fs::path(LUYTRE_SOURCE_DIR)
                                                                      : fs::path(LUYTRE_SHARE_DIR);
}

Result<categories::DomainName> parse_name(const std::string& text) {
  const auto name = categories::DomainName::from_hostname(text);
  if (name) {
    return *name;
  }
  const auto is_utf8 = [](char c) { return static_cast<unsigned char>(c) > 127; };
  std::string_view advice = "write a host name like www.example.com";
  if (text.find('/') != std::string::npos || text.find(':') != std::string::npos) {
    advice = "write the host name alone, without scheme, port and path";
  } else if (std::ranges::any_of(text, is_utf8)) {
    const auto international = categories::parse_name(text);
    if (international) {
      return *international;
    }
    advice = "it is no valid international name either";
  }
  return fail(ErrorCode::Invalid, fmt::format("'{}' is not a name ({}); {}.", text,
                                              categories::describe(name.error()), advice));
}

}  // namespace luytre::ctl
