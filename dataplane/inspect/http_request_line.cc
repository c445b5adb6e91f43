// SPDX-License-Identifier: Apache-2.0
#include "http_request_line.h"

#include <algorithm>
#include <array>

#include "http_text.h"

namespace luytre::dataplane {
namespace {

// The longest registered method has 17 characters (UPDATEREDIRECTREF, RFC 4437).
constexpr std::size_t kMaxMethodCharacters = 32;
constexpr std::string_view kBlanks = " \t";
constexpr std::string_view kVersionOne = "HTTP/1.";

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr bool is_alpha(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// tchar (RFC 9110 §5.6.2).
constexpr auto kIsTokenCharacter = [] {
  std::array<bool, 256> table{};
  for (std::size_t i = 0; i < table.size(); ++i) {
    const char c = static_cast<char>(i);
    table[i] = is_alpha(c) || is_digit(c) ||
               std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  }
  return table;
}();

constexpr bool is_token_character(char c) noexcept {
  return kIsTokenCharacter[static_cast<unsigned char>(c)];
}

// Offset behind the empty lines that may precede a request; NeedMore for a CR whose LF has not
// arrived.
Expected<std::size_t, Finding> skip_empty_lines(std::string_view head) noexcept {
  std::size_t at = 0;
  while (at < head.size() && (head[at] == '\r' || head[at] == '\n')) {
    if (head[at] == '\r') {
      if (at + 1 == head.size()) {
        return Unexpected(Finding::NeedMore);
      }
      if (head[at + 1] != '\n') {
        return Unexpected(Finding::NotThis);
      }
      ++at;
    }
    ++at;
  }
  return at;
}

// HTTP-version of a major version 1 (§2.3). "HTTP/2.0" stands in the preface of HTTP/2; RTSP and
// SIP have their own.
bool is_version_one(std::string_view word) noexcept {
  return word.starts_with(kVersionOne) && word.size() > kVersionOne.size() &&
         std::ranges::all_of(word.substr(kVersionOne.size()), is_digit);
}

// scheme ":" "//" (RFC 3986 §3.1); the offset behind it, or npos.
std::size_t end_of_scheme(std::string_view target) noexcept {
  constexpr std::string_view kSeparator = "://";
  const std::size_t colon = target.find(':');
  if (colon == std::string_view::npos || colon == 0 || !is_alpha(target.front()) ||
      !target.substr(colon).starts_with(kSeparator)) {
    return std::string_view::npos;
  }
  const auto is_scheme_character = [](char c) {
    return is_alpha(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
  };
  return std::ranges::all_of(target.substr(0, colon), is_scheme_character)
             ? colon + kSeparator.size()
             : std::string_view::npos;
}

}  // namespace

Expected<RequestLine, Finding> read_request_line(std::string_view head) noexcept {
  const auto begin = skip_empty_lines(head);
  if (!begin) {
    return Unexpected(begin.error());
  }
  std::string_view line = head.substr(*begin);
  const auto method_end = static_cast<std::size_t>(
      std::ranges::find_if_not(line.substr(0, kMaxMethodCharacters + 1), is_token_character) -
      line.begin());
  if (method_end > kMaxMethodCharacters) {
    return Unexpected(Finding::NotThis);
  }
  if (method_end == line.size()) {
    return Unexpected(Finding::NeedMore);
  }
  if (method_end == 0 || !is_blank(line[method_end])) {
    return Unexpected(Finding::NotThis);
  }
  const std::size_t line_feed = line.find('\n');
  // Servers refuse NUL in a request line; binary protocols that begin like a method have it early.
  if (line.substr(0, line_feed).find('\0') != std::string_view::npos) {
    return Unexpected(Finding::NotThis);
  }
  if (line_feed == std::string_view::npos) {
    return Unexpected(Finding::NeedMore);
  }
  line = line.substr(0, line_feed);
  if (line.ends_with('\r')) {
    line.remove_suffix(1);
  }
  // Split on runs of blanks, from both ends: servers differ in what they forgive in between (§3).
  const std::string_view words = trim_blanks(line.substr(method_end));
  const std::size_t version_at = words.find_last_of(kBlanks) + 1;  // 0 without a blank
  if (version_at == 0 || !is_version_one(words.substr(version_at))) {
    return Unexpected(Finding::NotThis);
  }
  return RequestLine{.method = line.substr(0, method_end),
                     .target = words.substr(0, words.find_first_of(kBlanks)),
                     .end = *begin + line_feed + 1};
}

std::string_view authority_of(const RequestLine& line) noexcept {
  if (line.method == "CONNECT") {
    return line.target;
  }
  const std::size_t begin = end_of_scheme(line.target);
  if (begin == std::string_view::npos) {
    return {};
  }
  std::string_view authority = line.target.substr(begin);
  authority = authority.substr(0, authority.find_first_of("/?#"));
  return authority.substr(authority.rfind('@') + 1);  // npos + 1 is 0: no userinfo
}

std::string_view path_of(const RequestLine& line) noexcept {
  if (line.method == "CONNECT") {
    return {};
  }
  std::string_view path = line.target.substr(0, line.target.find('#'));
  if (const std::size_t begin = end_of_scheme(path); begin != std::string_view::npos) {
    path.remove_prefix(std::min(path.find_first_of("/?", begin), path.size()));
  }
  return path;
}

}  // namespace luytre::dataplane
