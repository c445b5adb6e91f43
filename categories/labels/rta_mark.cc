// SPDX-License-Identifier: Apache-2.0
#include "rta_mark.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace luytre::categories {
namespace {

constexpr std::string_view kBlanks = " \t\r\n\f";

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool same(std::string_view a, std::string_view b) noexcept {
  return std::ranges::equal(a, b, {}, lower, lower);
}

bool starts_with(std::string_view text, std::string_view word) noexcept {
  return same(text.substr(0, word.size()), word);
}

std::string_view trim(std::string_view text) noexcept {
  const std::size_t begin = text.find_first_not_of(kBlanks);
  return begin == std::string_view::npos
             ? std::string_view()
             : text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

bool is_mark(std::string_view value) noexcept { return same(trim(value), kRtaMark); }

// The attributes of a tag whose name is read already, up to its end (HTML, 13.2.5.32 and on).
class Attributes {
 public:
  explicit Attributes(std::string_view& rest) noexcept : rest_(rest) {}

  std::string_view name;
  std::string_view value;

  // False behind the last one; the rest then begins behind the tag.
  bool next() noexcept {
    constexpr std::string_view kBetween = " \t\r\n\f/";
    rest_.remove_prefix(std::min(rest_.find_first_not_of(kBetween), rest_.size()));
    if (rest_.empty() || rest_.front() == '>') {
      rest_.remove_prefix(rest_.empty() ? 0 : 1);
      return false;
    }
    // A sign of equality in front belongs to the name.
    name = take(std::min(rest_.find_first_of(" \t\r\n\f/>=", 1), rest_.size()));
    value = {};
    std::string_view behind = rest_;
    behind.remove_prefix(std::min(behind.find_first_not_of(kBlanks), behind.size()));
    if (behind.starts_with('=')) {
      behind.remove_prefix(1);
      behind.remove_prefix(std::min(behind.find_first_not_of(kBlanks), behind.size()));
      rest_ = behind;
      take_value();
    }
    return true;
  }

 private:
  std::string_view take(std::size_t size) noexcept {
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  void take_value() noexcept {
    if (rest_.starts_with('"') || rest_.starts_with('\'')) {
      const std::size_t end = std::min(rest_.find(rest_.front(), 1), rest_.size());
      value = take(end).substr(1);
      rest_.remove_prefix(rest_.empty() ? 0 : 1);
    } else {
      value = take(std::min(rest_.find_first_of(" \t\r\n\f>"), rest_.size()));
    }
  }

  std::string_view& rest_;
};

void skip_behind(std::string_view& rest, std::string_view end) noexcept {
  const std::size_t at = rest.find(end);
  rest.remove_prefix(at == std::string_view::npos ? rest.size() : at + end.size());
}

// Content that is text whatever it looks like, up to the tag that closes it.
void skip_raw_text(std::string_view& rest, std::string_view name) noexcept {
  while (!rest.empty()) {
    skip_behind(rest, "</");
    if (starts_with(rest, name)) {
      return;
    }
  }
}

std::string_view take_name(std::string_view& rest) noexcept {
  const std::size_t end = std::min(rest.find_first_of(" \t\r\n\f/>"), rest.size());
  const std::string_view name = rest.substr(0, end);
  rest.remove_prefix(end);
  return name;
}

}  // namespace

bool has_rta_meta(std::string_view html) noexcept {
  constexpr std::array<std::string_view, 7> kRawText = {"script", "style",    "title", "textarea",
                                                        "xmp",    "noframes", "iframe"};
  std::string_view rest = html;
  while (true) {
    skip_behind(rest, "<");
    if (rest.empty()) {
      return false;
    }
    if (rest.starts_with("!--")) {
      rest.remove_prefix(1);  // "<!-->" is a whole comment
      skip_behind(rest, "-->");
      continue;
    }
    const std::string_view name = take_name(rest);
    bool is_rating = false;
    bool has_mark = false;
    for (Attributes attribute(rest); attribute.next();) {
      const bool names = same(attribute.name, "name") || same(attribute.name, "http-equiv");
      is_rating = is_rating || (names && same(trim(attribute.value), "rating"));
      has_mark = has_mark || (same(attribute.name, "content") && is_mark(attribute.value));
    }
    if (same(name, "meta") && is_rating && has_mark) {
      return true;
    }
    for (const std::string_view raw : kRawText) {
      if (same(name, raw)) {
        skip_raw_text(rest, raw);
      }
    }
  }
}

bool has_rta_header(std::string_view fields) noexcept {
  while (!fields.empty()) {
    const std::size_t end = std::min(fields.find('\n'), fields.size());
    const std::string_view line = fields.substr(0, end);
    fields.remove_prefix(std::min(end + 1, fields.size()));
    const std::size_t colon = line.find(':');
    if (colon != std::string_view::npos && same(line.substr(0, colon), "rating") &&
        is_mark(line.substr(colon + 1))) {
      return true;
    }
  }
  return false;
}

}  // namespace luytre::categories
