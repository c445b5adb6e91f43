// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "dataplane/inspect/inspection.h"

namespace luytre::test {

// How much of what a server has received it may act on: hellos, requests and messages that are whole.
inline std::size_t end_of_whole(std::span<const std::uint8_t> stream, std::uint16_t port) {
  dataplane::StreamPlace place{.port = port};
  while (place.from < stream.size()) {
    const dataplane::Inspection unit = dataplane::read_stream(stream, place);
    if (unit.finding == dataplane::Finding::NeedMore) {
      return place.from;
    }
    if (unit.unit_bytes == 0 || unit.unit_bytes > stream.size() - place.from) {
      break;
    }
    place.from += static_cast<std::uint32_t>(unit.unit_bytes);
    place.reader = unit.next;
  }
  return stream.size();
}

}  // namespace luytre::test
