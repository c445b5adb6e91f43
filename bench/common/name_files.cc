// SPDX-License-Identifier: Apache-2.0
#include "name_files.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <random>

namespace luytre::bench {

std::optional<std::filesystem::path> shared_folder() {
  const char* named = std::getenv("LUYTRE_SHARED");
  const std::filesystem::path folder = named != nullptr
                                           ? std::filesystem::path(named)
                                           : std::filesystem::path(LUYTRE_SOURCE_DIR) / "../shared";
  std::error_code ignored;
  return std::filesystem::is_directory(folder / "lists", ignored) ? std::optional(folder)
                                                                  : std::nullopt;
}

std::vector<std::string> read_compressed_names(const std::filesystem::path& folder,
                                               const std::string& pattern) {
  std::vector<std::string> names;
  const std::string command = "cd '" + folder.string() + "' && zstd -dcq " + pattern;
  FILE* lines = ::popen(command.c_str(), "r");
  if (lines == nullptr) {
    return names;
  }
  std::array<char, 512> line;
  while (std::fgets(line.data(), line.size(), lines) != nullptr) {
    std::string name(line.data());
    while (!name.empty() && (name.back() == '\n' || name.back() == '\r')) {
      name.pop_back();
    }
    names.push_back(std::move(name));
  }
  ::pclose(lines);
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  std::shuffle(names.begin(), names.end(), std::mt19937_64(1));
  return names;
}

std::vector<std::string> read_names(const std::filesystem::path& file) {
  std::vector<std::string> names;
  std::ifstream lines(file);
  std::string line;
  while (std::getline(lines, line)) {
    const std::string word = line.substr(0, line.find_first_of(" \t\r"));
    if (!word.empty()) {
      names.push_back(word);
    }
  }
  return names;
}

}  // namespace luytre::bench
