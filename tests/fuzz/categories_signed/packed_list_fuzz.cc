// SPDX-License-Identifier: Apache-2.0
// Input: a packed file. Never more comes out than was signed, and no list whose hash is not the one
// expected.

#include <cstdint>
#include <cstdlib>
#include <string>

#include "categories/signed/packed_file.h"
#include "memory_file.h"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's entry point.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace luytre::categories;
  constexpr std::uint64_t kMost = 10'000;
  const MemoryFile file(std::string(bytes, bytes + size));
  auto reader = PackedReader::open(file.path(), kMost);
  if (!reader) {
    std::abort();
  }
  std::uint64_t total = 0;
  while (true) {
    const auto piece = reader->next();
    if (!piece || piece->empty()) {
      break;
    }
    total += piece->size();
  }
  const ContentInfo unpacked = reader->finish();
  if (total > kMost || unpacked.size < total) {
    std::abort();
  }
  const auto expected = unpack(file.path(), {.sha256 = {}, .size = unpacked.size},
                               [](std::string_view) { return Accepted<void>(); });
  if (expected) {
    std::abort();
  }
  return 0;
}
