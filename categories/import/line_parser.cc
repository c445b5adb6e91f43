// SPDX-License-Identifier: Apache-2.0
#include "line_parser.h"

#include <string>

#include "adblock_line.h"
#include "dnsmasq_line.h"
#include "line_text.h"
#include "luytre_line.h"
#include "subject_text.h"
#include "unbound_line.h"
#include "v2fly_line.h"

namespace luytre::categories {
namespace {

bool is_comment(std::string_view text) noexcept {
  return text.front() == '#' || text.front() == '!';  // '!' as in filter syntaxes
}

void parse_names_line(std::string_view text, std::vector<LineItem>& items) {
  const std::string_view word = take_word(text);
  items.push_back(text.empty() || is_comment(text) ? parse_subject_field(word)
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
    items.push_back(sinkhole ? parse_name_field(word) : skipped_item(SkipCause::Address));
  }
}

}  // namespace

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
  // '#' and '!' may begin a rule or an exception in these.
  if (format == ListFormat::Adblock) {
    return parse_adblock_line(text, items);
  }
  if (format == ListFormat::Luytre) {
    return parse_luytre_line(text, items);
  }
  if (is_comment(text)) {
    return;
  }
  switch (format) {
    case ListFormat::Hosts:
      return parse_hosts_line(text, items);
    case ListFormat::Dnsmasq:
      return parse_dnsmasq_line(text, items);
    case ListFormat::Unbound:
      return parse_unbound_line(text, items);
    case ListFormat::V2fly:
      return parse_v2fly_line(text, items);
    case ListFormat::Luytre:
    case ListFormat::Adblock:
    case ListFormat::Rpz:
    case ListFormat::Csv:
    case ListFormat::Auto:
    case ListFormat::Ut1:
    case ListFormat::Labels:
    case ListFormat::LabelRegistry:
    case ListFormat::Names:
      return parse_names_line(text, items);
  }
}

}  // namespace luytre::categories
