// SPDX-License-Identifier: Apache-2.0
#include "reload_status.h"

#include <spdlog/spdlog.h>

namespace luytre::gateway {

void Refusals::refuse(ReloadPart part, const Error& error) {
  const auto position = static_cast<std::size_t>(part);
  if (said_[position] == error.message) {
    return;  // the same attempt again
  }
  said_[position] = error.message;
  ++counts_[position];
  spdlog::error("A new {} was refused, the last good one stays in force: {}",
                kReloadPartNames[position], error.message);
}

}  // namespace luytre::gateway
