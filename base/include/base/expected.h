// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>

namespace luytre {

// A value or the reason why there is none. Test it, then use `*result`: `.value()` throws and most of our
// targets are built without exceptions. GCC 12 has no and_then/transform; do not use them.
// Tools that parse this code with clang need version 16 or newer for libstdc++'s <expected>.
template <typename T, typename E>
using Expected = std::expected<T, E>;

template <typename E>
using Unexpected = std::unexpected<E>;

}  // namespace luytre
