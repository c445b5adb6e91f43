// SPDX-License-Identifier: Apache-2.0
#include "record_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>

#include "base/cursor.h"
#include "categories/ip_address.h"

namespace luytre::categories {
namespace {

// What the data of a type is made of: 'n' a name, '2' and '4' numbers of so many octets, 'a' an
// IPv4 and 'A' an IPv6 address. Those types whose names older servers may compress are here
// (RFC 3597 §4); names in the data of all others stand there whole.
struct Layout {
  std::uint16_t type;
  std::string_view word;
  std::string_view fields;
};
constexpr std::array<Layout, 9> kLayouts = {{{1, "A", "a"},
                                             {2, "NS", "n"},
                                             {5, "CNAME", "n"},
                                             {6, "SOA", "nn44444"},
                                             {12, "PTR", "n"},
                                             {15, "MX", "2n"},
                                             {28, "AAAA", "A"},
                                             {33, "SRV", "222n"},
                                             {39, "DNAME", "n"}}};

// Words for types whose data stays hexadecimal.
struct Word {
  std::uint16_t type;
  std::string_view word;
};
constexpr std::array<Word, 7> kWords = {{{16, "TXT"},
                                         {43, "DS"},
                                         {46, "RRSIG"},
                                         {47, "NSEC"},
                                         {48, "DNSKEY"},
                                         {50, "NSEC3"},
                                         {63, "ZONEMD"}}};

constexpr std::string_view kHexDigits = "0123456789abcdef";

bool is_plain(std::uint8_t octet) noexcept {
  return (octet >= 'a' && octet <= 'z') || (octet >= '0' && octet <= '9') || octet == '-' ||
         octet == '_' || octet == '*';
}

bool append_address(Cursor& cursor, bool v4, std::string& line) {
  const auto octets = cursor.bytes(v4 ? 4 : 16);
  if (!cursor.ok()) {
    return false;
  }
  line +=
      v4 ? IpAddress::v4(octets.first<4>()).to_text() : IpAddress::v6(octets.first<16>()).to_text();
  return true;
}

bool append_fields(std::span<const std::uint8_t> message, const WireRecord& record,
                   std::string_view fields, std::string& line) {
  // Cut at the data's end, so that nothing is read behind it; pointers lead back only.
  const std::span<const std::uint8_t> readable = message.first(record.rdata_end);
  std::size_t position = record.rdata_begin;
  for (const char field : fields) {
    line += ' ';
    if (field == 'n') {
      const auto name = read_name(readable, position);
      if (!name) {
        return false;
      }
      append_name(*name, line);
      continue;
    }
    Cursor cursor(readable.subspan(position));
    if (field == 'a' || field == 'A') {
      if (!append_address(cursor, field == 'a', line)) {
        return false;
      }
    } else {
      const std::uint32_t number = field == '2' ? cursor.u16() : cursor.u32();
      fmt::format_to(std::back_inserter(line), "{}", number);
    }
    if (!cursor.ok()) {
      return false;
    }
    position += cursor.position();
  }
  return position == record.rdata_end;
}

void append_hex(std::span<const std::uint8_t> rdata, std::string& line) {
  fmt::format_to(std::back_inserter(line), " \\# {}", rdata.size());
  line += rdata.empty() ? "" : " ";
  for (const std::uint8_t octet : rdata) {
    line += kHexDigits[octet >> 4U];
    line += kHexDigits[octet & 0x0fU];
  }
}

}  // namespace

void append_name(const DomainName& name, std::string& line) {
  std::span<const std::uint8_t> wire = name.wire();
  if (name.is_root()) {
    line += '.';
    return;
  }
  while (wire[0] != 0) {
    const std::size_t length = wire[0];
    for (const std::uint8_t octet : wire.subspan(1, length)) {
      if (is_plain(octet)) {
        line += static_cast<char>(octet);
      } else {
        fmt::format_to(std::back_inserter(line), "\\{:03}", octet);
      }
    }
    line += '.';
    wire = wire.subspan(1 + length);
  }
}

bool append_record(std::span<const std::uint8_t> message, const WireRecord& record,
                   std::string& line) {
  append_name(record.owner, line);
  line += ' ';
  const auto* layout = std::ranges::find(kLayouts, record.type, &Layout::type);
  if (layout != kLayouts.end()) {
    line += layout->word;
    return append_fields(message, record, layout->fields, line);
  }
  const auto* word = std::ranges::find(kWords, record.type, &Word::type);
  if (word != kWords.end()) {
    line += word->word;
  } else {
    fmt::format_to(std::back_inserter(line), "TYPE{}", record.type);
  }
  append_hex(message.subspan(record.rdata_begin, record.rdata_end - record.rdata_begin), line);
  return true;
}

std::optional<std::uint32_t> soa_serial(std::span<const std::uint8_t> message,
                                        const WireRecord& record) noexcept {
  const std::span<const std::uint8_t> readable = message.first(record.rdata_end);
  std::size_t position = record.rdata_begin;
  for (int i = 0; i < 2; ++i) {  // MNAME, RNAME
    if (!read_name(readable, position)) {
      return std::nullopt;
    }
  }
  Cursor cursor(readable.subspan(position));
  const std::uint32_t serial = cursor.u32();
  cursor.skip(16);  // REFRESH, RETRY, EXPIRE, MINIMUM
  return cursor.ok() && cursor.empty() ? std::optional(serial) : std::nullopt;
}

}  // namespace luytre::categories
