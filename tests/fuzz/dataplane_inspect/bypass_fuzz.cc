// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>

#include "dataplane/inspect/bypass.h"

// Bytes that cannot be a tunnel stay so whatever follows, and nothing waits for ever.
// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's entry point.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using luytre::dataplane::BypassMatch;
  const std::span<const std::uint8_t> whole(bytes, size);
  static_cast<void>(luytre::dataplane::recognise_bypass_datagram(whole));
  const auto half = luytre::dataplane::recognise_bypass_stream(whole.first(size / 2));
  const auto all = luytre::dataplane::recognise_bypass_stream(whole);
  if ((half.match == BypassMatch::No && all.match != BypassMatch::No) ||
      (all.match == BypassMatch::NeedMore && size >= 1100)) {
    std::abort();
  }
  return 0;
}
