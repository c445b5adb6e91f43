// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/expected.h"
#include "base/parse_error.h"
#include "categories/domain_name.h"
#include "categories/transfer/tsig_key.h"

namespace luytre::categories {

// RFC 8945 §4.2. Borrows the message.
struct TsigRecord {
  DomainName key;
  DomainName algorithm;
  std::uint64_t time_signed = 0;  // seconds since 1970, UTC; 48 bits
  std::uint16_t fudge = 0;        // seconds
  std::span<const std::uint8_t> mac;
  std::uint16_t original_id = 0;
  std::uint16_t error = 0;
  std::span<const std::uint8_t> other;
  std::size_t begin = 0;  // of the record in the message
};

// The TSIG record of a message; nothing: it has none. Malformed: there are several, it is not the
// last record (RFC 8945 §5.1), or the message is damaged.
[[nodiscard]] Expected<std::optional<TsigRecord>, ParseError> find_tsig(
    std::span<const std::uint8_t> message) noexcept;

enum class TsigFault : std::uint8_t {
  Malformed,       // the record or the message around it
  Unsigned,        // the first or last message of an answer, or more than 99 in between
  OtherKey,        // signed with another key or algorithm than the query
  TruncatedMac,    // RFC 8945 §5.2.2.1 allows these; we do not
  WrongMac,        // not made with this key over this conversation
  WrongTime,       // outside the fudge around our clock
  ServerBadSig,    // the server says: our signature is wrong, so the secrets differ
  ServerBadKey,    // the server says: it does not know the key's name with this algorithm
  ServerBadTime,   // the server says: our clock is wrong
  ServerBadTrunc,  // the server says: our MAC is too short
  ServerOther,     // an error without a meaning here
  Library,         // the computation of a MAC failed
};

// One signed query and the messages that answer it, in order (RFC 8945 §5.3.1).
class TsigSession {
 public:
  static constexpr std::uint16_t kFudgeSeconds = 300;  // RFC 8945 §10
  static constexpr unsigned kMaxUnsigned = 99;

  explicit TsigSession(TsigKey key) : key_(std::move(key)) {}

  // Appends the TSIG record to `query`. `now`: seconds since 1970, UTC. False: the library failed.
  [[nodiscard]] bool sign(std::vector<std::uint8_t>& query, std::uint64_t now);

  // Whether `message` may be believed so far: it is signed, or it is not and a later one will be.
  [[nodiscard]] Expected<void, TsigFault> verify(std::span<const std::uint8_t> message,
                                                 std::uint64_t now);
  // False: messages were given since the last signed one, so the answer is not to be believed.
  [[nodiscard]] bool is_closed() const noexcept { return unsigned_ == 0 && answered_; }

 private:
  using Mac = std::vector<std::uint8_t>;

  [[nodiscard]] std::optional<Mac> compute(std::span<const std::uint8_t> input) const;
  [[nodiscard]] Expected<void, TsigFault> verify_mac(std::span<const std::uint8_t> message,
                                                     const TsigRecord& tsig);

  TsigKey key_;
  Mac prior_;                          // of the query, then of the last signed message
  std::vector<std::uint8_t> pending_;  // messages since then
  unsigned unsigned_ = 0;              // how many
  bool answered_ = false;
};

// A sentence for people, with what to do.
[[nodiscard]] std::string_view describe(TsigFault fault) noexcept;

}  // namespace luytre::categories
