// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "categories/domain_name.h"

namespace luytre::dns {

// The numbers of the IANA registries that the gateway has to know.
namespace qtype {
inline constexpr std::uint16_t kA = 1;
inline constexpr std::uint16_t kSoa = 6;
inline constexpr std::uint16_t kAaaa = 28;
inline constexpr std::uint16_t kOpt = 41;
inline constexpr std::uint16_t kHttps = 65;
}  // namespace qtype

enum class Rcode : std::uint8_t {
  NoError = 0,
  FormErr = 1,
  ServFail = 2,
  NxDomain = 3,
  NotImp = 4,
  Refused = 5
};

// The OPT pseudo-record of a query (RFC 6891).
struct Edns {
  std::uint16_t udp_payload_size = 512;  // as sent; below 512 means 512
  std::uint8_t version = 0;
  bool dnssec_ok = false;
};

// One question as it stands in a query. Spans borrow from the message.
struct Query {
  std::uint16_t id = 0;
  std::uint8_t opcode = 0;
  bool recursion_desired = false;
  bool checking_disabled = false;
  categories::DomainName qname;  // lower case
  std::span<const std::uint8_t>
      question_wire;  // qname with its original case (0x20), qtype, qclass
  std::uint16_t qtype = 0;
  std::uint16_t qclass = 0;
  std::optional<Edns> edns;
};

// What a datagram to port 53 is.
enum class QueryForm : std::uint8_t {
  Question,     // exactly one question of opcode QUERY: judge it
  Response,     // QR is set: not a query
  OtherOpcode,  // NOTIFY, UPDATE, unknown ones: `id`, `opcode` and flags are valid, answer NOTIMP
  FormatError,  // several or no questions (RFC 9619), compression in the question, trailing or
                // missing bytes in a way that two readers could see two names: `id` and flags are
                // valid, answer FORMERR
  NotDns,       // shorter than a header: nothing can be answered
};

// Reads a DNS message as far as a filter needs it: header, question, OPT. Bounded; never allocates.
// Other records of the additional section (TSIG, SIG(0)) are skipped; a second OPT or one with a
// bad length is a FormatError. RFC 1035 §4.1, RFC 6891 §6.1.
[[nodiscard]] QueryForm parse_query(std::span<const std::uint8_t> message, Query& query) noexcept;

}  // namespace luytre::dns
