// SPDX-License-Identifier: Apache-2.0
#include "categories/native/native_line.h"

#include <fmt/format.h>

#include <array>
#include <cstring>
#include <span>
#include <tuple>

#include "native_fields.h"

namespace luytre::categories {
namespace {

constexpr std::string_view kBlanks = " \t\r\v\f";
// The columns before the legal reference hold no blanks, so that a blank and "#" end the line there.
constexpr std::size_t kColumnsWithoutBlanks = 4;

std::string_view trim(std::string_view text) noexcept {
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) {
    return {};
  }
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

// Cuts "exact # as reported" to "exact".
bool cut_comment(std::string_view& column) noexcept {
  for (std::size_t at = column.find('#'); at != std::string_view::npos;
       at = column.find('#', at + 1)) {
    if (at == 0 || kBlanks.find(column[at - 1]) != std::string_view::npos) {
      column = trim(column.substr(0, at));
      return true;
    }
  }
  return false;
}

struct Columns {
  std::array<std::string_view, kNativeColumns> text;
  std::size_t count = 0;
};

// Takes the column up to the separator: a tab, or any blanks on a line without tabs.
std::string_view take_column(std::string_view& rest, bool tabs) noexcept {
  const std::size_t end = tabs ? rest.find('\t') : rest.find_first_of(kBlanks);
  const std::string_view column = trim(rest.substr(0, end));
  rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  if (!tabs) {
    rest = trim(rest);
  }
  return column;
}

Expected<Columns, NativeCause> split_leniently(std::string_view text) noexcept {
  const bool tabs = text.find('\t') != std::string_view::npos;
  Columns columns;
  while (!text.empty()) {
    std::string_view column = take_column(text, tabs);
    const bool may_hold_blanks = tabs && columns.count >= kColumnsWithoutBlanks;
    const bool ended = may_hold_blanks ? column.starts_with('#') : cut_comment(column);
    if (ended && (may_hold_blanks || column.empty())) {
      break;
    }
    if (columns.count == kNativeColumns) {
      return Unexpected(NativeCause::Columns);
    }
    columns.text[columns.count++] = column;
    if (ended) {
      break;
    }
  }
  return columns.count < 2 ? Expected<Columns, NativeCause>(Unexpected(NativeCause::Columns))
                           : columns;
}

bool stated(std::string_view column) noexcept { return !column.empty() && column != kNothing; }

NativeCause subject_cause(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto host = DomainName::from_hostname(text.substr(0, slash));
  if (host && host->label_count() == 1) {
    return NativeCause::SingleLabel;
  }
  const bool range = slash != std::string_view::npos && IpAddress::from_text(text.substr(0, slash));
  const std::string length(range ? text.substr(slash + 1) : "");
  const bool number = !length.empty() && length.size() <= 3 &&
                      length.find_first_not_of("0123456789") == std::string::npos;
  return number ? NativeCause::HostBits : NativeCause::NotASubject;
}

std::strong_ordering order_names(const DomainName& a, const DomainName& b) noexcept {
  return a == b  ? std::strong_ordering::equal
         : a < b ? std::strong_ordering::less
                 : std::strong_ordering::greater;
}

std::strong_ordering order(const ListedName& a, const ListedName& b) noexcept {
  const auto by_name = order_names(a.name, b.name);
  return by_name != 0
             ? by_name
             : std::tie(a.reach, a.polarity, a.terms) <=> std::tie(b.reach, b.polarity, b.terms);
}

std::strong_ordering order(const ListedPath& a, const ListedPath& b) noexcept {
  const auto by_host = order_names(a.path.host, b.path.host);
  return by_host != 0 ? by_host
                      : std::tie(a.path.path, a.polarity, a.terms) <=>
                            std::tie(b.path.path, b.polarity, b.terms);
}

std::strong_ordering order(const ListedPrefix& a, const ListedPrefix& b) noexcept {
  const auto x = a.prefix.address.octets();
  const auto y = b.prefix.address.octets();
  const int by_address = std::memcmp(x.data(), y.data(), x.size());
  return by_address != 0 ? by_address <=> 0
                         : std::tie(a.prefix.length, a.polarity, a.terms) <=>
                               std::tie(b.prefix.length, b.polarity, b.terms);
}

}  // namespace

Expected<std::optional<NativeFields>, NativeCause> split_native(std::string_view line) {
  if (line.size() > kMaxNativeLineBytes) {
    return Unexpected(NativeCause::LineTooLong);
  }
  const std::string_view text = trim(line);
  if (text.empty() || text.front() == '#') {
    return std::nullopt;
  }
  const auto columns = split_leniently(text);
  if (!columns) {
    return Unexpected(columns.error());
  }
  const auto& [subject, categories, reach, age, legal_ref, expires] = columns->text;
  NativeFields fields{.subject = subject, .categories = categories, .reach = {}, .terms = {}};
  if (fields.subject.starts_with('!')) {
    fields.polarity = Polarity::Withdraws;
    fields.subject.remove_prefix(1);
  }
  if (categories.empty() || (categories == kEverything && fields.polarity == Polarity::Lists)) {
    return Unexpected(NativeCause::BadCategories);
  }
  if (stated(reach)) {
    fields.reach = parse_reach(reach);
    if (!fields.reach) {
      return Unexpected(NativeCause::BadReach);
    }
  }
  if (stated(age)) {
    const auto years = parse_minimum_age(age);
    if (!years) {
      return Unexpected(NativeCause::BadMinimumAge);
    }
    fields.minimum_age = *years;
  }
  if (categories == kNothing &&
      (fields.minimum_age == 0 || fields.polarity == Polarity::Withdraws)) {
    return Unexpected(NativeCause::BadCategories);
  }
  if (stated(legal_ref)) {
    if (!is_legal_ref(legal_ref)) {
      return Unexpected(NativeCause::BadLegalRef);
    }
    fields.terms.legal_ref = legal_ref;
  }
  if (stated(expires)) {
    const auto end = parse_expiry(expires);
    if (!end) {
      return Unexpected(NativeCause::BadExpiry);
    }
    fields.terms.expires = *end;
  }
  return fields;
}

Expected<NativeEntry, NativeCause> parse_subject(std::string_view text) {
  Polarity polarity = Polarity::Lists;
  if (text.starts_with('!')) {
    polarity = Polarity::Withdraws;
    text.remove_prefix(1);
  }
  if (const auto name = DomainName::from_hostname(text); name && name->label_count() > 1) {
    NativeEntry entry{std::in_place_type<ListedName>};
    auto& listed = *std::get_if<ListedName>(&entry);
    listed.name = *name;
    listed.polarity = polarity;
    return entry;
  }
  if (const auto prefix = IpPrefix::from_text(text); prefix) {
    return ListedPrefix{.prefix = *prefix, .polarity = polarity, .categories = {}, .terms = {}};
  }
  if (auto path = HostPath::from_text(text); path && path->host.label_count() > 1) {
    return ListedPath{
        .path = *std::move(path), .polarity = polarity, .categories = {}, .terms = {}};
  }
  return Unexpected(subject_cause(text));
}

std::string subject_text(const NativeEntry& entry) {
  const auto marked = [](Polarity polarity, const std::string& text) {
    return polarity == Polarity::Withdraws ? "!" + text : text;
  };
  if (const auto* listed = std::get_if<ListedName>(&entry); listed != nullptr) {
    return marked(listed->polarity, listed->name.to_text());
  }
  if (const auto* listed = std::get_if<ListedPath>(&entry); listed != nullptr) {
    return marked(listed->polarity, listed->path.to_text());
  }
  const auto* listed = std::get_if<ListedPrefix>(&entry);
  return marked(listed->polarity, listed->prefix.to_text());
}

Expected<std::optional<NativeEntry>, NativeCause> parse_native(std::string_view line,
                                                               const NativeVocabulary& vocabulary) {
  auto fields = split_native(line);
  if (!fields) {
    return Unexpected(fields.error());
  }
  if (!*fields) {
    return std::nullopt;
  }
  NativeFields& said = **fields;
  auto entry = parse_subject(said.subject);
  // "!!casino.example" is no exception of an exception.
  if (said.subject.starts_with('!') || !entry) {
    return Unexpected(entry ? NativeCause::NotASubject : entry.error());
  }
  CategorySet categories;
  if (said.categories != kEverything && said.categories != kNothing) {
    const auto words = parse_words(said.categories, vocabulary);
    if (!words || words->unknown != 0) {
      return Unexpected(words ? NativeCause::UnknownCategory : words.error());
    }
    categories = words->known;
  }
  auto* name = std::get_if<ListedName>(&*entry);
  if (name == nullptr && said.reach) {
    return Unexpected(NativeCause::BadReach);
  }
  if (name != nullptr) {
    name->reach = said.reach.value_or(Reach::Subtree);
  }
  std::visit(
      [&](auto& listed) {
        listed.polarity = said.polarity;
        listed.minimum_age = said.minimum_age;
        listed.categories = categories;
        listed.terms = std::move(said.terms);
      },
      *entry);
  return *std::move(entry);
}

std::strong_ordering native_order(const NativeEntry& a, const NativeEntry& b) noexcept {
  if (a.index() != b.index()) {
    return a.index() <=> b.index();
  }
  return std::visit(
      [&b](const auto& left) {
        return order(left, *std::get_if<std::remove_cvref_t<decltype(left)>>(&b));
      },
      a);
}

std::string_view describe(NativeCause cause) noexcept {
  switch (cause) {
    case NativeCause::LineTooLong:
      return "longer than a line may be";
    case NativeCause::Columns:
      return "not two to six columns";
    case NativeCause::NotASubject:
      return "no name, host with a path, or address range";
    case NativeCause::SingleLabel:
      return "a whole top-level domain";
    case NativeCause::HostBits:
      return "an address range with a wrong length or bits behind it";
    case NativeCause::BadCategories:
      return "no list of categories, or one category twice";
    case NativeCause::UnknownCategory:
      return "unknown category";
    case NativeCause::BadReach:
      return "the reach is neither exact nor subtree, or not of a name";
    case NativeCause::BadMinimumAge:
      return "the minimum age is no number from 0 to 18";
    case NativeCause::BadLegalRef:
      return "the legal reference is too long or not printable";
    case NativeCause::BadExpiry:
      return "the expiry is neither 2026-12-31 nor 2026-12-31T12:00:00Z";
    case NativeCause::NotCanonical:
      return "not in canonical form";
  }
  return "unknown cause";
}

}  // namespace luytre::categories
