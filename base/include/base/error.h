// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "base/expected.h"

namespace luytre {

// Failures of the environment: files, databases, configuration. Bytes from the network never make one of these.
enum class ErrorCode : std::uint8_t {
  NotFound,    // the named thing does not exist
  Invalid,     // it exists and its content is wrong
  Corrupt,     // it was right once and is damaged (checksum, truncation)
  Conflict,    // it contradicts something that is already there
  Busy,        // somebody else holds it; trying again may help
  NoSpace,     // disk, map or pool is full
  Permission,  // the operating system says no
  System,      // any other failure of the operating system or a library
};

// What failed, on what, and what to do; `message` is a sentence for a person, without a function name in it.
struct Error {
  ErrorCode code = ErrorCode::System;
  std::string message;
};

template <typename T>
using Result = Expected<T, Error>;

[[nodiscard]] inline Unexpected<Error> fail(ErrorCode code, std::string message) {
  return Unexpected<Error>(Error{code, std::move(message)});
}

}  // namespace luytre
