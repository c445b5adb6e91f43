// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "categories/domain_name.h"
#include "message_reader.h"

namespace luytre::categories {

// A record as one line of a master file (RFC 1035 §5.1), without its end:
//   bad.example.rpz.example. CNAME .
// The same record gives the same line wherever it stands in a message and whatever its letters'
// case, so that lines can stand for records: the TTL, which says nothing here, is left out. Data of
// types without a form here is written in hexadecimal (RFC 3597 §5). Names are absolute; octets
// outside letters, digits, '-', '_', '*' are escaped, so that no name can look like syntax.
//
// Appends to `line`; false: the data is not what its type demands, and `line` is of no use.
[[nodiscard]] bool append_record(std::span<const std::uint8_t> message, const WireRecord& record,
                                 std::string& line);

void append_name(const DomainName& name, std::string& line);

// The serial of a SOA record; nothing: its data is damaged.
[[nodiscard]] std::optional<std::uint32_t> soa_serial(std::span<const std::uint8_t> message,
                                                      const WireRecord& record) noexcept;

}  // namespace luytre::categories
