// SPDX-License-Identifier: Apache-2.0
#include "dataplane/inspect/inspection.h"

namespace luytre::dataplane {

// The first octet already divides the protocols: record types 21 and 22 are neither letters of a
// method nor line ends.
Inspection inspect_stream(std::span<const std::uint8_t> stream) noexcept {
  if (const Inspection tls = inspect_tls(stream); tls.finding != Finding::NotThis) {
    return tls;
  }
  return inspect_http(stream);
}

}  // namespace luytre::dataplane
