// SPDX-License-Identifier: Apache-2.0
// Input: one line. What the lenient reader takes has a canonical line, which the strict reader takes
// back as the same entry.

#include <cstdint>
#include <cstdlib>
#include <string>

#include "categories/native/native_line.h"
#include "taxonomy.h"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's entry point.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace luytre::categories;
  static const NativeVocabulary vocabulary(fuzz_taxonomy());
  const std::string line(bytes, bytes + size);
  const auto entry = parse_native(line, vocabulary);
  if (!entry || !*entry) {
    return 0;
  }
  std::string canonical;
  if (!append_native(canonical, **entry, vocabulary)) {
    std::abort();
  }
  canonical.pop_back();
  const auto strict = parse_canonical(canonical, vocabulary);
  if (!strict || strict->says_nothing || native_order(strict->entry, **entry) != 0) {
    std::abort();
  }
  return 0;
}
