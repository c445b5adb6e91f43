// SPDX-License-Identifier: Apache-2.0
#include "tsig.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <string>

#include "base/byte_order.h"
#include "base/cursor.h"
#include "message_reader.h"
#include "wire_writer.h"

namespace luytre::categories {
namespace {

constexpr std::size_t kAdditionalCountOffset = 10;  // RFC 1035 §4.1.1
constexpr std::uint16_t kRcodeNotAuth = 9;

// RFC 8945 §3.
enum : std::uint16_t { kBadSig = 16, kBadKey = 17, kBadTime = 18, kBadTrunc = 22 };

const EVP_MD* digest_of(TsigAlgorithm algorithm) noexcept {
  switch (algorithm) {
    case TsigAlgorithm::HmacSha256:
      return EVP_sha256();
    case TsigAlgorithm::HmacSha384:
      return EVP_sha384();
    case TsigAlgorithm::HmacSha512:
      return EVP_sha512();
  }
  return nullptr;
}

DomainName name_of(TsigAlgorithm algorithm) noexcept {
  return DomainName::from_text(describe(algorithm)).value_or(DomainName{});
}

// RFC 8945 §4.3.3: what stands behind the message in the MAC of a query and of a first answer.
void append_variables(std::vector<std::uint8_t>& input, const TsigRecord& tsig) {
  WireWriter out(input);
  out.name(tsig.key);
  out.u16(kClassAny);
  out.u32(0);
  out.name(tsig.algorithm);
  out.u48(tsig.time_signed);
  out.u16(tsig.fudge);
  out.u16(tsig.error);
  out.u16(static_cast<std::uint16_t>(tsig.other.size()));
  out.bytes(tsig.other);
}

// The message as it was before it was signed (RFC 8945 §4.3.2).
void append_unsigned(std::vector<std::uint8_t>& input, std::span<const std::uint8_t> message,
                     const TsigRecord& tsig) {
  const std::size_t begin = input.size();
  input.insert(input.end(), message.begin(),
               message.begin() + static_cast<std::ptrdiff_t>(tsig.begin));
  store_be16(&input[begin], tsig.original_id);
  const std::uint16_t additionals = load_be16(&message[kAdditionalCountOffset]);
  store_be16(&input[begin + kAdditionalCountOffset], static_cast<std::uint16_t>(additionals - 1));
}

std::optional<TsigRecord> read_tsig(std::span<const std::uint8_t> message,
                                    const WireRecord& record) noexcept {
  if (record.rr_class != kClassAny || record.ttl != 0) {
    return std::nullopt;
  }
  TsigRecord tsig{
      .key = record.owner, .algorithm = {}, .mac = {}, .other = {}, .begin = record.begin};
  std::size_t position = record.rdata_begin;
  const std::span<const std::uint8_t> readable = message.first(record.rdata_end);
  const auto algorithm = read_name(readable, position);
  if (!algorithm) {
    return std::nullopt;
  }
  tsig.algorithm = *algorithm;
  Cursor cursor(readable.subspan(position));
  tsig.time_signed = std::uint64_t{cursor.u16()} << 32U;
  tsig.time_signed |= cursor.u32();
  tsig.fudge = cursor.u16();
  tsig.mac = cursor.bytes(cursor.u16());
  tsig.original_id = cursor.u16();
  tsig.error = cursor.u16();
  tsig.other = cursor.bytes(cursor.u16());
  return cursor.ok() && cursor.empty() ? std::optional(tsig) : std::nullopt;
}

// What the server says of our query. BADSIG and BADKEY come without a MAC (RFC 8945 §5.3.2), so
// anybody could say them: they end the transfer, which changes nothing.
std::optional<TsigFault> server_fault(const TsigRecord& tsig) noexcept {
  switch (tsig.error) {
    case 0:
      return std::nullopt;
    case kBadSig:
      return TsigFault::ServerBadSig;
    case kBadKey:
      return TsigFault::ServerBadKey;
    case kBadTime:
      return TsigFault::ServerBadTime;
    case kBadTrunc:
      return TsigFault::ServerBadTrunc;
    default:
      return TsigFault::ServerOther;
  }
}

}  // namespace

Expected<std::optional<TsigRecord>, ParseError> find_tsig(
    std::span<const std::uint8_t> message) noexcept {
  MessageReader reader(message);
  const auto header = reader.header();
  if (!header) {
    return Unexpected(header.error());
  }
  for (std::uint16_t i = 0; i < header->questions; ++i) {
    if (const auto question = reader.question(); !question) {
      return Unexpected(question.error());
    }
  }
  const std::uint32_t records =
      std::uint32_t{header->answers} + header->authorities + header->additionals;
  for (std::uint32_t i = 0; i < records; ++i) {
    const auto record = reader.record();
    if (!record) {
      return Unexpected(record.error());
    }
    if (record->type != rr_type::kTsig) {
      continue;
    }
    const auto tsig = read_tsig(message, *record);
    if (!tsig || i + 1 != records || header->additionals == 0 || !reader.at_end()) {
      return Unexpected(ParseError::Malformed);
    }
    return *tsig;
  }
  return reader.at_end() ? Expected<std::optional<TsigRecord>, ParseError>(std::nullopt)
                         : Unexpected(ParseError::Malformed);
}

std::optional<TsigSession::Mac> TsigSession::compute(std::span<const std::uint8_t> input) const {
  Mac mac(EVP_MAX_MD_SIZE);
  unsigned int size = 0;
  const auto* made =
      HMAC(digest_of(key_.algorithm), key_.secret.data(), static_cast<int>(key_.secret.size()),
           input.data(), input.size(), mac.data(), &size);
  mac.resize(size);
  return made == nullptr ? std::nullopt : std::optional(std::move(mac));
}

bool TsigSession::sign(std::vector<std::uint8_t>& query, std::uint64_t now) {
  const TsigRecord tsig{.key = key_.name,
                        .algorithm = name_of(key_.algorithm),
                        .time_signed = now,
                        .fudge = kFudgeSeconds,
                        .mac = {},
                        .original_id = load_be16(query.data()),
                        .other = {}};
  std::vector<std::uint8_t> input = query;
  append_variables(input, tsig);
  auto mac = compute(input);
  if (!mac) {
    return false;
  }
  prior_ = std::move(*mac);
  WireWriter out(query);
  out.name(tsig.key);
  out.u16(rr_type::kTsig);
  out.u16(kClassAny);
  out.u32(0);
  // time 6, fudge 2, MAC size 2, original id 2, error 2, other size 2
  out.u16(static_cast<std::uint16_t>(tsig.algorithm.wire().size() + 16 + prior_.size()));
  out.name(tsig.algorithm);
  out.u48(tsig.time_signed);
  out.u16(tsig.fudge);
  out.u16(static_cast<std::uint16_t>(prior_.size()));
  out.bytes(prior_);
  out.u16(tsig.original_id);
  out.u16(0);
  out.u16(0);
  std::uint8_t* count = &query[kAdditionalCountOffset];
  store_be16(count, static_cast<std::uint16_t>(load_be16(count) + 1));
  return true;
}

Expected<void, TsigFault> TsigSession::verify_mac(std::span<const std::uint8_t> message,
                                                  const TsigRecord& tsig) {
  std::vector<std::uint8_t> input;
  WireWriter out(input);
  out.u16(static_cast<std::uint16_t>(prior_.size()));
  out.bytes(prior_);
  out.bytes(pending_);
  append_unsigned(input, message, tsig);
  if (answered_) {
    out.u48(tsig.time_signed);  // RFC 8945 §5.3.1: later messages have the timers only
    out.u16(tsig.fudge);
  } else {
    append_variables(input, tsig);
  }
  auto mac = compute(input);
  if (!mac) {
    return Unexpected(TsigFault::Library);
  }
  if (tsig.mac.size() < mac->size()) {
    return Unexpected(TsigFault::TruncatedMac);
  }
  if (tsig.mac.size() != mac->size() ||
      CRYPTO_memcmp(tsig.mac.data(), mac->data(), mac->size()) != 0) {
    return Unexpected(TsigFault::WrongMac);
  }
  prior_ = std::move(*mac);
  pending_.clear();
  return {};
}

Expected<void, TsigFault> TsigSession::verify(std::span<const std::uint8_t> message,
                                              std::uint64_t now) {
  const auto found = find_tsig(message);
  if (!found) {
    return Unexpected(TsigFault::Malformed);
  }
  if (!*found) {
    if (!answered_ || unsigned_ == kMaxUnsigned) {
      return Unexpected(TsigFault::Unsigned);
    }
    ++unsigned_;
    pending_.insert(pending_.end(), message.begin(), message.end());
    return {};
  }
  const TsigRecord& tsig = **found;
  if (const auto said = server_fault(tsig);
      said && (load_be16(&message[2]) & 0x0fU) == kRcodeNotAuth) {
    return Unexpected(*said);
  }
  if (!(tsig.key == key_.name) || !(tsig.algorithm == name_of(key_.algorithm))) {
    return Unexpected(TsigFault::OtherKey);
  }
  if (auto verified = verify_mac(message, tsig); !verified) {
    return verified;
  }
  const std::uint64_t apart =
      now > tsig.time_signed ? now - tsig.time_signed : tsig.time_signed - now;
  if (apart > tsig.fudge) {
    return Unexpected(TsigFault::WrongTime);
  }
  answered_ = true;
  unsigned_ = 0;
  return {};
}

std::string_view describe(TsigFault fault) noexcept {
  switch (fault) {
    case TsigFault::Malformed:
      return "its answer is no valid DNS message";
    case TsigFault::Unsigned:
      return "its answer is not signed, although a key was given; does the server know the key?";
    case TsigFault::OtherKey:
      return "its answer is signed with another key or algorithm than the query";
    case TsigFault::TruncatedMac:
      return "its answer carries a shortened signature, which is not accepted";
    case TsigFault::WrongMac:
      return "the signature of its answer is wrong (BADSIG): the answer was changed on its way, or "
             "the secrets differ";
    case TsigFault::WrongTime:
      return "its answer was signed at another time than now (BADTIME); set both clocks";
    case TsigFault::ServerBadSig:
      return "it calls our signature wrong (BADSIG); compare the secrets";
    case TsigFault::ServerBadKey:
      return "it does not know the key (BADKEY); compare the key's name and algorithm";
    case TsigFault::ServerBadTime:
      return "it calls our clock wrong (BADTIME); set both clocks";
    case TsigFault::ServerBadTrunc:
      return "it calls our signature too short (BADTRUNC)";
    case TsigFault::ServerOther:
      return "it refuses our signature";
    case TsigFault::Library:
      return "its signature could not be computed here";
  }
  return "an unknown fault";
}

}  // namespace luytre::categories
