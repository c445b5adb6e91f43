// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <utility>
#include <vector>

#include "dataplane/port/eal.h"
#include "dataplane/port/packet_buffers.h"

namespace luytre::port::testing {

// DPDK starts once in a process: the tests of one binary share it. No root, no hugepages.
inline Eal& shared_eal() {
  static Result<Eal> eal = Eal::start({.workers = 2, .memory_mb = 128});
  if (!eal) {
    std::cerr << eal.error().message << '\n';
    std::abort();
  }
  return *eal;
}

inline std::vector<std::unique_ptr<PacketBuffers>> make_buffers(const std::string& name,
                                                                unsigned count) {
  shared_eal();
  auto made = PacketBuffers::create(name, {.count = count});
  if (!made) {
    std::cerr << made.error().message << '\n';
    std::abort();
  }
  std::vector<std::unique_ptr<PacketBuffers>> buffers;
  buffers.push_back(std::move(*made));
  return buffers;
}

}  // namespace luytre::port::testing
