// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/error.h"

namespace luytre::ctl {

// The body of an HTTP 200 answer; at most 4 MiB, within 5 seconds. No redirects, no proxy.
[[nodiscard]] Result<std::string> http_get(const std::string& url);

}  // namespace luytre::ctl
