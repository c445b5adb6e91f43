// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/error.h"
#include "categories/ip_address.h"
#include "index_format.h"
#include "value_table.h"

namespace luytre::categories {

// Collects listed prefixes, in any order, and cuts the space of addresses where the answer of the
// longest one changes.
class PrefixRanges {
 public:
  void add(const IpPrefix& prefix, const IndexAnswer& answer);

  struct Range {
    RangeStart start;
    std::uint32_t value;
  };
  // The whole space, ascending from 0; empty without prefixes. Conflict: a prefix was added twice.
  [[nodiscard]] Result<std::vector<Range>> resolve(ValueTable& values) const;

  [[nodiscard]] std::size_t prefix_count() const noexcept { return prefixes_.size(); }

 private:
  struct Prefix {
    RangeStart first;
    RangeStart last;  // the last address covered
    IndexAnswer answer;
  };
  std::vector<Prefix> prefixes_;
};

}  // namespace luytre::categories
