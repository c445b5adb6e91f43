// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config.h"

namespace luytre::gateway {

// Control-plane messages go to standard error: with a time for people, with a priority for the
// journal. Nothing in them names what a line asked for.
void start_log(LogLevel level);

}  // namespace luytre::gateway
