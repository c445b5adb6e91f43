// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace luytre::categories {

// Where the newest accepted version of a list stands on this node.
enum class ListStage : std::uint8_t {
  None,     // no version was ever accepted
  Waiting,  // it is here, and others begin with it
  Canary,   // in force here before it is everywhere
  Active,   // in force
  Pending,  // accepted, and not in force yet: its files are missing or could not be used
  Held,     // a guard wants a second person to decide
};
inline constexpr std::size_t kListStageCount = 6;
// "waiting": the word in metrics and files.
[[nodiscard]] std::string_view describe(ListStage stage) noexcept;

// The last thing that was not taken.
struct ListRefusal {
  std::chrono::sys_seconds at;
  std::string reason;  // "bad_signatures": a word for metrics
  std::string message;
};

struct ListStatus {
  std::string name;
  std::uint64_t serial = 0;           // in force; 0: nothing
  std::uint64_t accepted_serial = 0;  // the newest that was signed well
  ListStage stage = ListStage::None;
  std::uint64_t entries = 0;  // in force
  std::uint64_t dropped = 0;  // of them left out, because the list's scope may not state them
  // Of the newest accepted manifest.
  std::optional<std::chrono::sys_seconds> issued = {};
  std::optional<std::chrono::sys_seconds> expires = {};
  // A waiting version's turn.
  std::optional<std::chrono::sys_seconds> active_from = {};
  std::optional<std::chrono::sys_seconds> activated_at = {};
  // When a mirror last gave a manifest that could be accepted.
  std::optional<std::chrono::sys_seconds> last_success = {};
  std::optional<ListRefusal> last_refusal = {};

  // Since the process started.
  std::uint64_t polls = 0;
  std::uint64_t received_bytes = 0;
  std::uint64_t activations_by_delta = 0;
  std::uint64_t activations_by_snapshot = 0;
  double activation_seconds = 0;                  // of the last one
  std::map<std::string, std::uint64_t> failures = {};  // by reason
};

}  // namespace luytre::categories
