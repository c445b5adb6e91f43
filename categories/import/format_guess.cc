// SPDX-License-Identifier: Apache-2.0
#include "format_guess.h"

#include <array>
#include <cstddef>

#include "adblock_line.h"
#include "csv_rows.h"
#include "dnsmasq_line.h"
#include "line_text.h"
#include "rpz_zone.h"
#include "unbound_line.h"
#include "v2fly_line.h"

namespace luytre::categories {
namespace {

bool names_a_category(std::string_view text, const Taxonomy& taxonomy) {
  std::string_view rest = text;
  take_until(rest, '\t');
  std::string_view categories = trim(take_until(rest, '\t'));
  return categories == kAllCategories || taxonomy.find(take_until(categories, ',')) != nullptr;
}

bool is_hosts_line(std::string_view text) noexcept {
  const std::string_view first = take_word(text);
  return !text.empty() && is_address(first);
}

// '!' begins a comment of filter lists and an exception of our own format.
bool is_comment(std::string_view text) noexcept {
  return text.front() == '#' || text.front() == ';' ||
         (text.front() == '!' && !text.contains('\t'));
}

}  // namespace

ListFormat guess_format(const std::vector<std::string_view>& lines, const Taxonomy& taxonomy) {
  struct Candidate {
    ListFormat format;
    std::size_t lines = 0;
  };
  std::array<Candidate, 6> candidates{{{ListFormat::Hosts},
                                       {ListFormat::Luytre},
                                       {ListFormat::Adblock},
                                       {ListFormat::Dnsmasq},
                                       {ListFormat::Rpz},
                                       {ListFormat::Unbound}}};
  std::size_t all = 0;
  bool v2fly = false;
  for (const std::string_view line : lines) {
    const std::string_view text = trim(line);
    if (text.empty() || is_comment(text)) {
      continue;
    }
    if (all++ == 0 && is_adblock_header(text)) {
      return ListFormat::Adblock;
    }
    if (all == 1 && is_csv_header(text)) {
      return ListFormat::Csv;
    }
    candidates[0].lines += is_hosts_line(text) ? 1 : 0;
    candidates[1].lines += names_a_category(text, taxonomy) ? 1 : 0;
    candidates[2].lines += text.starts_with("||") || text.starts_with("@@||") ? 1 : 0;
    candidates[3].lines += is_dnsmasq_listing(text) ? 1 : 0;
    candidates[4].lines += is_rpz_record(text) ? 1 : 0;
    candidates[5].lines += is_unbound_listing(text) ? 1 : 0;
    v2fly = v2fly || is_v2fly_rule(text);
  }
  for (const Candidate& candidate : candidates) {
    if (2 * candidate.lines > all) {
      return candidate.format;
    }
  }
  // Its bare names look like any list's; one rule of its own tells.
  return v2fly ? ListFormat::V2fly : ListFormat::Names;
}

}  // namespace luytre::categories
