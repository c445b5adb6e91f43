// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace luytre::net {

// Tells systemd how far we are ("READY=1", "STOPPING=1", sd_notify(3)). Nothing happens when nobody
// asked: the variable NOTIFY_SOCKET is not set.
void notify_service_manager(std::string_view state) noexcept;

}  // namespace luytre::net
