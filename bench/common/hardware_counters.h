// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

namespace luytre::bench {

// What the processor counts of this thread's own work (perf_event_open), between resume() and
// pause(). Many virtual machines count nothing.
class HardwareCounters {
 public:
  struct Counts {
    std::uint64_t cycles = 0;
    std::uint64_t cache_misses = 0;  // of the last level
  };

  HardwareCounters();
  HardwareCounters(const HardwareCounters&) = delete;
  HardwareCounters& operator=(const HardwareCounters&) = delete;
  HardwareCounters(HardwareCounters&&) = delete;
  HardwareCounters& operator=(HardwareCounters&&) = delete;
  ~HardwareCounters();

  [[nodiscard]] bool available() const noexcept { return cycles_ >= 0 && misses_ >= 0; }
  void resume() noexcept;
  void pause() noexcept;
  // Since construction. Nothing where the machine does not count, or counted only part of the time.
  [[nodiscard]] std::optional<Counts> counts() const noexcept;

 private:
  int cycles_ = -1;  // leads the group
  int misses_ = -1;
};

}  // namespace luytre::bench
