// SPDX-License-Identifier: Apache-2.0
#include "dns/wire/refusal.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/byte_order.h"

namespace luytre::dns {
namespace {

constexpr std::size_t kHeaderBytes = 12;
constexpr std::size_t kQuestionAt = kHeaderBytes;
constexpr std::size_t kMaxQuestionBytes = categories::DomainName::kMaxWireBytes + 2 + 2;

// RNAME of the SOA, as in empty zones (RFC 6303 §3).
constexpr std::array<std::uint8_t, 16> kNobodyInvalid{6,   'n', 'o', 'b', 'o', 'd', 'y', 7,
                                                      'i', 'n', 'v', 'a', 'l', 'i', 'd', 0};
constexpr std::size_t kPointerBytes = 2;
constexpr std::size_t kSoaRdataBytes =
    kPointerBytes + kNobodyInvalid.size() + 5 * sizeof(std::uint32_t);
constexpr std::size_t kSoaBytes = kPointerBytes + 2 + 2 + 4 + 2 + kSoaRdataBytes;

constexpr std::size_t kOptBytes = 1 + 2 + 2 + 4 + 2;
constexpr std::size_t kEdeBytes = 2 + 2 + 2;  // option code, length, INFO-CODE (RFC 8914 §2)
constexpr std::uint16_t kEdeOption = 15;

// 12 + 259 + 50 + 11 + 6 = 338: an answer with everything but the extra text fits in a datagram of
// 512, for the longest name too.
static_assert(kHeaderBytes + kMaxQuestionBytes + kSoaBytes + kOptBytes + kEdeBytes <=
              kMaxRefusalBytes);

// What we say we can receive: no fragments on any usual path.
constexpr std::uint16_t kOurPayloadSize = 1232;

// Header flags (RFC 1035 §4.1.1, RFC 4035 §3.1.6).
constexpr unsigned kQr = 0x8000;
constexpr unsigned kOpcodeShift = 11;
constexpr unsigned kRd = 0x0100;
constexpr unsigned kRa = 0x0080;
constexpr unsigned kCd = 0x0010;

constexpr std::uint16_t kClassIn = 1;
constexpr std::uint16_t kPointerToQuestion = 0xC000 | kQuestionAt;
// BADVERS is 16: the header holds its lower four bits, the OPT the upper eight (RFC 6891 §6.1.3).
constexpr std::uint32_t kBadVersUpperBits = 16U >> 4U;

// Appends to a buffer that is known to be large enough (the static_assert above).
class Writer {
 public:
  Writer(std::span<std::uint8_t> out, std::size_t position) noexcept
      : out_(out), position_(position) {}

  void u8(std::uint8_t value) noexcept { *take(1) = value; }
  void u16(std::size_t value) noexcept { store_be16(take(2), static_cast<std::uint16_t>(value)); }
  void u32(std::uint32_t value) noexcept { store_be32(take(4), value); }
  void bytes(const void* begin, std::size_t size) noexcept { std::memcpy(take(size), begin, size); }
  [[nodiscard]] std::size_t position() const noexcept { return position_; }
  [[nodiscard]] std::size_t room() const noexcept { return out_.size() - position_; }

 private:
  std::uint8_t* take(std::size_t size) noexcept {
    const auto field = out_.subspan(position_, size);
    position_ += size;
    return field.data();
  }

