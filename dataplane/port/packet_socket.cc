// SPDX-License-Identifier: Apache-2.0
#include "packet_socket.h"

// DPDK's af_packet driver (22.11, and later ones as well) puts each socket into a fanout group with
// PACKET_FANOUT_FLAG_DEFRAG and PACKET_FANOUT_FLAG_ROLLOVER, has no option against it, and closes
// no door to look at its sockets. For a bump in the wire both flags are wrong:
// - DEFRAG: the kernel puts IPv4 fragments together. What comes out is longer than the MTU, does
//   not fit a slot of the ring and cannot be sent: a line that nobody filters would lose every
//   fragmented datagram.
// - ROLLOVER: a full queue pours over into another worker's, who does not know the flow.
// The driver calls setsockopt of the C library, which a program may define itself. This definition
// passes every call on and takes the two flags away, and asks the kernel not to hand over what the
// host itself sends on the interface.

#include <linux/if_packet.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cstring>

namespace luytre::port {
namespace {

std::atomic<bool> exact{false};

// linux/if_packet.h since 6.8.
constexpr unsigned kFanoutIgnoreOutgoing = 0x4000;

int pass_on(int descriptor, int level, int option, const void* value, socklen_t size) noexcept {
  return static_cast<int>(::syscall(SYS_setsockopt, descriptor, level, option, value, size));
}

int join_exact_fanout(int descriptor, unsigned group) noexcept {
  constexpr unsigned kUnwanted = unsigned{PACKET_FANOUT_FLAG_DEFRAG | PACKET_FANOUT_FLAG_ROLLOVER}
                                 << 16U;
  const unsigned exact_group = group & ~kUnwanted;
  const unsigned quiet_group = exact_group | (kFanoutIgnoreOutgoing << 16U);
  if (pass_on(descriptor, SOL_PACKET, PACKET_FANOUT, &quiet_group, sizeof(quiet_group)) == 0) {
    return 0;
  }
  return pass_on(descriptor, SOL_PACKET, PACKET_FANOUT, &exact_group, sizeof(exact_group));
}

}  // namespace

void keep_packet_sockets_exact() noexcept { exact.store(true, std::memory_order_relaxed); }

int set_socket_option(int descriptor, int level, int option, const void* value,
                      socklen_t size) noexcept {
  if (level == SOL_PACKET && option == PACKET_FANOUT && size == sizeof(unsigned) &&
      exact.load(std::memory_order_relaxed)) {
    unsigned group = 0;
    std::memcpy(&group, value, sizeof(group));
    return join_exact_fanout(descriptor, group);
  }
  return pass_on(descriptor, level, option, value, size);
}

}  // namespace luytre::port

extern "C" int setsockopt(int descriptor, int level, int option, const void* value,
                          socklen_t size) noexcept {
  return luytre::port::set_socket_option(descriptor, level, option, value, size);
}
