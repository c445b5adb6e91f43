// SPDX-License-Identifier: Apache-2.0
// Input: one octet of choices, then messages with their lengths before them, as they come over TCP.
// Whatever they are, nothing is read outside them, a finished stream is one of three things, and
// what it holds is no more than what came.

#include <cstdint>
#include <cstdlib>
#include <span>

#include "base/cursor.h"
#include "transfer_stream.h"
#include "tsig.h"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's entry point.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace luytre::categories;
  luytre::Cursor cursor(std::span(bytes, size));
  const std::uint8_t choices = cursor.u8();
  TransferQuery query{.zone = DomainName::from_text("rpz.example").value_or(DomainName{}), .id = 7};
  if ((choices & 1U) != 0) {
    query.since = 3;
  }
  TransferStream stream(query, (choices & 2U) != 0 ? query.since : std::nullopt);
  TsigSession session({.name = query.zone, .secret = {1, 2, 3}});
  std::uint64_t came = 0;
  while (!cursor.empty()) {
    const auto message = cursor.bytes(cursor.u16());
    static_cast<void>(session.verify(message, 0));
    came += message.size();
    const auto done = stream.take(message);
    // The smallest record has 11 octets.
    if (stream.records() * 11 > came || stream.lines().size() > stream.records() ||
        stream.delta().size() > stream.records()) {
      std::abort();
    }
    if (!done || *done) {
      break;
    }
  }
  return 0;
}
