// SPDX-License-Identifier: Apache-2.0
#include "line_parser.h"

#include <arpa/inet.h>
#include <idn2.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>

namespace luytre::categories {
namespace {

constexpr std::string_view kBlanks = " \t\r\v\f";

std::string_view trim(std::string_view text) noexcept {
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) {
    return {};
  }
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

// The text up to the next blank; `rest` keeps what follows, trimmed on its left.
std::string_view take_word(std::string_view& rest) noexcept {
  const std::size_t end = std::min(rest.find_first_of(kBlanks), rest.size());
  const std::string_view word = rest.substr(0, end);
  rest = trim(rest.substr(end));
  return word;
}

bool is_comment(std::string_view text) noexcept {
  return text.front() == '#' || text.front() == '!';  // '!' as in filter syntaxes
}

bool all_digits(std::string_view text) noexcept {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// Fixed-size, zero-terminated copy for C functions.
struct CText {
  explicit CText(std::string_view text) noexcept : fits(text.size() < octets.size()) {
    if (fits) {
      std::ranges::copy(text, octets.begin());
    }
  }
  std::array<char, INET6_ADDRSTRLEN> octets{};
  bool fits;
};

bool is_ipv4(std::string_view text) noexcept {
  in_addr address{};
  const CText copy(text);
  return copy.fits && ::inet_pton(AF_INET, copy.octets.data(), &address) == 1;
}

bool is_ipv6(std::string_view text) noexcept {
  in6_addr address{};
  const CText copy(text.substr(0, text.find('%')));
  return copy.fits && ::inet_pton(AF_INET6, copy.octets.data(), &address) == 1;
}

// Where hosts files send names that shall not be reached.
bool is_sinkhole(std::string_view address) noexcept {
  return address == "0.0.0.0" || address == "0" || address == "::" || address == "::1" ||
         address == "::0" || address == "fe80::1%lo0" || address == "255.255.255.255" ||
         (address.starts_with("127.") && is_ipv4(address));
}

bool is_address(std::string_view text) noexcept {
  return text == "0" || is_ipv4(text) || is_ipv6(text);
}

// What it is that from_hostname() did not take: something known to be another kind of thing, or
// nothing.
SkipCause classify(std::string_view text) noexcept {
  if (text.find("://") != std::string_view::npos || text.starts_with("http:") ||
      text.starts_with("https:") || text.starts_with('/')) {
    return SkipCause::Url;
  }
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    return close != std::string_view::npos && is_ipv6(text.substr(1, close - 1))
               ? SkipCause::Address
               : SkipCause::NotAName;
  }
  const std::size_t slash = text.find('/');
  const std::string_view authority = text.substr(0, slash);
  const bool prefix_length = slash != std::string_view::npos &&
                             all_digits(text.substr(slash + 1)) && text.size() - slash <= 4;
  if (is_ipv6(authority)) {
    return slash == std::string_view::npos || prefix_length ? SkipCause::Address : SkipCause::Url;
  }
  const std::size_t colon = authority.find(':');
  const std::string_view host = authority.substr(0, colon);
  const bool port = colon != std::string_view::npos && all_digits(authority.substr(colon + 1));
  const auto name = DomainName::from_hostname(host);
  const bool numeric = host.find_first_not_of("0123456789.") == std::string_view::npos;
  if (!name && name.error() == NameError::IpAddress && numeric) {
    const bool path = slash != std::string_view::npos && !prefix_length;
    return path ? SkipCause::Url : SkipCause::Address;
  }
  const bool has_more = port || slash != std::string_view::npos;
  return name && has_more ? SkipCause::Url : SkipCause::NotAName;
}

Expected<DomainName, SkipCause> parse_utf8_name(std::string_view text) {
  const std::string copy(text);
  char* raw = nullptr;
  // Non-transitional UTS 46 processing, as browsers do it: "STRASSE" and "Straße" stay two names.
  const int result = idn2_to_ascii_8z(copy.c_str(), &raw, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
  const std::unique_ptr<char, decltype(&idn2_free)> ascii(raw, &idn2_free);
  if (result != IDN2_OK) {
    return Unexpected(SkipCause::BadIdna);
  }
  const auto name = DomainName::from_hostname(ascii.get());
  return name ? Expected<DomainName, SkipCause>(*name) : Unexpected(SkipCause::BadIdna);
}

// "*.name" and ".name" are taken off and give Subtree.
std::optional<Reach> take_wildcard(std::string_view& text) noexcept {
  if (text.starts_with("*.")) {
    text.remove_prefix(2);
    return Reach::Subtree;
  }
  if (text.starts_with('.') && text.size() > 1) {
    text.remove_prefix(1);
    return Reach::Subtree;
  }
  return std::nullopt;
}

LineItem make_item(std::string_view text) {
  const std::optional<Reach> reach = take_wildcard(text);
  return {.name = parse_name(text), .reach = reach, .categories = {}};
}

LineItem not_a_name() {
  return {.name = Unexpected(SkipCause::NotAName), .reach = {}, .categories = {}};
}

void parse_names_line(std::string_view text, std::vector<LineItem>& items) {
  const std::string_view word = take_word(text);
  items.push_back(text.empty() || is_comment(text) ? make_item(word) : not_a_name());
}

void parse_hosts_line(std::string_view text, std::vector<LineItem>& items) {
  const std::string_view address = take_word(text);
  if (!is_address(address) || text.empty() || is_comment(text)) {
    items.push_back(not_a_name());
    return;
  }
  // Another address is a redirection (a forced safe search, a local server), not a listing.
  const bool sinkhole = is_sinkhole(address);
  while (!text.empty() && !is_comment(text)) {
    const std::string_view word = take_word(text);
    items.push_back(sinkhole ? make_item(word) : LineItem{Unexpected(SkipCause::Address), {}, {}});
  }
}

void parse_luytre_line(std::string_view text, std::vector<LineItem>& items) {
  const std::string_view name = take_word(text);
  const std::string_view categories = take_word(text);
  const std::string_view reach = text.empty() || is_comment(text) ? "" : take_word(text);
  if (categories.empty() || is_comment(categories) || (!text.empty() && !is_comment(text)) ||
      (!reach.empty() && reach != "exact" && reach != "subtree")) {
    items.push_back(not_a_name());
    return;
  }
  LineItem item = make_item(name);
  item.categories = categories;
  if (!reach.empty()) {
    item.reach = reach == "exact" ? Reach::Exact : Reach::Subtree;
  }
  items.push_back(item);
}

bool names_a_category(std::string_view text, const Taxonomy& taxonomy) {
  std::string_view rest = text;
  take_word(rest);
  const std::string_view categories = take_word(rest);
  return taxonomy.find(categories.substr(0, categories.find(','))) != nullptr;
}

}  // namespace

Expected<DomainName, SkipCause> parse_name(std::string_view text) {
  const auto name = DomainName::from_hostname(text);
  if (name) {
    return name->label_count() == 1
               ? Expected<DomainName, SkipCause>(Unexpected(SkipCause::SingleLabel))
               : Expected<DomainName, SkipCause>(*name);
  }
  const SkipCause cause = classify(text);
  const bool utf8 = std::ranges::any_of(text, [](char c) { return (c & 0x80) != 0; });
  if (cause != SkipCause::NotAName || !utf8) {
    return Unexpected(cause);
  }
  auto converted = parse_utf8_name(text);
  if (converted && converted->label_count() == 1) {
    return Unexpected(SkipCause::SingleLabel);
  }
  return converted;
}

void parse_line(ListFormat format, std::string_view line, std::vector<LineItem>& items) {
  items.clear();
  if (line.size() > kMaxLineBytes) {
    items.push_back({.name = Unexpected(SkipCause::LineTooLong), .reach = {}, .categories = {}});
    return;
  }
  const std::string_view text = trim(line);
  if (text.empty() || is_comment(text)) {
    return;
  }
  switch (format) {
    case ListFormat::Hosts:
      return parse_hosts_line(text, items);
    case ListFormat::Luytre:
      return parse_luytre_line(text, items);
    case ListFormat::Auto:
    case ListFormat::Ut1:
    case ListFormat::Names:
      return parse_names_line(text, items);
  }
}

ListFormat guess_format(const std::vector<std::string_view>& lines, const Taxonomy& taxonomy) {
  std::size_t hosts = 0;
  std::size_t own = 0;
  std::size_t all = 0;
  for (const std::string_view line : lines) {
    std::string_view rest = trim(line);
    if (rest.empty() || is_comment(rest)) {
      continue;
    }
    ++all;
    own += names_a_category(rest, taxonomy) ? 1 : 0;
    const std::string_view first = take_word(rest);
    hosts += !rest.empty() && is_address(first) ? 1 : 0;
  }
  if (2 * hosts > all) {
    return ListFormat::Hosts;
  }
  return 2 * own > all ? ListFormat::Luytre : ListFormat::Names;
}

}  // namespace luytre::categories
