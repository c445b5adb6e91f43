// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "base/error.h"

namespace luytre::ctl {

// Adds one line of JSON to <data_dir>/audit.jsonl, with the time in front, and returns once it is on
// the disk. Lines are never changed or removed by any command.
[[nodiscard]] Result<void> append_audit(const std::filesystem::path& data_dir,
                                        const nlohmann::ordered_json& what);

// Who does something, as the audit log and the second person's check know them: `given`, or who
// runs this program (under sudo: who called it). Invalid: no name of 1 to 64 characters of
// [A-Za-z0-9._@+-].
[[nodiscard]] Result<std::string> actor(const std::string& given);
// Without regard to case.
[[nodiscard]] bool same_person(std::string_view a, std::string_view b) noexcept;

}  // namespace luytre::ctl
