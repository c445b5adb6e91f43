// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>

#include "dataplane/inspect/dtls.h"
#include "dataplane/inspect/inspection.h"

// Only a datagram that looks like DTLS says anything, and what it says does not depend on chance.
// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's entry point.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace luytre::dataplane;
  const Inspection once = inspect_dtls({bytes, size});
  const Inspection twice = inspect_dtls({bytes, size});
  const bool is_named = once.finding == Finding::Name;
  if (once.finding != twice.finding || (is_named && once.name != twice.name) ||
      (is_named && !may_be_dtls_hello({bytes, size}))) {
    std::abort();
  }
  const DtlsFragments fragments({bytes, size});
  for (const DtlsFragment& fragment : fragments.list()) {
    if (fragment.bytes.empty() || fragment.end() > fragment.hello_bytes ||
        fragment.bytes.data() < bytes ||
        fragment.bytes.data() + fragment.bytes.size() > bytes + size) {
      std::abort();
    }
  }
  return 0;
}
