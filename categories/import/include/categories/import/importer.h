// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/error.h"
#include "categories/category_set.h"
#include "categories/name_list.h"
#include "categories/taxonomy.h"

namespace luytre::categories {

enum class ListFormat : std::uint8_t {
  Auto,   // decided by content: a directory or archive is UT1, "0.0.0.0 name" lines are hosts, else names
  Ut1,    // <category>/domains trees, as a folder or a tar archive (gzip, zstd, plain)
  Hosts,  // address, then names; a name means exactly itself
  Names,  // one name a line; "*.name" and ".name" mean the subtree
  Luytre, // our own starter format: "name<TAB>category[,category][<TAB>exact|subtree]"
};

// Why a line gave no entry. Each is counted and one example is kept.
enum class SkipCause : std::uint8_t {
  NotAName,         // characters, empty labels, lengths
  Address,          // an IPv4 or IPv6 address, with or without port or prefix length
  Url,              // has a scheme, path or port: never widened to its host
  SingleLabel,      // "localhost", a whole top-level domain
  PublicSuffix,     // com.vn, blogspot.com as a subtree: would cover everybody below it
  CanaryName,       // use-application-dns.net and the like keep their fixed answer
  UnknownCategory,  // the list's category has no mapping
  BadIdna,          // UTF-8 that is no valid internationalised name
  LineTooLong,      // over 1,024 octets
};
inline constexpr std::size_t kSkipCauseCount = 9;

struct SkipCount {
  std::uint64_t lines = 0;
  std::string example;  // "file:line: text", the first one seen, cut at 120 characters
};

struct ImportReport {
  ListFormat format = ListFormat::Auto;  // what was recognised
  std::uint64_t lines = 0;               // without blank and comment lines
  std::uint64_t entries = 0;             // distinct (name, reach) pairs that were taken
  std::uint64_t duplicates = 0;
  std::uint64_t narrowed_to_exact = 0;   // never-block names of shared hosts, stored as exact
  std::array<SkipCount, kSkipCauseCount> skipped{};
  std::map<std::string, std::uint64_t> entries_by_category;
};

struct ImportOptions {
  ListFormat format = ListFormat::Auto;
  // For formats that name no category themselves (hosts, names); empty: NotFound error that says what to give.
  CategorySet categories;
  std::uint8_t minimum_age = 0;
  std::function<void(std::uint64_t lines)> on_progress;  // about every 100,000 lines; may be empty
};

struct ParsedList {
  NameList names;  // normalised
  ImportReport report;
};

// Reads a list from `path`: file, directory or archive; .gz and .zst are unpacked on the fly. One bad line never
// stops a list; an unreadable or truncated file does, and nothing of it is taken.
[[nodiscard]] Result<ParsedList> read_list(const std::filesystem::path& path,
                                           const Taxonomy& taxonomy, const ImportOptions& options);

[[nodiscard]] std::string_view describe(SkipCause cause) noexcept;

}  // namespace luytre::categories
