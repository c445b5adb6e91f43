// SPDX-License-Identifier: Apache-2.0
#include "transfer_stream.h"

#include "record_text.h"
#include "zone_serial.h"

namespace luytre::categories {

bool TransferStream::is_news() const noexcept {
  // Serials without an order (RFC 1982 §3.2) are different versions: better one transfer too many.
  return !have_ || (version_.serial != *have_ && !is_after(*have_, version_.serial));
}

TransferStream::Step TransferStream::check(const MessageHeader& header, MessageReader& reader) {
  if (header.id != query_.id || !header.is_response() || header.opcode() != 0 ||
      header.questions > 1) {
    return Unexpected(StreamFault::OtherAnswer);
  }
  rcode_ = header.rcode();
  if (rcode_ != 0) {
    return Unexpected(StreamFault::Rcode);
  }
  if (header.is_truncated()) {
    return Unexpected(StreamFault::Malformed);
  }
  // RFC 5936 §2.2.1: only the first message must repeat the question.
  if (header.questions == 0) {
    return first_message_ ? Step(Unexpected(StreamFault::OtherAnswer)) : Step();
  }
  const auto question = reader.question();
  if (!question) {
    return Unexpected(StreamFault::Malformed);
  }
  const bool ours = question->name == query_.zone && question->type == query_.type() &&
                    question->rr_class == kClassIn;
  return ours ? Step() : Unexpected(StreamFault::OtherAnswer);
}

Expected<bool, StreamFault> TransferStream::take(std::span<const std::uint8_t> message) {
  MessageReader reader(message);
  const auto header = reader.header();
  if (!header) {
    return Unexpected(StreamFault::Malformed);
  }
  if (const Step checked = check(*header, reader); !checked) {
    return Unexpected(checked.error());
  }
  for (std::uint16_t i = 0; i < header->answers; ++i) {
    const auto record = reader.record();
    if (!record) {
      return Unexpected(StreamFault::Malformed);
    }
    if (const Step taken = take(message, *record); !taken) {
      return Unexpected(taken.error());
    }
    if (place_ == Place::Done && way_ == Way::Unchanged) {
      return true;  // what follows is the zone that we have
    }
  }
  if (place_ == Place::Begin) {
    return Unexpected(StreamFault::NoAnswer);
  }
  first_message_ = false;
  return place_ == Place::Done;
}

TransferStream::Step TransferStream::take(std::span<const std::uint8_t> message,
                                          const WireRecord& record) {
  if (record.rr_class != kClassIn || !record.owner.is_within(query_.zone)) {
    return Unexpected(StreamFault::OutOfZone);
  }
  line_.clear();
  if (!append_record(message, record, line_)) {
    return Unexpected(StreamFault::Malformed);
  }
  text_bytes_ += line_.size() + 1;
  if (++records_ > kMaxRecords || text_bytes_ > kMaxTextBytes) {
    return Unexpected(StreamFault::TooLarge);
  }
  if (record.type != rr_type::kSoa) {
    return take_other(line_);
  }
  const auto serial = soa_serial(message, record);
  if (!serial) {
    return Unexpected(StreamFault::Malformed);
  }
  if (!(record.owner == query_.zone)) {
    return Unexpected(StreamFault::OutOfOrder);  // a zone has one SOA, at its apex
  }
  return take_soa(*serial, line_);
}

TransferStream::Step TransferStream::begin(std::uint32_t serial, std::string_view line) {
  version_ = {.serial = serial, .soa = std::string(line)};
  place_ = is_news() ? Place::Second : Place::Done;
  return {};
}

TransferStream::Step TransferStream::take_soa(std::uint32_t serial, std::string_view line) {
  switch (place_) {
    case Place::Begin:
      return begin(serial, line);
    case Place::Second:
      if (query_.since && serial == *query_.since && serial != version_.serial) {
        way_ = Way::Changes;
        step_ = serial;
        place_ = Place::Removed;
        return {};
      }
      way_ = Way::Whole;  // a zone of nothing but its SOA
      [[fallthrough]];
    case Place::Whole:
      place_ = Place::Done;
      return line == version_.soa ? Step() : Unexpected(StreamFault::OutOfOrder);
    case Place::Removed:
      // Each step leads forward and none beyond the version that the stream began with.
      if (!is_after(serial, step_) || is_after(serial, version_.serial)) {
        return Unexpected(StreamFault::OutOfOrder);
      }
      step_ = serial;
      place_ = Place::Added;
      return {};
    case Place::Added:
      // Either the next step begins where this one ended, or this was the last.
      place_ = step_ == version_.serial ? Place::Done : Place::Removed;
      return serial == step_ ? Step() : Unexpected(StreamFault::OutOfOrder);
    case Place::Done:
      break;
  }
  return Unexpected(StreamFault::OutOfOrder);
}

TransferStream::Step TransferStream::take_other(const std::string& line) {
  switch (place_) {
    case Place::Begin:
      return Unexpected(StreamFault::NoAnswer);
    case Place::Second:
      way_ = Way::Whole;
      place_ = Place::Whole;
      [[fallthrough]];
    case Place::Whole:
      lines_.add(line);
      return {};
    case Place::Removed:
    case Place::Added:
      if (!(place_ == Place::Removed ? delta_.remove(line) : delta_.add(line))) {
        return Unexpected(StreamFault::Contradicts);
      }
      return delta_.size() <= kMaxDeltaRecords ? Step() : Unexpected(StreamFault::LongDelta);
    case Place::Done:
      break;
  }
  return Unexpected(StreamFault::OutOfOrder);
}

std::string_view describe(StreamFault fault) noexcept {
  switch (fault) {
    case StreamFault::Malformed:
      return "a message that is no valid DNS message";
    case StreamFault::OtherAnswer:
      return "an answer to another question";
    case StreamFault::Rcode:
      return "a refusal";
    case StreamFault::NoAnswer:
      return "an answer that does not begin with the zone's SOA record";
    case StreamFault::OutOfZone:
      return "a record of another zone";
    case StreamFault::OutOfOrder:
      return "SOA records out of order";
    case StreamFault::TooLarge:
      return "more than 64 million records or 2 GiB of text";
    case StreamFault::Contradicts:
      return "changes that contradict each other";
    case StreamFault::LongDelta:
      return "more than a million changes";
  }
  return "an unknown fault";
}

}  // namespace luytre::categories
