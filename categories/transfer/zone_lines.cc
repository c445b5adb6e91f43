// SPDX-License-Identifier: Apache-2.0
#include "zone_lines.h"

#include <algorithm>

namespace luytre::categories {

void ZoneLines::sort() {
  const auto text_of = [this](const Line& line) { return view(line); };
  std::ranges::sort(lines_, {}, text_of);
  const auto repeated = std::ranges::unique(lines_, {}, text_of);
  lines_.erase(repeated.begin(), repeated.end());
}

}  // namespace luytre::categories
