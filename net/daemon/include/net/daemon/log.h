// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace luytre::net {

enum class LogLevel : std::uint8_t { Debug, Info, Warning, Error };

// Control-plane messages (spdlog's default logger) go to standard error: with a time for people,
// with a priority for the journal. Nothing in them names what a line asked for.
void start_log(const std::string& program, LogLevel level);

}  // namespace luytre::net