  std::span<std::uint8_t> out_;
  std::size_t position_;
};

// The SOA that bounds how long a negative answer is kept (RFC 2308 §3, §5). It is owned by the
// refused name itself, so that no cache learns anything about the zone above it.
void write_soa(Writer& out, bool root, std::uint32_t ttl_seconds) noexcept {
  const auto owner = [&] {
    if (root) {
      out.u8(0);
    } else {
      out.u16(kPointerToQuestion);
    }
  };
  const std::size_t name_bytes = root ? 1 : kPointerBytes;
  owner();
  out.u16(qtype::kSoa);
  out.u16(kClassIn);
  out.u32(ttl_seconds);
  out.u16(kSoaRdataBytes - kPointerBytes + name_bytes);
  owner();  // MNAME
  out.bytes(kNobodyInvalid.data(), kNobodyInvalid.size());
  out.u32(1);            // SERIAL and the timers mean nothing here; values of RFC 6303 §3
  out.u32(3600);         // REFRESH
  out.u32(1200);         // RETRY
  out.u32(604800);       // EXPIRE
  out.u32(ttl_seconds);  // MINIMUM: the negative TTL is the smaller of this and the record's own
}

void write_opt(Writer& out, const Edns& edns, bool bad_version, const Refusal& refusal) noexcept {
  out.u8(0);
  out.u16(qtype::kOpt);
  out.u16(kOurPayloadSize);
  out.u32((bad_version ? kBadVersUpperBits << 24U : 0U) | (edns.dnssec_ok ? 0x8000U : 0U));
  if (!refusal.ede || bad_version) {
    out.u16(0);
    return;
  }
  // The text is for people and goes first; half of it would be worse than none.
  const std::size_t room = out.room() - 2 - kEdeBytes;
  const std::string_view text = refusal.extra_text.size() <= room ? refusal.extra_text : "";
  out.u16(kEdeBytes + text.size());
  out.u16(kEdeOption);
  out.u16(2 + text.size());
  out.u16(static_cast<std::uint16_t>(*refusal.ede));
  out.bytes(text.data(), text.size());
}

}  // namespace

Refusal refusal_for(const policy::Verdict& verdict) noexcept {
  Refusal refusal;
  // NODATA is NOERROR without an answer (RFC 2308 §2.2).
  refusal.rcode = verdict.dns_form == policy::DnsForm::NoData ? Rcode::NoError : Rcode::NxDomain;
  switch (verdict.tier) {
    case policy::Tier::Mandatory:
      refusal.ede = EdeCode::Censored;
      refusal.extra_text = "Blocked: order of an authority";
      break;
    case policy::Tier::Security:
      refusal.ede = EdeCode::Blocked;
      refusal.extra_text = "Blocked: harmful software or fraud";
      break;
    case policy::Tier::Time:
      refusal.ede = EdeCode::Filtered;
      refusal.extra_text = "Paused by family settings";
      break;
    default:
      // Everything else is what the line's owner chose, a band's defaults and bypass protection
      // included.
      refusal.ede = EdeCode::Filtered;
      refusal.extra_text = "Blocked by family settings";
      break;
  }
  return refusal;
}

std::size_t write_refusal(const Query& query, const Refusal& refusal,
                          std::span<std::uint8_t> out) noexcept {
  if (out.size() < kMaxRefusalBytes || query.question_wire.size() > kMaxQuestionBytes) {
    return 0;
  }
  out = out.first(kMaxRefusalBytes);
  const bool has_question = !query.question_wire.empty();
  const bool broken = refusal.rcode == Rcode::FormErr || refusal.rcode == Rcode::NotImp;
  const bool bad_version = query.edns && query.edns->version > 0 && !broken;
  const Rcode rcode = bad_version ? Rcode::NoError : refusal.rcode;
  const bool negative =
      has_question && !bad_version && (rcode == Rcode::NxDomain || rcode == Rcode::NoError);

  // The question goes first: it may stand in `out` already.
  if (has_question && query.question_wire.data() != out.data() + kQuestionAt) {
    std::memmove(out.data() + kQuestionAt, query.question_wire.data(), query.question_wire.size());
  }
  Writer header(out, 0);
  header.u16(query.id);
  header.u16(kQr | unsigned{query.opcode} << kOpcodeShift | (query.recursion_desired ? kRd : 0U) |
             kRa | (query.checking_disabled ? kCd : 0U) | static_cast<unsigned>(rcode));
  header.u16(has_question ? 1 : 0);
  header.u16(0);
  header.u16(negative ? 1 : 0);
  header.u16(query.edns ? 1 : 0);

  Writer records(out, kQuestionAt + query.question_wire.size());
  if (negative) {
    write_soa(records, query.qname.is_root(), refusal.ttl_seconds);
  }
  if (query.edns) {
    write_opt(records, *query.edns, bad_version, refusal);
  }
  return records.position();
}

}  // namespace luytre::dns
