// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "dns/wire/query.h"
#include "policy/verdict.h"

namespace luytre::dns {

// Extended DNS Errors (RFC 8914 §4).
enum class EdeCode : std::uint16_t { Blocked = 15, Censored = 16, Filtered = 17 };

// An answer made on the spot instead of the server's.
struct Refusal {
  Rcode rcode = Rcode::NxDomain;
  std::optional<EdeCode> ede = std::nullopt;  // sent only where the query had EDNS
  // UTF-8, short, static storage; left out first when the answer would not fit.
  // NOLINTNEXTLINE(readability-redundant-member-init): GCC wants it for Refusal{.rcode = x}.
  std::string_view extra_text = {};
  std::uint32_t ttl_seconds = 30;  // of the negative answer's SOA
};

// Which cause answers how (docs/policy.md): order of law or authority 16, malware and operator
// 15, the household's own settings 17. Requires verdict.blocks().
[[nodiscard]] Refusal refusal_for(const policy::Verdict& verdict) noexcept;

// The largest answer that write_refusal makes for any query: header, question, SOA, OPT with EDE.
inline constexpr std::size_t kMaxRefusalBytes = 512;

// Writes the answer to `query` into `out` (at least kMaxRefusalBytes) and returns its size. The
// question is echoed byte for byte (0x20), RD and CD are copied, RA is set, AA is not; NXDOMAIN and
// NODATA carry an SOA so that the answer is cached for ttl_seconds only (RFC 2308); OPT is there if
// and only if the query had one, DO copied, BADVERS for versions over 0 (RFC 6891 §6.1.3). Never
// larger than 512 bytes or the client's size. `query` may borrow from `out`'s own bytes only if its
// question_wire begins at offset 12 of `out` (answering in place).
[[nodiscard]] std::size_t write_refusal(const Query& query, const Refusal& refusal,
                                        std::span<std::uint8_t> out) noexcept;

}  // namespace luytre::dns
