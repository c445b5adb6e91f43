// SPDX-License-Identifier: Apache-2.0
#include "dataplane/inspect/inspection.h"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's entry point.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static_cast<void>(luytre::dataplane::inspect_http2({bytes, size}));
  static_cast<void>(luytre::dataplane::inspect_http2_frames({bytes, size}));
  return 0;
}
