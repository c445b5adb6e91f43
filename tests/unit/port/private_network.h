// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>
#include <sched.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

namespace luytre::port::testing {

inline void run(const std::string& command) {
  ASSERT_EQ(std::system(command.c_str()), 0)
      << command;  // NOLINT(bugprone-command-processor): a test's own text
}

// Moves this process into a network namespace of its own with a veth pair, near and far, up.
inline bool enter_private_network() {
  if (geteuid() != 0 || unshare(CLONE_NEWNET) != 0) {
    return false;
  }
  run("ip link add near type veth peer name far");
  run("sysctl -q -w net.ipv6.conf.far.disable_ipv6=1");
  run("sysctl -q -w net.ipv6.conf.near.disable_ipv6=0");
  run("ip link set far up");
  return true;
}

}  // namespace luytre::port::testing

#define LUYTRE_NEEDS_PRIVATE_NETWORK()                                \
  if (!::luytre::port::testing::enter_private_network()) {            \
    GTEST_SKIP() << "needs root, for a network namespace of its own"; \
  }
