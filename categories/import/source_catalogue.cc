// SPDX-License-Identifier: Apache-2.0
#include "categories/import/source_catalogue.h"

#include <fmt/format.h>
#include <glob.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "line_text.h"
#include "source_table.h"

namespace luytre::categories {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kStem = "{stem}";

// The root is a folder of this machine and no pattern.
std::string escaped(const std::string& path) {
  std::string text;
  for (const char c : path) {
    if (std::string_view("*?[]\\").contains(c)) {
      text += '\\';
    }
    text += c;
  }
  return text;
}

// What the pattern matches, by octets: the same order on every machine.
std::vector<fs::path> matches(const fs::path& root, const std::string& pattern) {
  const bool absolute = fs::path(pattern).is_absolute();
  const std::string full = absolute ? pattern : escaped((root / "").string()) + pattern;
  glob_t found{};
  std::vector<fs::path> paths;
  if (::glob(full.c_str(), GLOB_NOSORT, nullptr, &found) == 0) {
    for (std::size_t i = 0; i < found.gl_pathc; ++i) {
      paths.emplace_back(found.gl_pathv[i]);
    }
  }
  ::globfree(&found);
  std::ranges::sort(paths);
  return paths;
}

SourceOrder order_of(const SourceCatalogue::Table& table, const fs::path& path) {
  SourceOrder order = table.order;
  order.path = path;
  order.source.name = table.name;
  if (const std::size_t at = order.source.name.find(kStem); at != std::string::npos) {
    order.source.name.replace(at, kStem.size(), list_stem(path));
  }
  if (order.source.location.empty()) {
    order.source.location = path.string();
  }
  return order;
}

}  // namespace

Result<SourceCatalogue> SourceCatalogue::load(const fs::path& file, const Taxonomy& taxonomy) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) {
    return fail(ErrorCode::NotFound, fmt::format("{}: cannot be opened", file.string()));
  }
  const std::string text{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  if (stream.bad()) {
    return fail(ErrorCode::System, fmt::format("{}: cannot be read", file.string()));
  }
  auto tables = read_source_tables(text, file, taxonomy);
  if (!tables) {
    return Unexpected<Error>(tables.error());
  }
  SourceCatalogue catalogue;
  catalogue.file_ = file;
  catalogue.tables_ = *std::move(tables);
  return catalogue;
}

Result<std::vector<SourceOrder>> SourceCatalogue::resolve(const fs::path& root) const {
  std::vector<SourceOrder> orders;
  std::set<fs::path> taken;
  std::map<std::string, fs::path> names;
  for (const Table& table : tables_) {
    const std::string where = fmt::format("{}:{}", file_.string(), table.line);
    for (const std::string& pattern : table.patterns) {
      const std::vector<fs::path> paths = matches(root, pattern);
      if (paths.empty()) {
        return fail(ErrorCode::Invalid, fmt::format("{}: \"{}\" matches nothing in {}.", where,
                                                    pattern, root.string()));
      }
      for (const fs::path& path : paths) {
        if (!taken.insert(path.lexically_normal()).second) {
          continue;
        }
        SourceOrder order = order_of(table, path);
        const auto [other, is_new] = names.try_emplace(order.source.name, path);
        if (!is_new) {
          return fail(
              ErrorCode::Invalid,
              fmt::format("{}: {} and {} would both be the source '{}'; use {} in "
                          "\"name\".",
                          where, other->second.string(), path.string(), order.source.name, kStem));
        }
        orders.push_back(std::move(order));
      }
    }
  }
  return orders;
}

std::string list_stem(const fs::path& path) {
  fs::path file = path.lexically_normal();
  if (!file.has_filename()) {
    file = file.parent_path();
  }
  file = file.filename();
  constexpr std::array<std::string_view, 11> kEndings = {".csv",   ".rpz",     ".conf", ".gz",
                                                         ".zst",   ".tar",     ".tgz",  ".txt",
                                                         ".hosts", ".domains", ".list"};
  while (std::ranges::find(kEndings, file.extension().native()) != kEndings.end()) {
    file = file.stem();
  }
  return file.native();
}

std::optional<std::uint32_t> parse_refresh(std::string_view text) noexcept {
  constexpr std::size_t kMaxDigits = 4;
  if (text.size() < 2 || text.size() > kMaxDigits + 1 ||
      !all_digits(text.substr(0, text.size() - 1))) {
    return std::nullopt;
  }
  std::uint32_t count = 0;
  for (const char c : text.substr(0, text.size() - 1)) {
    count = 10 * count + static_cast<std::uint32_t>(c - '0');
  }
  const char unit = text.back();
  const std::uint32_t seconds = unit == 'm' ? 60 : unit == 'h' ? 3'600 : unit == 'd' ? 86'400 : 0;
  return count * seconds == 0 ? std::nullopt : std::optional(count * seconds);
}

std::optional<ListFormat> parse_format(std::string_view word) noexcept {
  for (unsigned format = 0; format < kListFormatCount; ++format) {
    if (describe(static_cast<ListFormat>(format)) == word) {
      return static_cast<ListFormat>(format);
    }
  }
  return std::nullopt;
}

}  // namespace luytre::categories
