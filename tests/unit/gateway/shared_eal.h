// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>
#include <iostream>

#include "dataplane/port/eal.h"

namespace luytre::gateway::testing {

inline constexpr unsigned kMostWorkers = 3;  // and a distributor

// DPDK starts once in a process: the tests of one binary share it. No root, no hugepages. It is
// not ended: threads of DPDK run to the last.
inline port::Eal& shared_eal() {
  static auto* const eal =
      new Result<port::Eal>(port::Eal::start({.workers = kMostWorkers + 1, .memory_mb = 192}));
  if (!*eal) {
    std::cerr << eal->error().message << '\n';
    std::abort();
  }
  return **eal;
}

}  // namespace luytre::gateway::testing
