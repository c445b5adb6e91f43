// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "categories/category_set.h"
#include "categories/entry.h"
#include "categories/name_list.h"
#include "categories/taxonomy.h"

namespace luytre::categories {

// How far a line reaches that does not say so itself. Publishers of names and UT1 lists rely on
// suffix matching, and asked only for the exact name such a list misses most of what people reach
// (www., m., cdn.): Subtree. A hosts file can only mean exactly the names in it, and lists www.
// twins for that reason: Exact. ImportOptions overrides both.
enum class ListFormat : std::uint8_t {
  Auto,     // decided by content: a directory or archive is UT1, a header or most lines say what
            // else, and what says nothing is names
  Ut1,      // <category>/domains trees, as a folder or a tar archive (gzip, zstd, plain): Subtree
  Hosts,    // a sinkhole address (0.0.0.0, ::, loopback), then names: Exact
  Names,    // one name a line: Subtree; "*.name" and ".name" say so
  Luytre,   // our own: "name<TAB>category[,category][<TAB>exact|subtree]": Subtree
  Adblock,  // filter rules; only "||name^" is about a name: Subtree
  Dnsmasq,  // "address=/name/…", "server=/name/", "local=/name/": Subtree
  Rpz,      // a response policy zone: "name" is Exact, "name" and "*.name" together are Subtree;
            // "*.name" alone, which leaves the name itself reachable, is NotNameLevel
  Csv,      // a header row, then name,categories,minimum_age,reach,legal_ref,expires: Subtree;
            // legal_ref is checked but not stored yet
};

// Why a line gave no entry. Each is counted and one example is kept.
enum class SkipCause : std::uint8_t {
  NotAName,  // characters, empty labels, lengths, columns
  Address,   // an IPv4 or IPv6 address, with or without port or prefix length; a name mapped to a
             // real one
  Url,       // has a scheme, path or port: never widened to its host
  SingleLabel,   // "localhost", a whole top-level domain
  PublicSuffix,  // com.vn, blogspot.com, a CDN's apex as a subtree: would cover everybody below it
  CanaryName,    // use-application-dns.net and the like keep their fixed answer
  UnknownCategory,  // the list's category has no mapping
  BadIdna,          // UTF-8 that is no valid internationalised name
  LineTooLong,      // over 1,024 octets
  Exception,     // takes another line back (Adblock "@@", rpz-passthru): the list blocks more here
                 // than where its exceptions work
  NotNameLevel,  // about less or other than a name: paths, kinds of content, patterns, addresses
  Expired,       // in force until a day that is over
  BadField,      // a CSV row with a field that is not valid
};
inline constexpr std::size_t kSkipCauseCount = 13;

struct SkipCount {
  std::uint64_t lines = 0;
  // "file:line: text", the first one seen; octets that are not printable ASCII are written \xNN,
  // cut at 120. What only the end of an RPZ zone tells has no line.
  std::string example;
};

// lines == entries + duplicates + the sum of skipped[].lines, always.
struct ImportReport {
  ListFormat format = ListFormat::Auto;  // what was recognised
  // Without blank and comment lines; a line with several names counts once for each.
  std::uint64_t lines = 0;
  std::uint64_t entries = 0;  // distinct (name, reach) pairs that were taken
  // The same pair again, in this or another category of the list; the "*.name" of an RPZ pair.
  std::uint64_t duplicates = 0;
  std::uint64_t narrowed_to_exact = 0;  // never-block names of shared hosts, stored as exact
  std::array<SkipCount, kSkipCauseCount> skipped{};
  std::map<std::string, std::uint64_t> entries_by_category;
  // UT1 trees: links between folders ("porn" -> "adult"), whose names count once, under the folder
  // that holds them.
  std::map<std::string, std::string> aliases;
  // UT1 trees: "adult/urls", "adult/expressions": paths and patterns, which names cannot express.
  std::vector<std::string> files_not_imported;
};

struct ImportOptions {
  ListFormat format = ListFormat::Auto;
  // For formats that name no category themselves (all but ut1, luytre and csv), and for CSV rows
  // that name none; empty: for the former, Invalid error that says what to give.
  CategorySet categories;
  std::uint8_t minimum_age = 0;
  // Reach of lines that do not state one, instead of the format's own (see ListFormat).
  std::optional<Reach> default_reach = std::nullopt;
  std::function<void(std::uint64_t lines)> on_progress;  // about every 100,000 lines; may be empty
  std::chrono::sys_seconds now{};  // what lines expire against; at its default nothing has expired
};

struct ParsedList {
  NameList names;  // normalised
  ImportReport report;
};

// Reads a list from `path`: file, directory or archive; .gz and .zst are unpacked on the fly. One
// bad line never stops a list; an unreadable or truncated file does, and nothing of it is taken.
// NotFound: there is no such file. Corrupt: a damaged or cut archive. Invalid: not what `options`
// say, or larger than any list (2 GiB unpacked, 64 million names).
[[nodiscard]] Result<ParsedList> read_list(const std::filesystem::path& path,
                                           const Taxonomy& taxonomy, const ImportOptions& options);

// A sentence part for people: "address instead of a name".
[[nodiscard]] std::string_view describe(SkipCause cause) noexcept;
// "ut1", "hosts": the word in commands and in Source::format.
[[nodiscard]] std::string_view describe(ListFormat format) noexcept;

}  // namespace luytre::categories
