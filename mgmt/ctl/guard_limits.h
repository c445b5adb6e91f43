// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "base/error.h"
#include "categories/guard/guard.h"

namespace luytre::ctl {

// The limits for one source: the built-in ones, where `file` (<data-dir>/guards.toml, which need not
// be there) does not say others for all sources or for this one. Invalid: the file is wrong; the
// error names the line.
[[nodiscard]] Result<categories::GuardLimits> load_guard_limits(const std::filesystem::path& file,
                                                                const std::string& source);

}  // namespace luytre::ctl
