// SPDX-License-Identifier: Apache-2.0
#include "native_fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstring>

#include "categories/native/utc_time.h"

namespace luytre::categories {
namespace {

using std::chrono::days;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::sys_seconds;

bool is_word(std::string_view text) noexcept {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

// How many octets of valid UTF-8 begin `text`: one character (RFC 3629 §4), 0 for none.
std::size_t character_size(std::string_view text) noexcept {
  const auto at = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = at(0);
  if (first < 0x80) {
    return 1;
  }
  const std::size_t size = first >= 0xc2 && first <= 0xdf   ? 2
                           : first >= 0xe0 && first <= 0xef ? 3
                           : first >= 0xf0 && first <= 0xf4 ? 4
                                                            : 0;
  if (size == 0 || text.size() < size) {
    return 0;
  }
  // Overlong forms, surrogates and what is above U+10FFFF.
  const unsigned char lowest = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
  const unsigned char highest = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
  if (at(1) < lowest || at(1) > highest) {
    return 0;
  }
  for (std::size_t i = 2; i < size; ++i) {
    if ((at(i) & 0xc0) != 0x80) {
      return 0;
    }
  }
  return size;
}

}  // namespace

std::optional<Reach> parse_reach(std::string_view text) noexcept {
  for (const Reach reach : {Reach::Exact, Reach::Subtree}) {
    if (text == reach_text(reach)) {
      return reach;
    }
  }
  return std::nullopt;
}

std::string_view reach_text(Reach reach) noexcept {
  return reach == Reach::Exact ? "exact" : "subtree";
}

std::optional<std::uint8_t> parse_minimum_age(std::string_view text) noexcept {
  if (text.empty() || text.size() > 2 || (text.size() == 2 && text.front() == '0')) {
    return std::nullopt;
  }
  unsigned years = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') {
      return std::nullopt;
    }
    years = years * 10 + static_cast<unsigned>(c - '0');
  }
  return years <= kMaxMinimumAge ? std::optional(static_cast<std::uint8_t>(years)) : std::nullopt;
}

bool is_printable_text(std::string_view text) noexcept {
  while (!text.empty()) {
    const std::size_t size = character_size(text);
    const auto first = static_cast<unsigned char>(text.front());
    // U+0080 to U+009F are control characters, too: C2 80 to C2 9F.
    const bool c1 = first == 0xc2 && size == 2 && static_cast<unsigned char>(text[1]) < 0xa0;
    if (size == 0 || first < 0x20 || first == 0x7f || c1) {
      return false;
    }
    text.remove_prefix(size);
  }
  return true;
}

bool is_legal_ref(std::string_view text) noexcept {
  return !text.empty() && text.size() <= kMaxLegalRefBytes && text != kNothing &&
         text.front() != ' ' && text.back() != ' ' && is_printable_text(text);
}

std::optional<std::int64_t> parse_expiry(std::string_view text) noexcept {
  if (const auto date = parse_utc_date(text); date) {
    return sys_seconds(*date + days(1)).time_since_epoch().count();
  }
  const auto time = parse_utc_time(text);
  // 0 is what never expires.
  return time && time->time_since_epoch().count() > 0
             ? std::optional<std::int64_t>(time->time_since_epoch().count())
             : std::nullopt;
}

std::string expiry_text(std::int64_t expires) {
  const sys_seconds time{seconds(expires)};
  const sys_days date = std::chrono::floor<days>(time);
  return time == date ? utc_date_text(date - days(1)) : utc_time_text(time);
}

Expected<NativeWords, NativeCause> parse_words(std::string_view text,
                                               const NativeVocabulary& vocabulary) {
  NativeWords words;
  while (true) {
    const std::size_t comma = text.find(',');
    const std::string_view word = text.substr(0, comma);
    if (!is_word(word)) {
      return Unexpected(NativeCause::BadCategories);
    }
    if (const auto category = vocabulary.find(word); !category) {
      ++words.unknown;
    } else if (!(words.known & *category).empty()) {
      return Unexpected(NativeCause::BadCategories);
    } else {
      words.known |= *category;
    }
    if (comma == std::string_view::npos) {
      return words;
    }
    text.remove_prefix(comma + 1);
  }
}

NativeVocabulary::NativeVocabulary(const Taxonomy& taxonomy) {
  for (const Category& category : taxonomy.categories()) {
    if (category.id != kUncategorised) {
      words_.push_back({category.name, CategorySet::of(category.id)});
    }
  }
  std::ranges::sort(words_, {}, &Word::text);
}

std::optional<CategorySet> NativeVocabulary::find(std::string_view word) const noexcept {
  const auto found = std::ranges::lower_bound(
      words_, word, {}, [](const Word& each) { return std::string_view(each.text); });
  return found != words_.end() && found->text == word ? std::optional(found->category)
                                                      : std::nullopt;
}

std::optional<std::string> NativeVocabulary::text(CategorySet set) const {
  std::string joined;
  for (const Word& word : words_) {
    if ((set & word.category).empty()) {
      continue;
    }
    joined += joined.empty() ? "" : ",";
    joined += word.text;
    set = set - word.category;
  }
  return set.empty() && !joined.empty() ? std::optional(std::move(joined)) : std::nullopt;
}

}  // namespace luytre::categories
