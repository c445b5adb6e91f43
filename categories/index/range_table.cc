// SPDX-License-Identifier: Apache-2.0
#include "range_table.h"

namespace luytre::categories {

bool RangeTable::is_sound(std::uint64_t value_count) const noexcept {
  for (std::size_t i = 0; i < count_; ++i) {
    const bool ascends = i == 0 ? start(0) == 0 : start(i - 1) < start(i);
    if (!ascends || value(i) >= value_count) {
      return false;
    }
  }
  return true;
}

}  // namespace luytre::categories
