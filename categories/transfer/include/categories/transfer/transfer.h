// SPDX-License-Identifier: Apache-2.0
#pragma once

// Fetches zones from their primaries: a small secondary that keeps each zone as a file.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "categories/domain_name.h"
#include "categories/ip_address.h"
#include "categories/transfer/tsig_key.h"

namespace luytre::categories {

struct TransferRequest {
  DomainName zone;
  IpAddress server;
  std::uint16_t port = 53;
  // Signs the query and demands signed answers; without one, whoever can answer in the server's
  // place writes the list.
  std::optional<TsigKey> key = std::nullopt;
  // For the zones' copies; made if need be.
  std::filesystem::path directory;
  // Fetch the whole zone, whatever the copy's serial.
  bool whole = false;
  std::function<void(std::uint64_t records)> on_progress = {};  // after each message; may be empty

  std::chrono::milliseconds message_timeout = std::chrono::seconds(10);
  std::chrono::milliseconds total_timeout = std::chrono::minutes(30);
  std::uint64_t max_bytes = std::uint64_t{2} << 30U;  // of messages
};

enum class TransferWay : std::uint8_t {
  Unchanged,    // the server is not ahead of the copy
  Incremental,  // IXFR: only what changed (RFC 1995)
  Whole,        // AXFR, or an IXFR that the server answered with the whole zone (RFC 5936)
};

struct Transferred {
  TransferWay way = TransferWay::Unchanged;
  std::filesystem::path file;      // the copy: a master file (RFC 1035 §5)
  std::uint32_t serial = 0;        // of the copy
  std::uint64_t zone_records = 0;  // in the copy, with its SOA; 0 when unchanged
  // What came over the network, of all attempts together.
  std::uint64_t messages = 0;
  std::uint64_t bytes = 0;
  std::uint64_t records = 0;
  std::uint64_t added = 0;  // of an incremental transfer
  std::uint64_t removed = 0;
  std::string note;  // why the whole zone came although there was a copy; empty: nothing to say
};

// Brings the copy of a zone up to date. On any failure the copy stays as it was.
// Invalid: the server refuses, or its answer is not to be believed; the sentence says which.
// System, NoSpace: the network, the disk.
[[nodiscard]] Result<Transferred> transfer_zone(const TransferRequest& request);

// "unchanged", "ixfr", "axfr"
[[nodiscard]] std::string_view describe(TransferWay way) noexcept;

}  // namespace luytre::categories
