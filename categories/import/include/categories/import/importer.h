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
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "categories/category_set.h"
#include "categories/entry.h"
#include "categories/import/category_mapping.h"
#include "categories/list_content.h"
#include "categories/taxonomy.h"

namespace luytre::categories {

// How far a line reaches that does not say so itself. Publishers of names and UT1 lists rely on
// suffix matching, and asked only for the exact name such a list misses most of what people reach
// (www., m., cdn.): Subtree. A hosts file can only mean exactly the names in it, and lists www.
// twins for that reason: Exact. ImportOptions overrides both.
//
// Wherever a list names something, it may name a page ("host/path", with or without a scheme) or an
// address or range instead: these become entries of their own kinds. Hosts files, dnsmasq, Unbound
// and policy zones speak of names only.
enum class ListFormat : std::uint8_t {
  Auto,     // decided by content: a directory or archive is UT1, a header or most lines say what
            // else, and what says nothing is names
  Ut1,      // <category>/{domains,urls} trees, as a folder or a tar archive (gzip, zstd, plain):
            // Subtree
  Hosts,    // a sinkhole address (0.0.0.0, ::, loopback), then names: Exact
  Names,    // one name a line: Subtree; "*.name" and ".name" say so
  Luytre,   // our own, tab-separated: subject, categories, reach, minimum age, legal reference,
            // expiry; "!" before the subject makes an exception: Subtree
  Adblock,  // filter rules; only "||name^" is about a name, "@@||name^" excepts it: Subtree
  Dnsmasq,  // "address=/name/…", "server=/name/", "local=/name/": Subtree; "server=/name/#" excepts
  Rpz,      // a response policy zone: "name" is Exact, "name" and "*.name" together are Subtree;
            // "*.name" alone, which leaves the name itself reachable, is NotNameLevel;
            // rpz-passthru excepts
  Csv,  // a header row, then name,categories,minimum_age,reach,legal_ref,expires,action: Subtree
  Unbound,  // "local-zone: name type": Subtree; "local-data" with a sinkhole address: Exact
  V2fly,    // "domain:name" or a bare name: Subtree; "full:name": Exact
  Labels,   // what sites say about themselves: a folder for each host, or one file and its host
            // (categories/labels): a minimum age, seldom a category
  LabelRegistry,  // a registry of such ages: a header row with host, domain or url, and age
};

inline constexpr std::size_t kListFormatCount = 13;

// Why a line gave no entry. Each is counted and one example is kept.
enum class SkipCause : std::uint8_t {
  NotAName,  // characters, empty labels, lengths, columns
  Address,   // an address with a port, or where only a name may stand; a name mapped to a real one
  Url,       // no page of a named host: a host alone, one with a port, a page of an address, a path
             // over 250 octets. Never widened to its host
  SingleLabel,   // "localhost", a whole top-level domain
  PublicSuffix,  // com.vn, blogspot.com, a CDN's apex as a subtree: would cover everybody below it
  CanaryName,    // use-application-dns.net and the like keep their fixed answer
  UnknownCategory,  // the list's category has no mapping
  BadIdna,          // UTF-8 that is no valid internationalised name
  LineTooLong,      // over 4,096 octets
  Exception,        // takes back something that is no whole name, page or address
  NotNameLevel,     // about less or other than a name: parts of pages, kinds of content, patterns
  Expired,          // in force until a time that is over
  BadField,         // a row with a field that is not valid
  ReservedAddress,  // private, loopback, multicast, documentation, or wider than /8 (IPv6: /16)
  LeftOut,          // the mapping says to leave this category out
  Permitted,  // a UT1 folder of names to permit ("usage: white"), which nobody mapped to a category
  NotGranted,  // none of its categories may be stated by this source (categories/scope.h)
  NoLabel,     // a site's file that is no label
  OtherHost,   // a site's label about another site
  AllAges,     // a label for all ages, which raises nothing
};
inline constexpr std::size_t kSkipCauseCount = 20;

struct SkipCount {
  std::uint64_t lines = 0;
  // "file:line: text", the first one seen; octets that are not printable ASCII are written \xNN,
  // cut at 120. What only the end of an RPZ zone tells has no line.
  std::string example;
};

// lines == entries + duplicates + the sum of skipped[].lines, always, and
// entries == names + paths + prefixes.
struct ImportReport {
  ListFormat format = ListFormat::Auto;  // what was recognised
  // Without blank and comment lines; a line with several names counts once for each.
  std::uint64_t lines = 0;
  std::uint64_t entries = 0;  // distinct (subject, reach, polarity, terms) that were taken
  std::uint64_t names = 0;
  std::uint64_t paths = 0;
  std::uint64_t prefixes = 0;
  std::uint64_t exceptions = 0;  // of the entries: those that take back
  // The same again, in this or another category of the list; the "*.name" of an RPZ pair.
  std::uint64_t duplicates = 0;
  // Never-block names and exceptions of shared hosts, stored as exact.
  std::uint64_t narrowed_to_exact = 0;
  std::uint64_t reduced =
      0;  // lines of which only the categories that the source may state are left
  std::array<SkipCount, kSkipCauseCount> skipped{};
  std::map<std::string, std::uint64_t> entries_by_category;  // without exceptions
  // UT1 trees: links between folders ("porn" -> "adult"), whose names count once, under the folder
  // that holds them.
  std::map<std::string, std::string> aliases;
  // UT1 trees: lines of "adult/expressions" and the like. Patterns are not read: what they cover
  // could only be guessed.
  std::map<std::string, std::uint64_t> patterns;
  // UT1 trees: folders whose `usage` permits and does not block.
  std::set<std::string> permitting;
};

struct ImportOptions {
  ListFormat format = ListFormat::Auto;
  // For formats that name no category themselves (all but ut1, luytre, csv and labels), and for CSV
  // rows that name none; empty: for the former, Invalid error that says what to give. Labels take
  // none: they raise an age.
  CategorySet categories;
  std::uint8_t minimum_age = 0;
  // Reach of lines that do not state one, instead of the format's own (see ListFormat).
  std::optional<Reach> default_reach = std::nullopt;
  std::function<void(std::uint64_t lines)> on_progress;  // about every 100,000 lines; may be empty
  std::chrono::sys_seconds now{};  // what lines expire against; at its default nothing has expired
  CategoryMapping mapping;         // asked before the taxonomy for words and folders of the list
  CategorySet may_state{~std::uint64_t{0}};  // what the source may say (categories/scope.h)
  std::string host = {};                     // of a single label: where it was fetched from
  std::string country = {};                  // of labels: two letters, see categories/labels
};

struct ParsedList {
  ListContent content;  // normalised
  ImportReport report;
};

// Reads a list from `path`: file, directory or archive; .gz and .zst are unpacked on the fly. One
// bad line never stops a list; an unreadable or truncated file does, and nothing of it is taken.
// NotFound: there is no such file. Corrupt: a damaged or cut archive. Invalid: not what `options`
// say, or larger than any list (2 GiB unpacked, 64 million entries).
[[nodiscard]] Result<ParsedList> read_list(const std::filesystem::path& path,
                                           const Taxonomy& taxonomy, const ImportOptions& options);

// A sentence part for people: "single label".
[[nodiscard]] std::string_view describe(SkipCause cause) noexcept;
// "ut1", "hosts": the word in commands and in Source::format.
[[nodiscard]] std::string_view describe(ListFormat format) noexcept;

}  // namespace luytre::categories
