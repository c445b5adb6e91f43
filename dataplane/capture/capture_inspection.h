// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "base/error.h"
#include "capture_file.h"
#include "dataplane/outcome.h"
#include "name_events.h"
#include "unread.h"

namespace luytre::dataplane {

// What the gateway would have seen of one capture.
struct CaptureReport {
  std::filesystem::path path;
  std::uint64_t packets = 0;
  std::map<NameEvent, std::uint64_t> events;  // with how often each occurred
  std::array<std::uint64_t, kOutcomeCount> outcomes{};
  std::array<std::uint64_t, kUnreadCount> unread{};
  std::string damage;  // why reading stopped before the end, a sentence; empty: it did not
  std::size_t unreturned_packets = 0;  // what the worker still had after it was drained: none
};

// Passes every frame of `capture` through a production worker as if a filtered line had sent it, at
// the times that the capture says, `burst` packets (1 to Worker::kBurst) at once. Nothing is
// listed, so every name is looked at and no decision hides a later one. The capture's own end: what
// is still held then has shown no name.
[[nodiscard]] Result<CaptureReport> inspect_capture(CaptureFile& capture,
                                                    const std::filesystem::path& path,
                                                    std::size_t burst);

}  // namespace luytre::dataplane
