// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/expected.h"

namespace luytre::categories {

// Why something of a signed list is not taken. The version in force stays in every case.
enum class Refusal : std::uint8_t {
  TooLarge,       // over the bound of its kind; not parsed
  Malformed,      // no envelope, or a payload that is not what its type says
  WrongType,      // a root where a manifest is due, or the other way round
  BadSignatures,  // fewer keys of the role have signed than its threshold
  WrongList,      // another list's, if by the same keys
  UnknownRoot,    // signed under a root that is not known yet: ask for the next one first
  RootGap,        // a root that does not follow the one held
  OldRoot,        // a root not newer than the one held
  RootExpired,    // the newest known root is past its end
  Expired,        // the manifest is past its end: a frozen mirror, or an issuer that stopped
  FromTheFuture,  // issued more than a day from now: a wrong clock, here or there
  OldSerial,      // a version before the last one accepted: replayed
  SerialJump,     // a serial so far ahead that it could only exhaust the numbers
  SameSerialOtherContent,  // the issuer said two things under one serial
  WrongSize,               // a file that is longer or shorter than the manifest says
  WrongHash,               // a file or text that is not the one the manifest names
  BadPacking,              // no single zstd frame, cut, or one that asks for too much memory
  BadDelta,                // a delta that does not fit the text it is applied to
  BadText,                 // a list text that is not canonical
  LocalFault,              // nothing of the above: this machine cannot read or write
};
inline constexpr std::size_t kRefusalCount = 20;

// "bad_signatures": the word in metrics and JSON.
[[nodiscard]] std::string_view refusal_word(Refusal refusal) noexcept;

struct Refused {
  Refusal reason = Refusal::LocalFault;
  std::string message;   // a sentence for people, without its full stop
  std::size_t have = 0;  // BadSignatures: how many keys of the role have signed…
  std::size_t need = 0;  // …and how many it takes

  // For callers without own use for the reason.
  [[nodiscard]] Error error() const;
};

template <typename T>
using Accepted = Expected<T, Refused>;

[[nodiscard]] inline Unexpected<Refused> refuse(Refusal reason, std::string message) {
  return Unexpected<Refused>(Refused{.reason = reason, .message = std::move(message)});
}

}  // namespace luytre::categories
