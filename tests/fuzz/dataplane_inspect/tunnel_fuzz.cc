// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>

#include "dataplane/inspect/tunnel.h"

// Bytes that cannot be a tunnel stay so whatever follows, and nothing waits for ever.
// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's entry point.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using luytre::dataplane::TunnelMatch;
  const std::span<const std::uint8_t> whole(bytes, size);
  static_cast<void>(luytre::dataplane::recognise_tunnel_datagram(whole));
  const auto half = luytre::dataplane::recognise_tunnel_stream(whole.first(size / 2));
  const auto all = luytre::dataplane::recognise_tunnel_stream(whole);
  if ((half.match == TunnelMatch::No && all.match != TunnelMatch::No) ||
      (all.match == TunnelMatch::NeedMore && size >= 1100)) {
    std::abort();
  }
  return 0;
}
