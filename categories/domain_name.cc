// SPDX-License-Identifier: Apache-2.0
#include "categories/domain_name.h"

#include <algorithm>

namespace luytre::categories {
namespace {

using Octet = std::uint8_t;

constexpr std::size_t kMaxHostnameCharacters =
    DomainName::kMaxWireBytes - 2;  // first length octet and root

constexpr Octet fold(Octet octet) noexcept {
  return octet >= 'A' && octet <= 'Z' ? static_cast<Octet>(octet | 0x20U) : octet;
}

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

// What a character of a host name becomes: itself in lower case, or 0 if it has no place in one
// (RFC 1123 §2.1, and the underscore, which real host names contain).
constexpr auto kHostnameFold = [] {
  std::array<Octet, 256> table{};
  for (std::size_t i = 0; i < table.size(); ++i) {
    const Octet c = fold(static_cast<Octet>(i));
    const bool allowed = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    table[i] = allowed ? c : Octet{0};
  }
  return table;
}();

// Folds the eight octets of a word at once. Length octets (at most 63) are below 'A' and stay.
constexpr std::uint64_t fold8(std::uint64_t octets) noexcept {
  constexpr std::uint64_t kOnes = 0x0101010101010101ULL;
  // Bit 7 of an octet of `seven + k` tells whether its low seven bits reach 128 - k; no octet
  // carries over.
  const std::uint64_t seven = octets & (0x7f * kOnes);
  const std::uint64_t from_a = seven + (128 - 'A') * kOnes;
  const std::uint64_t after_z = seven + (127 - 'Z') * kOnes;
  const std::uint64_t upper = (from_a ^ after_z) & ~octets & (0x80 * kOnes);
  return octets | upper >> 2U;  // 0x20 where upper has 0x80
}

void copy_folded8(Octet* target, const Octet* source) noexcept {
  std::uint64_t octets = 0;
  std::memcpy(&octets, source, sizeof octets);
  octets = fold8(octets);
  std::memcpy(target, &octets, sizeof octets);
}

void copy_folded(Octet* target, const Octet* source, std::size_t size) noexcept {
  if (size < 8) {
    for (std::size_t i = 0; i < size; ++i) {
      target[i] = fold(source[i]);
    }
    return;
  }
  for (std::size_t i = 0; i + 8 < size; i += 8) {
    copy_folded8(target + i, source + i);
  }
  copy_folded8(target + size - 8, source + size - 8);  // may fold some octets again: no harm
}

// "2001:db8::1" or "[2001:db8::1]", perhaps with a zone or an embedded IPv4 address; only to name
// the error.
bool looks_like_ipv6(std::string_view text) noexcept {
  if (!text.empty() && text.front() == '[') {
    return true;
  }
  text = text.substr(0, text.find('%'));
  const auto is_part = [](char c) {
    const char lower = static_cast<char>(fold(static_cast<Octet>(c)));
    return is_digit(c) || (lower >= 'a' && lower <= 'f') || c == ':' || c == '.';
  };
  return std::ranges::count(text, ':') >= 2 && std::ranges::all_of(text, is_part);
}

// One character of presentation form at `position`, which moves behind it. Negative: a bad escape.
int unescape(std::string_view text, std::size_t& position) noexcept {
  const char c = text[position++];
  if (c != '\\') {
    return static_cast<Octet>(c);
  }
  if (position == text.size()) {
    return -1;
  }
  if (!is_digit(text[position])) {
    return static_cast<Octet>(text[position++]);
  }
  if (text.size() - position < 3 || !is_digit(text[position + 1]) ||
      !is_digit(text[position + 2])) {
    return -1;
  }
  const int value =
      (text[position] - '0') * 100 + (text[position + 1] - '0') * 10 + (text[position + 2] - '0');
  position += 3;
  return value <= 255 ? value : -1;
}

void append_escaped(std::string& text, Octet octet) {
  if (octet == '.' || octet == '\\') {
    text += '\\';
    text += static_cast<char>(octet);
  } else if (octet > 0x20 && octet < 0x7f) {
    text += static_cast<char>(octet);
  } else {
    text += '\\';
    text += static_cast<char>('0' + octet / 100);
    text += static_cast<char>('0' + octet / 10 % 10);
    text += static_cast<char>('0' + octet % 10);
  }
}

}  // namespace

Expected<DomainName, NameError> DomainName::from_text(std::string_view text) noexcept {
  if (text.empty()) {
    return Unexpected(NameError::Empty);
  }
  DomainName name;
  if (text == ".") {
    return name;
  }
  std::size_t length_at = 0;  // of the label being read
  std::size_t end = 1;        // of what is written
  for (std::size_t position = 0; position < text.size();) {
    const bool dot = text[position] == '.';
    const int octet = unescape(text, position);
    if (octet < 0) {
      return Unexpected(NameError::BadEscape);
    }
    const std::size_t label_size = end - length_at - 1;
    if (dot && label_size == 0) {
      return Unexpected(NameError::EmptyLabel);
    }
    if (!dot && label_size == kMaxLabelBytes) {
      return Unexpected(NameError::LabelTooLong);
    }
    // The root label needs one more octet, which a closing dot already provides.
    if (end + (dot ? 0 : 1) >= kMaxWireBytes) {
      return Unexpected(NameError::NameTooLong);
    }
    if (dot) {
      name.wire_[length_at] = static_cast<Octet>(label_size);
      ++name.label_count_;
      length_at = end;
      name.wire_[end++] = 0;
    } else {
      name.wire_[end++] = fold(static_cast<Octet>(octet));
    }
  }
  if (const std::size_t label_size = end - length_at - 1; label_size > 0) {
    name.wire_[length_at] = static_cast<Octet>(label_size);
    ++name.label_count_;
    name.wire_[end++] = 0;
  }
  name.size_ = static_cast<Octet>(end);
  return name;
}

Expected<DomainName, NameError> DomainName::from_hostname(std::string_view text) noexcept {
  // As in from_wire(): built in place.
  Expected<DomainName, NameError> result;
  if (!text.empty() && text.back() == '.') {
    text.remove_suffix(1);
  }
  if (text.empty() || text.size() > kMaxHostnameCharacters) {
    result = Unexpected(text.empty() ? NameError::Empty : NameError::NameTooLong);
    return result;
  }
  DomainName& name = *result;
  // Character i of the text is octet i + 1 of the wire form: a dot's place is the next label's
  // length octet. The end of the text closes the last label as a dot would.
  std::size_t length_at = 0;
  for (std::size_t at = 1; at <= text.size() + 1; ++at) {
    const char c = at <= text.size() ? text[at - 1] : '.';
    const Octet folded = kHostnameFold[static_cast<Octet>(c)];
    if (folded != 0) {
      name.wire_[at] = folded;
      continue;
    }
    const std::size_t label_size = at - length_at - 1;
    if (c != '.') {
      result =
          Unexpected(looks_like_ipv6(text) ? NameError::IpAddress : NameError::InvalidCharacter);
      return result;
    }
    if (label_size == 0 || label_size > kMaxLabelBytes) {
      result = Unexpected(label_size == 0 ? NameError::EmptyLabel : NameError::LabelTooLong);
      return result;
    }
    name.wire_[length_at] = static_cast<Octet>(label_size);
    ++name.label_count_;
    length_at = at;
  }
  name.wire_[length_at] = 0;
  name.size_ = static_cast<Octet>(text.size() + 2);
  // RFC 3696 §2: a last label of digits alone is no top-level domain but the end of an IPv4
  // address.
  const std::size_t last_dot = text.rfind('.');
  if (std::ranges::all_of(text.substr(last_dot == std::string_view::npos ? 0 : last_dot + 1),
                          is_digit)) {
    result = Unexpected(NameError::IpAddress);
  }
  return result;
}

Expected<DomainName, NameError> DomainName::from_wire(
    std::span<const std::uint8_t> bytes) noexcept {
  // The result is built where the caller wants it: a DomainName is too large to be copied on the
  // way.
  Expected<DomainName, NameError> result;
  if (const auto read = result->assign_wire(bytes); !read) {
    result = Unexpected(read.error());
  }
  return result;
}

Expected<void, NameError> DomainName::assign_wire(std::span<const std::uint8_t> bytes) noexcept {
  std::size_t position = 0;
  std::uint8_t labels = 0;
  while (true) {
    if (position >= bytes.size()) {
      return Unexpected(NameError::Truncated);
    }
    const std::size_t label_size = bytes[position];
    if (label_size == 0) {
      break;
    }
    if (label_size > kMaxLabelBytes) {
      // 0xC0 marks a pointer (RFC 1035 §4.1.4); the other two patterns mean no label at all.
      return Unexpected(label_size >= 0xC0 ? NameError::Compressed : NameError::LabelTooLong);
    }
    position += 1 + label_size;
    if (position >= kMaxWireBytes) {
      return Unexpected(NameError::NameTooLong);
    }
    ++labels;
  }
  copy_folded(wire_.data(), bytes.data(), position + 1);
  size_ = static_cast<Octet>(position + 1);
  label_count_ = labels;
  return {};
}

std::string DomainName::to_text() const {
  if (is_root()) {
    return ".";
  }
  std::string text;
  text.reserve(size_);
  for (std::size_t at = 0; wire_[at] != 0; at += 1U + wire_[at]) {
    if (at != 0) {
      text += '.';
    }
    for (std::size_t i = 1; i <= wire_[at]; ++i) {
      append_escaped(text, wire_[at + i]);
    }
  }
  return text;
}

DomainName DomainName::parent(std::uint8_t count) const noexcept {
  if (count >= label_count_) {
    return {};
  }
  std::size_t at = 0;
  for (std::uint8_t i = 0; i < count; ++i) {
    at += 1U + wire_[at];
  }
  DomainName name;
  name.size_ = static_cast<Octet>(size_ - at);
  name.label_count_ = static_cast<Octet>(label_count_ - count);
  std::memcpy(name.wire_.data(), wire_.data() + at, name.size_);
  return name;
}

bool DomainName::is_within(const DomainName& ancestor) const noexcept {
  if (ancestor.label_count_ > label_count_ || ancestor.size_ > size_) {
    return false;
  }
  std::size_t at = 0;
  for (std::uint8_t i = ancestor.label_count_; i < label_count_; ++i) {
    at += 1U + wire_[at];
  }
  return size_ - at == ancestor.size_ &&
         std::memcmp(wire_.data() + at, ancestor.wire_.data(), ancestor.size_) == 0;
}

std::uint8_t DomainName::label_offsets(std::span<std::uint8_t, kMaxLabels> offsets) const noexcept {
  std::size_t at = 0;
  for (std::uint8_t i = 0; i < label_count_; ++i) {
    offsets[i] = static_cast<Octet>(at);
    at += 1U + wire_[at];
  }
  return label_count_;
}

bool operator<(const DomainName& a, const DomainName& b) noexcept {
  std::array<std::uint8_t, DomainName::kMaxLabels> a_offsets;
  std::array<std::uint8_t, DomainName::kMaxLabels> b_offsets;
  std::size_t i = a.label_offsets(a_offsets);
  std::size_t j = b.label_offsets(b_offsets);
  while (i > 0 && j > 0) {
    const Octet* a_label = a.wire_.data() + a_offsets[--i];
    const Octet* b_label = b.wire_.data() + b_offsets[--j];
    const int order = std::memcmp(a_label + 1, b_label + 1, std::min(*a_label, *b_label));
    if (order != 0 || *a_label != *b_label) {
      return order != 0 ? order < 0 : *a_label < *b_label;
    }
  }
  return i < j;
}

std::string_view describe(NameError error) noexcept {
  switch (error) {
    case NameError::Empty:
      return "no label";
    case NameError::EmptyLabel:
      return "empty label";
    case NameError::LabelTooLong:
      return "label over 63 octets";
    case NameError::NameTooLong:
      return "name over 255 octets";
    case NameError::InvalidCharacter:
      return "character that no host name has";
    case NameError::BadEscape:
      return "backslash without \\DDD or \\X";
    case NameError::Truncated:
      return "name without its end";
    case NameError::Compressed:
      return "compression pointer";
    case NameError::IpAddress:
      return "address instead of a name";
  }
  return "unknown";
}

}  // namespace luytre::categories
