// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "categories/guard/guard.h"

namespace luytre::categories {
namespace {

// In the order of GuardKind.
constexpr std::array<std::string_view, kGuardKindCount> kWords = {
    "empty",          "shrink", "growth",      "public_suffix",         "shared_host",
    "popular",        "opens",  "never_block", "mandatory_never_block", "wide_prefix",
    "lost_protection"};

}  // namespace

std::string_view describe(GuardKind kind) noexcept {
  return kWords[static_cast<std::size_t>(kind) % kWords.size()];
}

std::optional<GuardKind> guard_kind(std::string_view word) noexcept {
  const auto found = std::ranges::find(kWords, word);
  if (found == kWords.end()) {
    return std::nullopt;
  }
  return static_cast<GuardKind>(found - kWords.begin());
}

std::string_view describe(GuardSeverity severity) noexcept {
  switch (severity) {
    case GuardSeverity::Notice:
      return "notice";
    case GuardSeverity::Hold:
      return "hold";
    case GuardSeverity::Forbid:
      return "forbid";
  }
  return "unknown";
}

}  // namespace luytre::categories
