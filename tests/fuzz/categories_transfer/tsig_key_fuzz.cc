// SPDX-License-Identifier: Apache-2.0
// Input: a key file. A key that is read has a name and a secret that is not longer than the file.

#include <cstdint>
#include <cstdlib>
#include <string>

#include "categories/transfer/tsig_key.h"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's entry point.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto key = luytre::categories::parse_tsig_key(std::string(bytes, bytes + size));
  if (key && (key->name.is_root() || key->secret.empty() || key->secret.size() > size)) {
    std::abort();
  }
  return 0;
}
