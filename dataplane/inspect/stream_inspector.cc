// SPDX-License-Identifier: Apache-2.0
#include "dataplane/inspect/inspection.h"

namespace luytre::dataplane {

// The first octet already divides the protocols: record types 20 to 22 are neither letters of a
// method nor line ends.
Inspection inspect_stream(std::span<const std::uint8_t> stream) noexcept {
  Inspection inspection = inspect_tls(stream);
  if (inspection.finding == Finding::NotThis) {
    inspection = inspect_http(stream);
  }
  return inspection;
}

}  // namespace luytre::dataplane
