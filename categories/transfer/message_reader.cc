// SPDX-License-Identifier: Apache-2.0
#include "message_reader.h"

#include <algorithm>
#include <array>

#include "base/byte_order.h"
#include "base/cursor.h"

namespace luytre::categories {

Expected<DomainName, ParseError> read_name(std::span<const std::uint8_t> message,
                                           std::size_t& position) noexcept {
  std::array<std::uint8_t, DomainName::kMaxWireBytes> wire{};
  std::size_t size = 0;
  std::size_t at = position;
  std::size_t labels_begin = position;  // of the labels being read: a pointer leads before them
  bool jumped = false;
  while (true) {
    if (at >= message.size()) {
      return Unexpected(ParseError::Truncated);
    }
    const std::uint8_t length = message[at];
    if ((length & 0xc0U) == 0xc0U) {
      if (message.size() - at < 2) {
        return Unexpected(ParseError::Truncated);
      }
      const std::size_t target = load_be16(&message[at]) & 0x3fffU;
      if (target >= labels_begin || target < kMessageHeaderBytes) {
        return Unexpected(ParseError::Malformed);
      }
      position = jumped ? position : at + 2;
      jumped = true;
      labels_begin = target;
      at = target;
      continue;
    }
    const std::size_t octets = std::size_t{1} + length;
    if (length > DomainName::kMaxLabelBytes || size + octets > wire.size()) {
      return Unexpected(ParseError::Malformed);
    }
    if (message.size() - at < octets) {
      return Unexpected(ParseError::Truncated);
    }
    std::copy_n(message.begin() + static_cast<std::ptrdiff_t>(at), octets,
                wire.begin() + static_cast<std::ptrdiff_t>(size));
    size += octets;
    at += octets;
    if (length == 0) {
      position = jumped ? position : at;
      const auto name = DomainName::from_wire(std::span(wire).first(size));
      return name ? Expected<DomainName, ParseError>(*name) : Unexpected(ParseError::Malformed);
    }
  }
}

Expected<MessageHeader, ParseError> MessageReader::header() noexcept {
  Cursor cursor(message_);
  const MessageHeader header{.id = cursor.u16(),
                             .flags = cursor.u16(),
                             .questions = cursor.u16(),
                             .answers = cursor.u16(),
                             .authorities = cursor.u16(),
                             .additionals = cursor.u16()};
  if (!cursor.ok()) {
    return Unexpected(ParseError::Truncated);
  }
  position_ = cursor.position();
  return header;
}

Expected<MessageQuestion, ParseError> MessageReader::question() noexcept {
  const auto name = read_name(message_, position_);
  if (!name) {
    return Unexpected(name.error());
  }
  Cursor cursor(message_.subspan(position_));
  const MessageQuestion question{.name = *name, .type = cursor.u16(), .rr_class = cursor.u16()};
  if (!cursor.ok()) {
    return Unexpected(ParseError::Truncated);
  }
  position_ += cursor.position();
  return question;
}

Expected<WireRecord, ParseError> MessageReader::record() noexcept {
  WireRecord record{.owner = {}, .begin = position_};
  const auto owner = read_name(message_, position_);
  if (!owner) {
    return Unexpected(owner.error());
  }
  record.owner = *owner;
  Cursor cursor(message_.subspan(position_));
  record.type = cursor.u16();
  record.rr_class = cursor.u16();
  record.ttl = cursor.u32();
  const std::uint16_t rdata_size = cursor.u16();
  record.rdata_begin = position_ + cursor.position();
  cursor.skip(rdata_size);
  if (!cursor.ok()) {
    return Unexpected(ParseError::Truncated);
  }
  position_ += cursor.position();
  record.rdata_end = position_;
  return record;
}

}  // namespace luytre::categories
