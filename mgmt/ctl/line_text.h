// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "policy/line.h"

namespace luytre::ctl {

[[nodiscard]] nlohmann::ordered_json to_json(const policy::Line& line);
// Several lines for people.
[[nodiscard]] std::string describe(const policy::Line& line, std::chrono::sys_seconds now);

}  // namespace luytre::ctl
