// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "native_fields.h"

namespace luytre::categories {
namespace {

struct Columns {
  std::array<std::string_view, kNativeColumns> text;
  std::size_t count = 0;

  // A column that was left out says nothing.
  [[nodiscard]] std::string_view at(std::size_t column) const noexcept {
    return column < count ? text[column] : kNothing;
  }
};

Expected<Columns, NativeCause> split(std::string_view line) noexcept {
  Columns columns;
  while (true) {
    const std::size_t tab = line.find('\t');
    if (columns.count == kNativeColumns) {
      return Unexpected(NativeCause::Columns);
    }
    columns.text[columns.count++] = line.substr(0, tab);
    if (tab == std::string_view::npos) {
      break;
    }
    line.remove_prefix(tab + 1);
  }
  return columns.count < 2 ? Expected<Columns, NativeCause>(Unexpected(NativeCause::Columns))
                           : columns;
}

bool ascending(std::string_view words) noexcept {
  std::string_view before;
  while (!words.empty()) {
    const std::size_t comma = words.find(',');
    const std::string_view word = words.substr(0, comma);
    if (word <= before) {
      return false;
    }
    before = word;
    words = comma == std::string_view::npos ? std::string_view{} : words.substr(comma + 1);
  }
  return true;
}

// Whether `text` is the one spelling of the subject that was read from it.
bool is_canonical_subject(std::string_view text, const NativeEntry& entry) {
  if (std::holds_alternative<ListedName>(entry)) {
    // Host names differ from their canonical spelling by case and a last dot only.
    return !text.ends_with('.') &&
           std::ranges::none_of(text, [](char c) { return c >= 'A' && c <= 'Z'; });
  }
  return text == subject_text(entry);
}

Expected<Reach, NativeCause> read_reach(const Columns& columns, bool is_name) {
  const std::string_view text = columns.at(2);
  if (!is_name || columns.count == 2) {
    return text == kNothing ? Expected<Reach, NativeCause>(Reach::Subtree)
                            : Unexpected(NativeCause::BadReach);
  }
  const auto reach = parse_reach(text);
  return reach ? Expected<Reach, NativeCause>(*reach) : Unexpected(NativeCause::BadReach);
}

Expected<Terms, NativeCause> read_terms(const Columns& columns) {
  Terms terms;
  if (const std::string_view text = columns.at(4); text != kNothing) {
    if (!is_legal_ref(text)) {
      return Unexpected(NativeCause::BadLegalRef);
    }
    terms.legal_ref = text;
  }
  if (const std::string_view text = columns.at(5); text != kNothing) {
    const auto expires = parse_expiry(text);
    if (!expires || expiry_text(*expires) != text) {
      return Unexpected(expires ? NativeCause::NotCanonical : NativeCause::BadExpiry);
    }
    terms.expires = *expires;
  }
  return terms;
}

Expected<std::uint8_t, NativeCause> read_age(std::string_view text) {
  if (text == kNothing) {
    return std::uint8_t{0};
  }
  const auto years = parse_minimum_age(text);
  if (!years || *years == 0) {
    return Unexpected(years ? NativeCause::NotCanonical : NativeCause::BadMinimumAge);
  }
  return *years;
}

struct Listed {
  std::string subject;
  Reach reach = Reach::Subtree;
  bool is_name = false;
  Polarity polarity = Polarity::Lists;
  std::uint8_t minimum_age = 0;
  CategorySet categories;
  const Terms* terms = nullptr;
};

Listed fields_of(const NativeEntry& entry) {
  Listed fields{.subject = subject_text(entry), .categories = {}};
  std::visit(
      [&fields](const auto& listed) {
        fields.polarity = listed.polarity;
        fields.minimum_age = listed.minimum_age;
        fields.categories = listed.categories;
        fields.terms = &listed.terms;
      },
      entry);
  if (const auto* name = std::get_if<ListedName>(&entry); name != nullptr) {
    fields.is_name = true;
    fields.reach = name->reach;
  }
  return fields;
}

Unexpected<Error> no_words(const Listed& fields, std::string_view what) {
  return fail(ErrorCode::Invalid,
              fmt::format("The native list text has no words for {}: {}.", fields.subject, what));
}

}  // namespace

Expected<CanonicalEntry, NativeCause> parse_canonical(std::string_view line,
                                                      const NativeVocabulary& vocabulary) {
  const auto columns = split(line);
  if (!columns) {
    return Unexpected(columns.error());
  }
  auto entry = parse_subject(columns->at(0));
  if (!entry) {
    return Unexpected(entry.error());
  }
  const bool is_name = std::holds_alternative<ListedName>(*entry);
  const bool exception = columns->at(0).starts_with('!');
  const bool everything = exception && columns->at(1) == kEverything;
  const bool age_alone = !exception && columns->at(1) == kNothing;
  NativeWords words;
  if (!everything && !age_alone) {
    const auto read = parse_words(columns->at(1), vocabulary);
    if (!read) {
      return Unexpected(read.error());
    }
    words = *read;
  }
  const auto reach = read_reach(*columns, is_name);
  const auto age = read_age(columns->at(3));
  auto terms = read_terms(*columns);
  if (!reach || !age || !terms) {
    return Unexpected(!reach ? reach.error() : !age ? age.error() : terms.error());
  }
  if (age_alone && *age == 0) {
    return Unexpected(NativeCause::BadCategories);
  }
  const std::string_view last = columns->at(columns->count - 1);
  const bool last_says_nothing =
      columns->count > 2 && (last == kNothing || (columns->count == 3 && last == "subtree"));
  if (last_says_nothing || !is_canonical_subject(columns->at(0), *entry) ||
      (!everything && !age_alone && !ascending(columns->at(1)))) {
    return Unexpected(NativeCause::NotCanonical);
  }
  std::visit(
      [&](auto& listed) {
        listed.minimum_age = *age;
        listed.categories = words.known;
        listed.terms = *std::move(terms);
      },
      *entry);
  if (auto* name = std::get_if<ListedName>(&*entry); name != nullptr) {
    name->reach = *reach;
  }
  return CanonicalEntry{.entry = *std::move(entry),
                        .unknown_words = words.unknown,
                        .says_nothing = !everything && !age_alone && words.known.empty()};
}

Result<void> append_native(std::string& text, const NativeEntry& entry,
                           const NativeVocabulary& vocabulary) {
  const Listed fields = fields_of(entry);
  const auto again = parse_subject(fields.subject);
  if (!again || again->index() != entry.index()) {
    return no_words(fields, "it is no host name below a top-level domain");
  }
  const bool everything = fields.polarity == Polarity::Withdraws && fields.categories.empty();
  const bool age_alone =
      fields.polarity == Polarity::Lists && fields.categories.empty() && fields.minimum_age != 0;
  const auto words = everything  ? std::optional(std::string(kEverything))
                     : age_alone ? std::optional(std::string(kNothing))
                                 : vocabulary.text(fields.categories);
  if (!words) {
    return no_words(fields, "it is in no category, or in one that the taxonomy does not name");
  }
  const Terms& terms = *fields.terms;
  if (fields.minimum_age > kMaxMinimumAge || terms.expires < 0 ||
      (terms.expires != 0 && parse_expiry(expiry_text(terms.expires)) != terms.expires)) {
    return no_words(fields, "its minimum age or expiry is out of range");
  }
  if (!terms.legal_ref.empty() && !is_legal_ref(terms.legal_ref)) {
    return no_words(fields, "its legal reference is too long or not printable");
  }
  const std::array<std::string, kNativeColumns> columns = {
      fields.subject,
      *words,
      std::string(fields.is_name ? reach_text(fields.reach) : kNothing),
      fields.minimum_age == 0 ? std::string(kNothing) : std::to_string(fields.minimum_age),
      terms.legal_ref.empty() ? std::string(kNothing) : terms.legal_ref,
      terms.expires == 0 ? std::string(kNothing) : expiry_text(terms.expires)};
  std::size_t count = kNativeColumns;
  while (count > 3 && columns[count - 1] == kNothing) {
    --count;
  }
  if (count == 3 && (columns[2] == kNothing || columns[2] == reach_text(Reach::Subtree))) {
    --count;
  }
  for (std::size_t i = 0; i < count; ++i) {
    text += i == 0 ? "" : "\t";
    text += columns[i];
  }
  text += '\n';
  return {};
}

}  // namespace luytre::categories
