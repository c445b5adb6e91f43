// SPDX-License-Identifier: Apache-2.0
// The readers of what follows the beginning of a stream. The first byte chooses one.
#include <array>

#include "fuzz/dataplane_inspect/steady.h"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's entry point.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using luytre::dataplane::Reader;
  if (size == 0) {
    return 0;
  }
  constexpr std::array kReaders = {Reader::Start,     Reader::TlsNext, Reader::Http,
                                   Reader::HttpChunk, Reader::Dns,     Reader::HttpTrailer,
                                   Reader::Http2};
  const Reader reader = kReaders[bytes[0] % kReaders.size()];
  luytre::test::expect_steady(
      [&](std::span<const std::uint8_t> stream) {
        return luytre::dataplane::read_stream(stream, {.reader = reader, .from = 0, .port = 53});
      },
      {bytes + 1, size - 1});
  return 0;
}
