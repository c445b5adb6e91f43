// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace luytre::dataplane {

// The same octets as characters, for protocols that are text.
[[nodiscard]] inline std::string_view text_view(std::span<const std::uint8_t> octets) noexcept {
  // NOLINTNEXTLINE(bugprone-casting-through-void): char may alias any object.
  return {static_cast<const char*>(static_cast<const void*>(octets.data())), octets.size()};
}

}  // namespace luytre::dataplane
