// SPDX-License-Identifier: Apache-2.0
#include "share_files.h"

#include <string>
#include <system_error>

namespace luytre::gateway {
namespace {

std::filesystem::path installed_or(const std::filesystem::path& installed,
                                   const std::filesystem::path& in_source_tree) {
  std::error_code ignored;  // neither is there: the installed place is the one to complain about
  return !std::filesystem::exists(installed, ignored) &&
                 std::filesystem::exists(in_source_tree, ignored)
             ? in_source_tree
             : installed;
}

}  // namespace

std::filesystem::path taxonomy_file(const std::filesystem::path& share_dir) {
  return installed_or(share_dir / "taxonomy.toml",
                      share_dir / "categories" / "data" / "taxonomy.toml");
}

std::filesystem::path preset_file(const std::filesystem::path& share_dir, std::string_view id) {
  const std::string name = std::string(id).append(".toml");
  return installed_or(share_dir / "presets" / name, share_dir / "policy" / "presets" / name);
}

}  // namespace luytre::gateway
