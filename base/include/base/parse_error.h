// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace luytre {

// Why bytes from the network could not be read. A normal result, one byte, counted; the policy decides what follows.
enum class ParseError : std::uint8_t {
  Truncated,    // a valid message may begin like this: more bytes can complete it
  Malformed,    // no continuation can make it valid
  Unsupported,  // valid, but a form that this parser does not read
};

}  // namespace luytre
