// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "base/error.h"

struct rte_rcu_qsbr;

namespace luytre::port {

// When may the old snapshot be freed? After every reader has said once that it holds no pointer
// (rte_rcu_qsbr). A reader loads the shared pointer between two quiescent() calls, uses it, and
// never keeps it across one. Needs no EAL.
class Quiescence {
 public:
  // Readers are numbered 0 to `readers` - 1.
  [[nodiscard]] static Result<Quiescence> create(unsigned readers);

  // By the reader's own thread; constant time, no lock.
  void join(unsigned reader) noexcept;   // from here on writers wait for it
  void leave(unsigned reader) noexcept;  // for good
  void quiescent(unsigned reader) noexcept;
  void offline(unsigned reader) noexcept;  // before anything that blocks; no pointer may be held
  void online(unsigned reader) noexcept;

  // By a writer, after it published the new pointer: returns when no reader can hold the old one.
  // Sleeps in between; takes as long as the slowest reader's loop.
  void wait_for_readers() noexcept;

 private:
  struct Free {
    void operator()(rte_rcu_qsbr* state) const noexcept;
  };
  explicit Quiescence(rte_rcu_qsbr* state) noexcept : state_(state) {}
  std::unique_ptr<rte_rcu_qsbr, Free> state_;
};

}  // namespace luytre::port
