// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"

namespace luytre::gateway {

// What a reload may fail on; a label of luytre_reload_failures_total.
enum class ReloadPart : std::uint8_t { Index, Policy, Overlay };
inline constexpr std::array<std::string_view, 3> kReloadPartNames = {"index", "policy", "overlay"};

// What is in force, for metrics and the log.
struct ReloadStatus {
  bool index_loaded = false;
  std::uint64_t index_serial = 0;
  std::uint64_t index_names = 0;
  std::chrono::system_clock::time_point index_compiled_at;  // when the file was written
  std::uint64_t overlay_names = 0;  // that changed since the index and are in force
  std::uint64_t list_serial = 0;    // up to which names are in force
  bool lists_behind = false;        // something newer waits for an index to be compiled
  bool policy_loaded = false;
  std::uint64_t policy_version = 0;
  std::uint64_t lines = 0;
  std::array<std::uint64_t, kReloadPartNames.size()> failures{};  // by ReloadPart
};

// Counts what could not be used and says it, each once as long as nothing better came.
class Refusals {
 public:
  void refuse(ReloadPart part, const Error& error);
  // Something new is in force: the same complaint would be another one.
  void forget(ReloadPart part) { said_[static_cast<std::size_t>(part)].clear(); }

  [[nodiscard]] const std::array<std::uint64_t, kReloadPartNames.size()>& counts() const noexcept {
    return counts_;
  }

 private:
  std::array<std::string, kReloadPartNames.size()> said_;
  std::array<std::uint64_t, kReloadPartNames.size()> counts_{};
};

}  // namespace luytre::gateway
