// SPDX-License-Identifier: Apache-2.0
#include "http_framing.h"

#include <algorithm>

#include "http_text.h"
#include "text_view.h"

namespace luytre::dataplane {
namespace {

// 2^62 is more than anybody sends, and leaves room to add.
constexpr std::uint64_t kMaxLength = std::uint64_t{1} << 62U;
// Size and extensions of a chunk, and one field of a trailer: what servers take for a field line.
constexpr std::size_t kMaxChunkLineBytes = 4096;
constexpr std::size_t kMaxTrailerBytes = 16384;

constexpr int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// Digits of this base alone, at least one.
bool read_number(std::string_view digits, unsigned base, std::uint64_t& number) noexcept {
  number = 0;
  for (const char c : digits) {
    const int digit = hex_digit(c);
    if (digit < 0 || static_cast<unsigned>(digit) >= base || number > kMaxLength / base) {
      return false;
    }
    number = number * base + static_cast<unsigned>(digit);
  }
  return !digits.empty() && number <= kMaxLength;
}

Inspection found(Finding finding) noexcept {
  Inspection inspection;
  inspection.finding = finding;
  inspection.protocol = Protocol::Http;
  return inspection;
}

}  // namespace

void HttpFraming::add(std::string_view name, std::string_view value, bool folded) noexcept {
  const bool length = equals_ignoring_case(name, "content-length");
  const bool coding = equals_ignoring_case(name, "transfer-encoding");
  if (length) {
    add_length(value);
  } else if (coding) {
    add_coding(value);
  } else if (equals_ignoring_case(name, "upgrade")) {
    upgrades_ = true;
  }
  unclear_ = unclear_ || ((length || coding) && folded);
}

// A list of the same number is one number (RFC 9110 §8.6).
void HttpFraming::add_length(std::string_view value) noexcept {
  while (true) {
    const std::size_t comma = value.find(',');
    std::uint64_t number = 0;
    if (!read_number(trim_blanks(value.substr(0, comma)), 10, number) ||
        (has_length_ && number != length_)) {
      unclear_ = true;
      return;
    }
    has_length_ = true;
    length_ = number;
    if (comma == std::string_view::npos) {
      return;
    }
    value.remove_prefix(comma + 1);
  }
}

// Only the last coding frames the content, and only chunked does (RFC 9112 §6.1).
void HttpFraming::add_coding(std::string_view value) noexcept {
  const std::string_view last = trim_blanks(value.substr(value.rfind(',') + 1));
  unclear_ = unclear_ || has_coding_ || !equals_ignoring_case(last, "chunked");
  has_coding_ = true;
}

Inspection inspect_http_chunk(std::span<const std::uint8_t> stream) noexcept {
  const std::string_view text = text_view(stream).substr(0, kMaxChunkLineBytes);
  const std::size_t line_feed = text.find('\n');
  if (line_feed == std::string_view::npos) {
    return found(text.size() == kMaxChunkLineBytes ? Finding::Malformed : Finding::NeedMore);
  }
  // A line that ends without CR, and blanks around the size, are read in two ways by servers.
  if (line_feed == 0 || text[line_feed - 1] != '\r') {
    return found(Finding::Malformed);
  }
  const std::string_view line = text.substr(0, line_feed - 1);
  std::uint64_t size = 0;
  if (!read_number(line.substr(0, line.find(';')), 16, size) ||
      line.find('\r') != std::string_view::npos) {
    return found(Finding::Malformed);
  }
  Inspection inspection = found(Finding::Nothing);
  inspection.next = size == 0 ? Reader::HttpTrailer : Reader::HttpChunk;
  inspection.unit_bytes = line_feed + 1 + (size == 0 ? 0 : size + 2);
  return inspection;
}

Inspection inspect_http_trailer(std::span<const std::uint8_t> stream) noexcept {
  const std::string_view text = text_view(stream).substr(0, kMaxTrailerBytes);
  std::size_t at = 0;
  while (true) {
    const std::size_t line_feed = text.find('\n', at);
    if (line_feed == std::string_view::npos) {
      return found(text.size() == kMaxTrailerBytes ? Finding::Malformed : Finding::NeedMore);
    }
    const bool is_end = line_feed == at || (line_feed == at + 1 && text[at] == '\r');
    at = line_feed + 1;
    if (is_end) {
      break;
    }
  }
  Inspection inspection = found(Finding::Nothing);
  inspection.next = Reader::Http;
  inspection.unit_bytes = at;
  return inspection;
}

}  // namespace luytre::dataplane
