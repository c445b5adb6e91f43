// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "categories/domain_name.h"

namespace luytre::categories {

// What one connection asks for.
struct TransferQuery {
  DomainName zone;
  std::uint16_t id = 0;
  // The serial that we have: with it the query is an IXFR and asks for what changed since.
  std::optional<std::uint32_t> since = std::nullopt;

  // The message without a TSIG record (RFC 5936 §2.1, RFC 1995 §3).
  [[nodiscard]] std::vector<std::uint8_t> to_wire() const;
  [[nodiscard]] std::uint16_t type() const noexcept;
};

}  // namespace luytre::categories
