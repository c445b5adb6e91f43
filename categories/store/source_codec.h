// SPDX-License-Identifier: Apache-2.0
#pragma once

// The table of sources: the name is the key, the value
//
//   u8 layout, 1 · id u16 · entry_count u64 · imported_at i64 · scope u8 · priority u16 ·
//   version u64 · refresh_seconds u32 · format, issuer, trust, location, mapping: u16 size and octets
//
// A later layout has a higher number and only appends fields, so that what is read here is right for
// it too.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "categories/entry.h"
#include "categories/lmdb/environment.h"

namespace luytre::categories {

inline constexpr std::size_t kMaxSourceTextBytes = 65'535;

// Requires texts of at most kMaxSourceTextBytes.
[[nodiscard]] std::vector<std::uint8_t> encode_source(const Source& source);
// False if the record is damaged.
[[nodiscard]] bool decode_source(lmdb::Bytes key, lmdb::Bytes value, Source& source);

}  // namespace luytre::categories
