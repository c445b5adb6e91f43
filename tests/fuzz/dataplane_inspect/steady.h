// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>

#include "dataplane/inspect/inspection.h"

namespace luytre::test {

// Aborts if what an inspector concludes from the first half of a stream changes with the second: a
// flow is decided once.
template <typename Inspector>
void expect_steady(Inspector inspector, std::span<const std::uint8_t> stream) {
  using dataplane::Finding;
  const dataplane::Inspection whole = inspector(stream);
  const dataplane::Inspection half = inspector(stream.first(stream.size() / 2));
  if (whole.is_http2) {
    return;  // of as many requests as are there
  }
  if (half.finding != Finding::NeedMore &&
      (half.finding != whole.finding || half.protocol != whole.protocol ||
       half.name != whole.name)) {
    std::abort();
  }
  if ((whole.finding == Finding::NotThis) && whole.protocol != dataplane::Protocol::Unknown) {
    std::abort();
  }
}

}  // namespace luytre::test
