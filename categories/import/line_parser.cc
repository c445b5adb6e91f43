// SPDX-License-Identifier: Apache-2.0
#include "line_parser.h"

#include <idn2.h>

#include <algorithm>
#include <memory>
#include <string>

#include "adblock_line.h"
#include "dnsmasq_line.h"
#include "line_text.h"

namespace luytre::categories {
namespace {

bool is_comment(std::string_view text) noexcept {
  return text.front() == '#' || text.front() == '!';  // '!' as in filter syntaxes
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

void parse_names_line(std::string_view text, std::vector<LineItem>& items) {
  const std::string_view word = take_word(text);
  items.push_back(text.empty() || is_comment(text) ? parse_names_field(word)
                                                   : skipped_item(SkipCause::NotAName));
}

void parse_hosts_line(std::string_view text, std::vector<LineItem>& items) {
  const std::string_view address = take_word(text);
  if (!is_address(address) || text.empty() || is_comment(text)) {
    items.push_back(skipped_item(SkipCause::NotAName));
    return;
  }
  // Another address is a redirection (a forced safe search, a local server), not a listing.
  const bool sinkhole = is_sinkhole(address);
  while (!text.empty() && !is_comment(text)) {
    const std::string_view word = take_word(text);
    items.push_back(sinkhole ? parse_names_field(word) : skipped_item(SkipCause::Address));
  }
}

void parse_luytre_line(std::string_view text, std::vector<LineItem>& items) {
  const std::string_view name = take_word(text);
  const std::string_view categories = take_word(text);
  const std::string_view reach = text.empty() || is_comment(text) ? "" : take_word(text);
  if (categories.empty() || is_comment(categories) || (!text.empty() && !is_comment(text)) ||
      (!reach.empty() && reach != "exact" && reach != "subtree")) {
    items.push_back(skipped_item(SkipCause::NotAName));
    return;
  }
  LineItem item = parse_names_field(name);
  item.categories = categories;
  if (!reach.empty()) {
    item.reach = reach == "exact" ? Reach::Exact : Reach::Subtree;
  }
  items.push_back(item);
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

LineItem parse_names_field(std::string_view text) {
  const std::optional<Reach> reach = take_wildcard(text);
  return {.name = parse_name(text), .reach = reach, .categories = {}};
}

void parse_line(ListFormat format, std::string_view line, std::vector<LineItem>& items) {
  items.clear();
  if (line.size() > kMaxLineBytes) {
    items.push_back(skipped_item(SkipCause::LineTooLong));
    return;
  }
  const std::string_view text = trim(line);
  if (text.empty()) {
    return;
  }
  if (format == ListFormat::Adblock) {
    return parse_adblock_line(text, items);  // '#' may begin a rule in it
  }
  if (is_comment(text)) {
    return;
  }
  switch (format) {
    case ListFormat::Hosts:
      return parse_hosts_line(text, items);
    case ListFormat::Luytre:
      return parse_luytre_line(text, items);
    case ListFormat::Dnsmasq:
      return parse_dnsmasq_line(text, items);
    case ListFormat::Adblock:
    case ListFormat::Rpz:
    case ListFormat::Csv:
    case ListFormat::Auto:
    case ListFormat::Ut1:
    case ListFormat::Names:
      return parse_names_line(text, items);
  }
}

}  // namespace luytre::categories
