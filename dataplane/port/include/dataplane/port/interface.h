// SPDX-License-Identifier: Apache-2.0
#pragma once

// A kernel network interface that becomes a port of the gateway. No DPDK in here.

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"

namespace luytre::port {

struct InterfaceState {
  std::uint32_t mtu = 0;
  std::vector<std::string> addresses;  // "192.0.2.1", without IPv6 link-local ones
};

// NotFound names the interfaces that there are.
[[nodiscard]] Result<InterfaceState> inspect_interface(const std::string& name);

// Makes it a port: up, no GRO and LRO (they join packets into ones that no cable carries), no IPv6
// of its own. Conflict if the host has an address on it: the host would answer beside the gateway,
// and an interface that somebody logs in over is not to be taken away by a slip. Permission: not
// root. What could not be switched off comes back as sentences for the log.
[[nodiscard]] Result<std::vector<std::string>> prepare_interface(const std::string& name);

// Whether this process may open packet sockets; Permission says what is missing.
[[nodiscard]] Result<void> may_open_packet_sockets();

}  // namespace luytre::port
