// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/expected.h"
#include "message_reader.h"
#include "transfer_query.h"
#include "zone_copy.h"
#include "zone_delta.h"
#include "zone_lines.h"

namespace luytre::categories {

// Why a stream of messages is no transfer of the zone.
enum class StreamFault : std::uint8_t {
  Malformed,    // not the form of a DNS message, or of the data of a record
  OtherAnswer,  // another id or question, no response, another opcode
  Rcode,        // the server refused, rcode() says how
  NoAnswer,     // no record at all, or not the zone's SOA first
  OutOfZone,    // a record of another zone or class
  OutOfOrder,  // SOA records that do not follow each other as RFC 1995 §4 and RFC 5936 §2.2 demand
  TooLarge,    // more records or text than any list has
  Contradicts,  // steps of an incremental transfer that contradict each other
  LongDelta,    // changes that cost more memory than the whole zone
};

// Puts the messages that answer one query together, without knowing where they come from:
//   SOA                                        nothing new: Unchanged
//   SOA, records, SOA                          Whole, also in answer to an IXFR (RFC 1995 §4)
//   SOA, (SOA, removed, SOA, added)…, SOA      Changes
// Whatever a stream holds, the memory it takes is bounded by kMaxRecords and kMaxTextBytes.
class TransferStream {
 public:
  enum class Way : std::uint8_t { Unchanged, Whole, Changes };

  static constexpr std::uint64_t kMaxRecords = std::uint64_t{64} << 20U;
  static constexpr std::uint64_t kMaxTextBytes = std::uint64_t{2} << 30U;  // as of an imported file
  static constexpr std::size_t kMaxDeltaRecords = std::size_t{1} << 20U;   // about 200 MB

  // `have`: the serial of our copy. Where the server is not ahead of it, the first SOA ends
  // the stream, also in answer to an AXFR. Nothing: take whatever it has.
  TransferStream(const TransferQuery& query, std::optional<std::uint32_t> have)
      : query_(query), have_(have) {}

  // True: the transfer is complete; no further message is to be given.
  [[nodiscard]] Expected<bool, StreamFault> take(std::span<const std::uint8_t> message);

  // Of a complete transfer.
  [[nodiscard]] Way way() const noexcept { return way_; }
  [[nodiscard]] const ZoneVersion& version() const noexcept { return version_; }
  [[nodiscard]] ZoneLines& lines() noexcept { return lines_; }
  [[nodiscard]] const ZoneDelta& delta() const noexcept { return delta_; }

  [[nodiscard]] std::uint64_t records() const noexcept { return records_; }
  // Of the last message.
  [[nodiscard]] std::uint8_t rcode() const noexcept { return rcode_; }

 private:
  enum class Place : std::uint8_t { Begin, Second, Whole, Removed, Added, Done };
  using Step = Expected<void, StreamFault>;

  [[nodiscard]] Step check(const MessageHeader& header, MessageReader& reader);
  [[nodiscard]] Step take(std::span<const std::uint8_t> message, const WireRecord& record);
  [[nodiscard]] Step take_soa(std::uint32_t serial, std::string_view line);
  [[nodiscard]] Step take_other(const std::string& line);
  [[nodiscard]] Step begin(std::uint32_t serial, std::string_view line);
  [[nodiscard]] bool is_news() const noexcept;

  TransferQuery query_;
  std::optional<std::uint32_t> have_;

  Place place_ = Place::Begin;
  Way way_ = Way::Unchanged;
  ZoneVersion version_;     // of the first SOA, which is the version that the stream leads to
  std::uint32_t step_ = 0;  // the serial that the steps so far lead to
  std::string line_;        // of one record, kept for its memory
  ZoneLines lines_;
  ZoneDelta delta_;
  std::uint64_t records_ = 0;
  std::uint64_t text_bytes_ = 0;
  std::uint8_t rcode_ = 0;
  bool first_message_ = true;
};

// A sentence part for people: "a record of another zone".
[[nodiscard]] std::string_view describe(StreamFault fault) noexcept;

}  // namespace luytre::categories
