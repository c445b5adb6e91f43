// SPDX-License-Identifier: Apache-2.0
#include "dataplane/port/quiescence.h"

#include <rte_rcu_qsbr.h>

#include <chrono>
#include <cstdlib>
#include <thread>

namespace luytre::port {
namespace {

// A busy worker's loop takes some 10 µs; the writer need not look more often than this.
constexpr std::chrono::microseconds kLookAgain{50};

}  // namespace

void Quiescence::Free::operator()(rte_rcu_qsbr* state) const noexcept { std::free(state); }

Result<Quiescence> Quiescence::create(unsigned readers) {
  const std::size_t bytes = rte_rcu_qsbr_get_memsize(readers);
  // The size is a multiple of the cache line, as aligned_alloc wants it.
  auto* state = bytes == 1
                    ? nullptr
                    : static_cast<rte_rcu_qsbr*>(std::aligned_alloc(RTE_CACHE_LINE_SIZE, bytes));
  if (state == nullptr || rte_rcu_qsbr_init(state, readers) != 0) {
    std::free(state);
    return fail(ErrorCode::NoSpace, "There is no memory to keep account of the workers.");
  }
  return Quiescence(state);
}

void Quiescence::join(unsigned reader) noexcept {
  static_cast<void>(
      rte_rcu_qsbr_thread_register(state_.get(), reader));  // fails on bad numbers only
  rte_rcu_qsbr_thread_online(state_.get(), reader);
}

void Quiescence::leave(unsigned reader) noexcept {
  rte_rcu_qsbr_thread_offline(state_.get(), reader);
  static_cast<void>(rte_rcu_qsbr_thread_unregister(state_.get(), reader));
}

void Quiescence::quiescent(unsigned reader) noexcept {
  rte_rcu_qsbr_quiescent(state_.get(), reader);
}

void Quiescence::offline(unsigned reader) noexcept {
  rte_rcu_qsbr_thread_offline(state_.get(), reader);
}

void Quiescence::online(unsigned reader) noexcept {
  rte_rcu_qsbr_thread_online(state_.get(), reader);
}

void Quiescence::wait_for_readers() noexcept {
  const std::uint64_t token = rte_rcu_qsbr_start(state_.get());
  // rte_rcu_qsbr_synchronize would spin; on a machine with few cores the worker that it waits for
  // may need this very CPU.
  while (rte_rcu_qsbr_check(state_.get(), token, false) == 0) {
    std::this_thread::sleep_for(kLookAgain);
  }
}

}  // namespace luytre::port
