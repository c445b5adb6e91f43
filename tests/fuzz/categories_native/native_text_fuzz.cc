// SPDX-License-Identifier: Apache-2.0
// Input: a whole text. What the strict reader takes is written back octet by octet, unless a newer
// taxonomy's words were left out.

#include <cstdint>
#include <cstdlib>
#include <string>

#include "categories/native/native_text.h"
#include "taxonomy.h"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's entry point.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace luytre::categories;
  const std::string text(bytes, bytes + size);
  auto read = read_native(text, fuzz_taxonomy());
  if (!read || read->skipped + read->narrowed != 0) {
    return 0;
  }
  std::string again;
  const auto written = write_native(read->content, fuzz_taxonomy(), [&](std::string_view piece) {
    again += piece;
    return luytre::Result<void>();
  });
  if (!written || again != text || read->content.normalise() != 0) {
    std::abort();
  }
  return 0;
}
