// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>

namespace luytre::port {

// A number with one writer. Reading and writing apart instead of one atomic addition: nobody else
// writes, and the compiler makes it a plain increment.
class Count {
 public:
  void add(std::uint64_t more) noexcept {
    value_.store(value_.load(std::memory_order_relaxed) + more, std::memory_order_relaxed);
  }
  [[nodiscard]] std::uint64_t get() const noexcept {
    return value_.load(std::memory_order_relaxed);
  }

 private:
  std::atomic<std::uint64_t> value_{0};
};

// Of one thread's end of a queue; PortCounters says what each means.
struct alignas(64) QueueCounts {
  Count received;
  Count sent;
  Count send_full;
  Count too_long;
  Count segmented;
  Count worker_full;
  Count distributor_full;
};

}  // namespace luytre::port
