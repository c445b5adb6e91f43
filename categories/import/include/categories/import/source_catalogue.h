// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "categories/entry.h"
#include "categories/import/importer.h"
#include "categories/taxonomy.h"

namespace luytre::categories {

// One list to import: where it is, what its source is, how it is read.
struct SourceOrder {
  std::filesystem::path path;
  Source source;
  ImportOptions options;
  std::string licence;   // for people
  std::string left_out;  // why it is not imported; empty: it is
};

// A TOML file that describes many lists:
//   [[source]]
//   path = "lists/*.domains.zst"     # a file, folder, archive or pattern (glob(7)), from the root
//                                    # on; or several: ["a.txt", "b/*.txt"]
//   name = "{stem}"                  # what one list is called; "{stem}" (the default) is the file's
//                                    # name without its endings
//   issuer = "…"  licence = "…"  url = "…"                             # for people
//   scope = "operator"  priority = 100  grant = ["never_block_2"]      # categories/scope.h
//   format = "names"  categories = ["porn"]  reach = "exact"  minimum_age = 18  # as on import
//   map = { adult = "porn", poker = "gambling+dating", jobs = "-" }    # CategoryMapping
//   refresh = "24h"                  # how often it is fetched again: minutes, hours or days
//   leave_out = "why"                # what it matches is not imported
//   lists = [{ path = "a.txt", categories = ["porn"] }, …]  # several lists that share what the table
//                                    # says, each with keys of its own that stand above it
// A list that several tables match belongs to the first.
class SourceCatalogue {
 public:
  // Checked completely; the error names the file and the line. NotFound, Invalid.
  [[nodiscard]] static Result<SourceCatalogue> load(const std::filesystem::path& file,
                                                    const Taxonomy& taxonomy);

  // The lists that are there, in the order of the tables and then of their paths. Invalid: a path
  // that matches nothing, two lists of one name.
  [[nodiscard]] Result<std::vector<SourceOrder>> resolve(const std::filesystem::path& root) const;

  struct Table {
    std::uint32_t line = 0;
    std::vector<std::string> patterns;
    std::string name = "{stem}";
    SourceOrder order;  // without its path and its source's name
  };

 private:
  std::filesystem::path file_;
  std::vector<Table> tables_;
};

// The file's name without the endings that say how it is packed and written: "ut1-2026" of
// "ut1-2026.tar.gz", so that the next version of a list replaces this one.
[[nodiscard]] std::string list_stem(const std::filesystem::path& path);

// "90m", "24h", "7d"
[[nodiscard]] std::optional<std::uint32_t> parse_refresh(std::string_view text) noexcept;

// The words of commands and catalogues for formats, "auto" among them.
[[nodiscard]] std::optional<ListFormat> parse_format(std::string_view word) noexcept;

}  // namespace luytre::categories
