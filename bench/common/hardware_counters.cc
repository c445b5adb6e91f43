// SPDX-License-Identifier: Apache-2.0
#include "hardware_counters.h"

#include <linux/perf_event.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>

namespace luytre::bench {
namespace {

int open_counter(std::uint64_t which, int group) {
  perf_event_attr attributes{};
  attributes.size = sizeof(attributes);
  attributes.type = PERF_TYPE_HARDWARE;
  attributes.config = which;
  attributes.disabled = 1;
  attributes.exclude_kernel = 1;
  attributes.exclude_hv = 1;
  attributes.read_format =
      PERF_FORMAT_GROUP | PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING;
  constexpr pid_t kThisThread = 0;
  constexpr int kAnyProcessor = -1;
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg): glibc has no other way to this call
  return static_cast<int>(::syscall(SYS_perf_event_open, &attributes, kThisThread, kAnyProcessor,
                                    group, PERF_FLAG_FD_CLOEXEC));
}

void control(int leader, unsigned long request) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg)
  static_cast<void>(::ioctl(leader, request, PERF_IOC_FLAG_GROUP));
}

}  // namespace

HardwareCounters::HardwareCounters() : cycles_(open_counter(PERF_COUNT_HW_CPU_CYCLES, -1)) {
  if (cycles_ >= 0) {
    misses_ = open_counter(PERF_COUNT_HW_CACHE_MISSES, cycles_);
  }
}

HardwareCounters::~HardwareCounters() {
  for (const int counter : {misses_, cycles_}) {
    if (counter >= 0) {
      ::close(counter);
    }
  }
}

void HardwareCounters::resume() noexcept {
  if (available()) {
    control(cycles_, PERF_EVENT_IOC_ENABLE);
  }
}

void HardwareCounters::pause() noexcept {
  if (available()) {
    control(cycles_, PERF_EVENT_IOC_DISABLE);
  }
}

std::optional<HardwareCounters::Counts> HardwareCounters::counts() const noexcept {
  // perf_event_open(2), "Reading results": number of counters, time enabled, time running, values.
  std::array<std::uint64_t, 5> group{};
  if (!available() || ::read(cycles_, group.data(), sizeof(group)) != sizeof(group)) {
    return std::nullopt;
  }
  const auto& [counters, enabled, running, cycles, misses] = group;
  if (counters != 2 || enabled == 0 || enabled != running) {
    return std::nullopt;
  }
  return Counts{.cycles = cycles, .cache_misses = misses};
}

}  // namespace luytre::bench
