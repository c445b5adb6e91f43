// SPDX-License-Identifier: Apache-2.0
#include "dnsmasq_line.h"

#include <algorithm>

#include "line_text.h"
#include "subject_text.h"

namespace luytre::categories {
namespace {

struct Setting {
  std::string_view key;
  std::string_view value;
};

Setting split(std::string_view text) noexcept {
  std::string_view rest = text;
  const std::string_view key = take_until(rest, '=');
  // A '#' behind a blank begins a comment; one behind a slash is a target.
  for (std::size_t at = rest.find('#'); at != std::string_view::npos; at = rest.find('#', at + 1)) {
    if (at > 0 && kBlanks.find(rest[at - 1]) != std::string_view::npos) {
      rest = rest.substr(0, at);
      break;
    }
  }
  return {.key = trim(key), .value = trim(rest)};
}

bool lists_names(const Setting& setting) noexcept {
  return (setting.key == "address" || setting.key == "server" || setting.key == "local") &&
         setting.value.starts_with('/');
}

// What the setting says about its names: Lists when it refuses them, or why nothing.
Expected<Polarity, SkipCause> judge_target(const Setting& setting,
                                           std::string_view target) noexcept {
  if (target.empty()) {
    return Polarity::Lists;
  }
  if (setting.key == "address") {
    return target == "#" || is_sinkhole(target)
               ? Expected<Polarity, SkipCause>(Polarity::Lists)
               : Expected<Polarity, SkipCause>(Unexpected(SkipCause::Address));
  }
  return target == "#" ? Expected<Polarity, SkipCause>(Polarity::Withdraws)
                       : Expected<Polarity, SkipCause>(Unexpected(SkipCause::Address));
}

LineItem parse_listed(std::string_view name, Polarity polarity) {
  if (name == "#" || name.find('*') != std::string_view::npos) {
    return skipped_item(SkipCause::NotNameLevel);  // every name, or a pattern of names
  }
  if (name.starts_with('.')) {
    name.remove_prefix(1);  // old spelling of the same
  }
  return name_item(parse_name(name), Reach::Subtree, polarity);
}

}  // namespace

bool is_dnsmasq_listing(std::string_view text) noexcept { return lists_names(split(text)); }

void parse_dnsmasq_line(std::string_view text, std::vector<LineItem>& items) {
  if (text.front() == '#') {
    return;
  }
  const Setting setting = split(text);
  const std::size_t close = setting.value.rfind('/');
  if (!lists_names(setting) || close < 2) {
    items.push_back(skipped_item(SkipCause::NotAName));
    return;
  }
  const auto said = judge_target(setting, setting.value.substr(close + 1));
  std::string_view names = setting.value.substr(1, close - 1);
  while (!names.empty()) {
    const std::string_view name = take_until(names, '/');
    items.push_back(said ? parse_listed(name, *said) : skipped_item(said.error()));
  }
}

}  // namespace luytre::categories
