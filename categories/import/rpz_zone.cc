// SPDX-License-Identifier: Apache-2.0
#include "rpz_zone.h"

#include <algorithm>
#include <array>

#include "line_text.h"
#include "subject_text.h"

namespace luytre::categories {
namespace {

template <std::size_t kCount>
bool is_one_of(std::string_view word, const std::array<std::string_view, kCount>& words) noexcept {
  return std::ranges::any_of(words, [&](std::string_view one) { return same_word(word, one); });
}

// RFC 1035 §5.1: blanks separate, quotes keep them together, ';' begins a comment. Parentheses are
// words of their own.
void split_words(std::string_view line, std::vector<std::string_view>& words) {
  words.clear();
  std::size_t at = 0;
  while (at < line.size() && line[at] != ';') {
    if (kBlanks.find(line[at]) != std::string_view::npos) {
      ++at;
      continue;
    }
    std::size_t end = at + 1;
    if (line[at] == '"') {
      end = std::min(line.find('"', at + 1), line.size() - 1) + 1;
    } else if (line[at] != '(' && line[at] != ')') {
      end = std::min(line.find_first_of(" \t\r\v\f;()\"", at), line.size());
    }
    words.push_back(line.substr(at, end - at));
    at = end;
  }
}

// "3600", "1h30m"
bool is_ttl(std::string_view word) noexcept {
  return word.front() >= '0' && word.front() <= '9' &&
         word.find_first_not_of("0123456789smhdwSMHDW") == std::string_view::npos;
}

bool is_class(std::string_view word) noexcept {
  return is_one_of(word, std::array<std::string_view, 3>{"IN", "CH", "HS"});
}

using Said = Expected<Polarity, SkipCause>;

// What the record says about its trigger: Lists when it refuses, or why nothing.
Said judge_action(std::string_view type, std::string_view value) noexcept {
  if (same_word(type, "A") || same_word(type, "AAAA")) {
    if (!is_address(value)) {
      return Unexpected(SkipCause::NotAName);
    }
    return is_sinkhole(value) ? Said(Polarity::Lists) : Said(Unexpected(SkipCause::Address));
  }
  if (!same_word(type, "CNAME")) {
    return Unexpected(SkipCause::NotNameLevel);  // an answer of its own for one type only
  }
  if (value == "." || value == "*." || same_word(value, "rpz-drop.")) {
    return Polarity::Lists;
  }
  if (same_word(value, "rpz-passthru.")) {
    return Polarity::Withdraws;
  }
  const bool over_tcp = same_word(value, "rpz-tcp-only.");
  return Unexpected(over_tcp ? SkipCause::NotNameLevel : SkipCause::Address);
}

bool is_other_trigger(std::string_view trigger) noexcept {
  const std::size_t dot = trigger.rfind('.');
  constexpr std::array<std::string_view, 5> kKinds = {"rpz-ip", "rpz-client-ip", "rpz-nsdname",
                                                      "rpz-nsip", "rpz-client-name"};
  return is_one_of(trigger.substr(dot == std::string_view::npos ? 0 : dot + 1), kKinds);
}

LineItem parse_trigger(std::string_view trigger, Polarity polarity) {
  if (is_other_trigger(trigger)) {
    return skipped_item(SkipCause::NotNameLevel);
  }
  const bool below = trigger.starts_with("*.");
  return name_item(parse_name(trigger.substr(below ? 2 : 0)), below ? Reach::Subtree : Reach::Exact,
                   polarity);
}

}  // namespace

RpzZone::Owner RpzZone::resolve(std::string_view owner) const {
  if (owner == "@") {
    return origin_;
  }
  if (owner.ends_with('.')) {
    return {.text = std::string(owner.substr(0, owner.size() - 1)), .absolute = true};
  }
  Owner full{.text = std::string(owner), .absolute = origin_.absolute};
  if (!origin_.text.empty()) {
    full.text.append(".").append(origin_.text);
  }
  return full;
}

std::optional<std::string_view> RpzZone::trigger(const Owner& owner) const {
  const std::string_view text = owner.text;
  if (!owner.absolute) {
    return text;
  }
  if (!apex_ || text.size() < apex_->size() ||
      !same_word(text.substr(text.size() - apex_->size()), *apex_)) {
    return std::nullopt;
  }
  const std::string_view rest = text.substr(0, text.size() - apex_->size());
  if (rest.empty()) {
    return rest;
  }
  return rest.ends_with('.') ? std::optional(rest.substr(0, rest.size() - 1)) : std::nullopt;
}

void RpzZone::take_directive(std::vector<LineItem>& items) {
  if (same_word(words_[0], "$TTL")) {
    return;
  }
  if (!same_word(words_[0], "$ORIGIN") || words_.size() < 2) {
    items.push_back(skipped_item(SkipCause::NotNameLevel));  // more records, from elsewhere
    return;
  }
  origin_ = resolve(words_[1]);
  if (!apex_ && origin_.absolute && !origin_.text.empty()) {
    apex_ = origin_.text;
  }
}

bool RpzZone::continues_soa() {
  if (!in_soa_) {
    return false;
  }
  // A parenthesis that is never closed hides nothing: the first line that is no numbers ends it.
  const bool closes = words_.back() == ")";
  const bool numbers = std::all_of(words_.begin(), words_.end() - (closes ? 1 : 0), is_ttl);
  in_soa_ = numbers && !closes;
  return numbers;
}

void RpzZone::take_record(bool same_owner, std::vector<LineItem>& items) {
  std::size_t at = 0;
  if (!same_owner) {
    owner_ = resolve(words_[at++]);
  }
  if (!owner_) {
    items.push_back(skipped_item(SkipCause::NotAName));
    return;
  }
  while (at < words_.size() && (is_ttl(words_[at]) || is_class(words_[at]))) {
    ++at;
  }
  if (at + 1 >= words_.size()) {
    items.push_back(skipped_item(SkipCause::NotAName));
    return;
  }
  const std::string_view type = words_[at];
  if (same_word(type, "SOA")) {
    apex_ = owner_->absolute ? std::optional(owner_->text) : apex_;
    in_soa_ = std::ranges::count(words_, "(") > std::ranges::count(words_, ")");
    return;
  }
  constexpr std::array<std::string_view, 6> kUncounted = {"NS",    "RRSIG",  "NSEC",
                                                          "NSEC3", "DNSKEY", "ZONEMD"};
  const auto name = trigger(*owner_);
  if (is_one_of(type, kUncounted) || (name && name->empty())) {
    return;
  }
  if (!name) {
    items.push_back(skipped_item(SkipCause::NotAName));
    return;
  }
  const auto said = judge_action(type, words_[at + 1]);
  items.push_back(said ? parse_trigger(*name, *said) : skipped_item(said.error()));
}

void RpzZone::parse(std::string_view line, std::vector<LineItem>& items) {
  split_words(line, words_);
  if (words_.empty() || continues_soa()) {
    return;
  }
  if (words_[0].front() == '$') {
    take_directive(items);
  } else {
    take_record(kBlanks.find(line.front()) != std::string_view::npos, items);
  }
}

bool is_rpz_record(std::string_view text) noexcept {
  std::vector<std::string_view> words;
  split_words(text, words);
  const auto is_cname = [](std::string_view word) { return same_word(word, "CNAME"); };
  return words.size() >= 3 && std::ranges::any_of(words.begin() + 1, words.end() - 1, is_cname);
}

}  // namespace luytre::categories
