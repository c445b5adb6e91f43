// SPDX-License-Identifier: Apache-2.0
#pragma once

// A line as bytes. All integers are big-endian.
//
//   line      band length u8, band; paused_until i64 (0: running); key count u16, keys; override
//   count u16, overrides key       type u8, then 1: address 16 octets (IPv4 mapped), prefix length
//   u8 | 2: VLAN u16 | 3: MAC 6 octets override  kind u8 (0 allow, 1 deny), lifts_security u8, name
//   in wire form
//
// Packed instead of JSON: a gateway reads a million of them at start.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "categories/lmdb/environment.h"
#include "policy/line.h"

namespace luytre::policy {

[[nodiscard]] std::vector<std::uint8_t> encode_key(const LineKey& key);
[[nodiscard]] std::vector<std::uint8_t> encode_line(const Line& line);
// Nothing if the bytes are damaged; every length, type and name is checked.
[[nodiscard]] std::optional<Line> decode_line(std::string id, lmdb::Bytes bytes);

}  // namespace luytre::policy
