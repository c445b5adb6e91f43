// SPDX-License-Identifier: Apache-2.0
#pragma once

// The native list text, one entry a line in tab-separated columns (docs/list-protocol.md):
//   SUBJECT  CATEGORIES  [REACH  [MINIMUM_AGE  [LEGAL_REF  [EXPIRES]]]]
// People write it by hand and importers read it leniently (split_native, parse_native); signed lists
// consist of its canonical form, in which every entry has exactly one spelling (native_text.h).

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.h"
#include "base/expected.h"
#include "categories/list_content.h"
#include "categories/taxonomy.h"

namespace luytre::categories {

// Without its end. The longest subject has 504 octets and 63 words of the taxonomy about 800.
inline constexpr std::size_t kMaxNativeLineBytes = 4096;
inline constexpr std::size_t kMaxLegalRefBytes = 256;
inline constexpr std::uint8_t kMaxMinimumAge = 18;

// Why a line says nothing.
enum class NativeCause : std::uint8_t {
  LineTooLong,      // over kMaxNativeLineBytes
  Columns,          // fewer than two or more than six
  NotASubject,      // neither a name nor a host with a path nor an address range
  SingleLabel,      // a whole top-level domain
  HostBits,         // an address range with bits set behind its length
  BadCategories,    // no word, an empty one, the same one twice, or "*" for what is no exception
  UnknownCategory,  // a word that the taxonomy does not have
  BadReach,         // neither "exact" nor "subtree"; paths and ranges have "-"
  BadMinimumAge,    // no number from 0 to 18
  BadLegalRef,      // too long, not UTF-8, or with control characters
  BadExpiry,        // neither a date nor a date-time in UTC
  NotCanonical,     // right, but not spelled as signed lists must spell it
};
// A sentence part for people: "unknown category".
[[nodiscard]] std::string_view describe(NativeCause cause) noexcept;

// A line's columns, read but for the two whose words may be the list's own. The views live as long
// as the line.
struct NativeFields {
  std::string_view subject;  // without the "!" of an exception
  Polarity polarity = Polarity::Lists;
  std::string_view categories;  // "porn,gambling"; "*" of an exception that takes back everything
  std::optional<Reach> reach;   // if the line states one
  std::uint8_t minimum_age = 0;
  Terms terms;
};

// Lenient: blanks around columns, blanks instead of tabs on a line without any tab, a "#" that begins
// a column ends the line. Nothing for a blank or a comment line.
[[nodiscard]] Expected<std::optional<NativeFields>, NativeCause> split_native(
    std::string_view line);

using NativeEntry = std::variant<ListedName, ListedPath, ListedPrefix>;

// The order of canonical text and of ListContent::normalise(): names, paths, prefixes; by subject,
// reach, polarity, terms. Categories and minimum age do not count: equal means that both say
// something about the same thing, and one list does so once.
[[nodiscard]] std::strong_ordering native_order(const NativeEntry& a,
                                                const NativeEntry& b) noexcept;

// The taxonomy's words, by their octets: an order that does not need the taxonomy to be checked.
class NativeVocabulary {
 public:
  NativeVocabulary() = default;  // knows no word: for what depends on the order of lines alone
  explicit NativeVocabulary(const Taxonomy& taxonomy);

  // Nothing: no word of ours. "uncategorised" is none: a list cannot say that nothing is known.
  [[nodiscard]] std::optional<CategorySet> find(std::string_view word) const noexcept;
  // "gambling,porn"; nothing if `set` is empty or has a member without a word.
  [[nodiscard]] std::optional<std::string> text(CategorySet set) const;

 private:
  struct Word {
    std::string text;
    CategorySet category;
  };
  std::vector<Word> words_;
};

// One line as people write it: every word must be known, names are written with A-labels. Nothing for
// a blank or a comment line.
[[nodiscard]] Expected<std::optional<NativeEntry>, NativeCause> parse_native(
    std::string_view line, const NativeVocabulary& vocabulary);

struct CanonicalEntry {
  NativeEntry entry;
  // Words that this taxonomy does not have yet. An entry that is left with no category says nothing
  // here, and must not be taken: an exception without categories would take back everything.
  std::size_t unknown_words = 0;
  bool says_nothing = false;
};
// One line without its end, in canonical form.
[[nodiscard]] Expected<CanonicalEntry, NativeCause> parse_canonical(
    std::string_view line, const NativeVocabulary& vocabulary);

// Adds the canonical line and its end to `text`. Invalid: the format has no words for the entry (a
// name that is no host name, no or unknown categories, an unprintable legal reference).
[[nodiscard]] Result<void> append_native(std::string& text, const NativeEntry& entry,
                                         const NativeVocabulary& vocabulary);

// A subject alone ("casino.example", "!casino.example/page", "192.0.2.0/24"), as an entry without
// categories.
[[nodiscard]] Expected<NativeEntry, NativeCause> parse_subject(std::string_view text);
// The same back, with the "!" of an exception.
[[nodiscard]] std::string subject_text(const NativeEntry& entry);

// The EXPIRES column: "2026-09-01" is the last day in force, "2026-09-01T12:00:00Z" the first second
// no longer in force. In seconds since 1970, as Terms::expires.
[[nodiscard]] std::optional<std::int64_t> parse_expiry(std::string_view text) noexcept;
// The shorter of the two spellings. `expires` is one that parse_expiry() gives.
[[nodiscard]] std::string expiry_text(std::int64_t expires);
// Valid UTF-8 without control characters, which a terminal would obey.
[[nodiscard]] bool is_printable_text(std::string_view text) noexcept;
// Such text of 1 to kMaxLegalRefBytes octets, without blanks at its ends, and not "-".
[[nodiscard]] bool is_legal_ref(std::string_view text) noexcept;

}  // namespace luytre::categories
