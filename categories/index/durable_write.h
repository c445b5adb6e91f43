// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>

#include "base/error.h"

namespace luytre::categories {

// Replaces `file` by `bytes` so that after a crash at any moment either the old or the new content
// is there, whole. Writes "<file>.new" beside it (one writer at a time), and removes that again
// when something fails: the old file stays.
[[nodiscard]] Result<void> durable_write(const std::filesystem::path& file,
                                         std::span<const std::uint8_t> bytes);

}  // namespace luytre::categories
