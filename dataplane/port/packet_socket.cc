// SPDX-License-Identifier: Apache-2.0
#include "packet_socket.h"

// DPDK's af_packet driver (22.11, and later ones as well) puts each socket, even a single one, into
// a fanout group with PACKET_FANOUT_FLAG_DEFRAG and PACKET_FANOUT_FLAG_ROLLOVER, and has no option
// against it. For a bump in the wire both flags are wrong:
// - DEFRAG: the kernel puts IPv4 fragments together. What comes out is longer than the MTU, does
//   not fit a slot of the ring and cannot be sent: a line that nobody filters would lose every
//   fragmented datagram.
// - ROLLOVER: a full queue pours over into another worker's, who does not know the flow.
// The driver calls setsockopt of the C library, which a program may define itself. This definition
// passes every call on, but that one: a single socket joins no group, several join one without the
// two flags; and either way the kernel is asked not to hand over what the host itself sends. It
// also is where we learn which sockets they are: the driver does not tell what their rings lost.

#include <linux/if_packet.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <utility>

namespace luytre::port {
namespace {

// Until the first port of ours asks, and for everybody else's sockets, nothing is changed.
enum class Mode : std::uint8_t { PassOn, Alone, ByHash };
std::atomic<Mode> mode{Mode::PassOn};

// Of the port that is being opened; written and taken by the thread that opens it.
std::vector<int> opened;

// Newer than the headers of Debian 12 (linux/if_packet.h); older kernels refuse it.
constexpr unsigned kFanoutIgnoreOutgoing = 0x4000;

int pass_on(int descriptor, int level, int option, const void* value, socklen_t size) noexcept {
  return static_cast<int>(::syscall(SYS_setsockopt, descriptor, level, option, value, size));
}

int stay_alone(int descriptor) noexcept {
  constexpr int kOn = 1;
  return pass_on(descriptor, SOL_PACKET, PACKET_IGNORE_OUTGOING, &kOn, sizeof(kOn));
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

std::vector<int> take_packet_sockets() { return std::exchange(opened, {}); }

std::uint64_t take_ring_drops(int socket) noexcept {
  tpacket_stats since{};  // reading sets it to zero (packet(7))
  socklen_t size = sizeof(since);
  return getsockopt(socket, SOL_PACKET, PACKET_STATISTICS, &since, &size) == 0 ? since.tp_drops : 0;
}

void keep_packet_sockets_exact(Fanout fanout) noexcept {
  mode.store(fanout == Fanout::Alone ? Mode::Alone : Mode::ByHash, std::memory_order_relaxed);
}

int set_socket_option(int descriptor, int level, int option, const void* value,
                      socklen_t size) noexcept {
  const Mode now = mode.load(std::memory_order_relaxed);
  if (now != Mode::PassOn && level == SOL_PACKET && option == PACKET_FANOUT &&
      size == sizeof(unsigned)) {
    opened.push_back(descriptor);
    unsigned group = 0;
    std::memcpy(&group, value, sizeof(group));
    return now == Mode::Alone ? stay_alone(descriptor) : join_exact_fanout(descriptor, group);
  }
  return pass_on(descriptor, level, option, value, size);
}

}  // namespace luytre::port

extern "C" int setsockopt(int descriptor, int level, int option, const void* value,
                          socklen_t size) noexcept {
  return luytre::port::set_socket_option(descriptor, level, option, value, size);
}
