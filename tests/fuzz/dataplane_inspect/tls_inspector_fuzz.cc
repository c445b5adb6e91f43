// SPDX-License-Identifier: Apache-2.0
#include "fuzz/dataplane_inspect/steady.h"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's entry point.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  luytre::test::expect_steady(luytre::dataplane::inspect_tls, {bytes, size});
  return 0;
}
