// SPDX-License-Identifier: Apache-2.0
#include "dns/wire/query.h"

#include "base/cursor.h"

namespace luytre::dns {
namespace {

// The second word of the header (RFC 1035 §4.1.1; CD: RFC 4035 §3.1.6).
constexpr unsigned kQr = 0x8000;
constexpr unsigned kOpcodeShift = 11;
constexpr unsigned kOpcodeMask = 0xf;
constexpr unsigned kRd = 0x0100;
constexpr unsigned kCd = 0x0010;

constexpr std::uint8_t kOpcodeQuery = 0;
constexpr std::size_t kMaxLabelBytes = categories::DomainName::kMaxLabelBytes;
constexpr std::size_t kRootBytes = 1;

// Name of a record that nobody judges: stepped over, a compression pointer ends it (RFC 1035
// §4.1.4). Returns the octets that it takes in the message, 0 if it is broken.
std::size_t skip_name(Cursor& message) noexcept {
  const std::size_t begin = message.position();
  while (true) {
    const std::size_t length = message.u8();
    if (length > kMaxLabelBytes) {
      // 0xC0 marks a pointer; 0x40 and 0x80 mean nothing (RFC 6891 §5).
      if (length < 0xC0) {
        return 0;
      }
      message.skip(1);
    } else if (length > 0) {
      message.skip(length);
    }
    const std::size_t size = message.position() - begin;
    if (!message.ok() || size > categories::DomainName::kMaxWireBytes) {
      return 0;
    }
    if (length == 0 || length > kMaxLabelBytes) {
      return size;
    }
  }
}

bool options_fit(Cursor options) noexcept {
  while (!options.empty()) {
    options.skip(2);  // OPTION-CODE
    options.skip(options.u16());
  }
  return options.ok();
}

// Field by field: clearing the name too would cost more than the rest of the parser.
void reset_all_but_name(Query& query) noexcept {
  query.id = 0;
  query.opcode = 0;
  query.recursion_desired = false;
  query.checking_disabled = false;
  query.question_wire = {};
  query.qtype = 0;
  query.qclass = 0;
  query.edns.reset();
}

// QNAME must be uncompressed: the only thing before it that a pointer could mean is the header.
bool read_question(Cursor& message, Query& query) noexcept {
  const auto question = message.rest();
  if (!query.qname.assign_wire(question)) {
    return false;
  }
  const std::size_t qname_bytes = query.qname.wire().size();
  message.skip(qname_bytes);
  query.qtype = message.u16();
  query.qclass = message.u16();
  if (!message.ok()) {
    return false;
  }
  query.question_wire = question.first(qname_bytes + 4);
  return true;
}

enum class Section : std::uint8_t { AnswerOrAuthority, Additional };

// One record after the question; only an OPT is looked into (RFC 6891 §6.1.2).
bool read_record(Cursor& message, Section section, Query& query) noexcept {
  const std::size_t owner_bytes = skip_name(message);
  const std::uint16_t type = message.u16();
  const std::uint16_t rr_class = message.u16();
  const std::uint32_t ttl = message.u32();
  const Cursor rdata = message.sub(message.u16());
  if (owner_bytes == 0 || !message.ok()) {
    return false;
  }
  if (type != qtype::kOpt) {
    return true;
  }
  // "If a query message with more than one OPT RR is received, a FORMERR MUST be returned"
  // (§6.1.1), and the root is the only owner that an OPT may have.
  if (section != Section::Additional || owner_bytes != kRootBytes || query.edns ||
      !options_fit(rdata)) {
    return false;
  }
  query.edns = Edns{.udp_payload_size = rr_class,
                    .version = static_cast<std::uint8_t>(ttl >> 16U),
                    .dnssec_ok = (ttl & 0x8000U) != 0};
  return true;
}

QueryForm read_message(std::span<const std::uint8_t> message, Query& query) noexcept {
  Cursor cursor(message);
  query.id = cursor.u16();
  const unsigned flags = cursor.u16();
  const std::uint16_t questions = cursor.u16();
  // A query may carry records in any section: IXFR has its SOA in the authority section (RFC 1995
  // §3).
  const unsigned answers_and_authorities = 0U + cursor.u16() + cursor.u16();
  const unsigned additionals = cursor.u16();
  if (!cursor.ok()) {
    return QueryForm::NotDns;
  }
  query.opcode = static_cast<std::uint8_t>(flags >> kOpcodeShift & kOpcodeMask);
  query.recursion_desired = (flags & kRd) != 0;
  query.checking_disabled = (flags & kCd) != 0;
  if ((flags & kQr) != 0) {
    return QueryForm::Response;
  }
  if (query.opcode != kOpcodeQuery) {
    return QueryForm::OtherOpcode;
  }
  // No question is read for its OPT, so that the FORMERR can carry one; of several none is judged
  // (RFC 9619).
  if (questions > 1 || (questions == 1 && !read_question(cursor, query))) {
    return QueryForm::FormatError;
  }
  // Each round takes 11 octets at least, whatever the counts claim, or ends the loop.
  for (unsigned i = 0; i < answers_and_authorities + additionals; ++i) {
    const auto section =
        i < answers_and_authorities ? Section::AnswerOrAuthority : Section::Additional;
    if (!read_record(cursor, section, query)) {
      return QueryForm::FormatError;
    }
  }
  // Octets after the last record change nothing that a reader sees; the widespread servers ignore
  // them, so do we.
  return questions == 1 ? QueryForm::Question : QueryForm::FormatError;
}

}  // namespace

QueryForm parse_query(std::span<const std::uint8_t> message, Query& query) noexcept {
  reset_all_but_name(query);
  const QueryForm form = read_message(message, query);
  if (query.question_wire.empty()) {
    query.qname = {};
  }
  return form;
}

}  // namespace luytre::dns
