// SPDX-License-Identifier: Apache-2.0
// Input: a page. One that has the mark mentions it, and in a comment nothing has it.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "rta_mark.h"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's entry point.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace luytre::categories;
  std::string page(bytes, bytes + size);
  const bool found = has_rta_meta(page) || has_rta_header(page);
  const bool in_comment = has_rta_meta("<!-- " + page.substr(0, page.find("-->")));
  std::ranges::transform(page, page.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  if ((found && page.find(kRtaMark) == std::string::npos) || in_comment) {
    std::abort();
  }
  return 0;
}
