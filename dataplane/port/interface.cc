// SPDX-License-Identifier: Apache-2.0
#include "dataplane/port/interface.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <ifaddrs.h>
#include <linux/ethtool.h>
#include <linux/if_ether.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>
#include <optional>

namespace luytre::port {
namespace {

class Socket {
 public:
  Socket(int family, int type, int protocol) : descriptor_(::socket(family, type, protocol)) {}
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket() {
    if (descriptor_ >= 0) {
      ::close(descriptor_);
    }
  }
  [[nodiscard]] bool ok() const noexcept { return descriptor_ >= 0; }
  [[nodiscard]] int get() const noexcept { return descriptor_; }

 private:
  int descriptor_;
};

ifreq request_for(const std::string& name) {
  ifreq request{};
  name.copy(request.ifr_name, IFNAMSIZ - 1);
  return request;
}

std::string interface_names() {
  const std::unique_ptr<struct if_nameindex, decltype(&if_freenameindex)> all(if_nameindex(),
                                                                              if_freenameindex);
  std::string names;
  for (const struct if_nameindex* one = all.get(); one != nullptr && one->if_index != 0; ++one) {
    names += fmt::format("{}{}", names.empty() ? "" : ", ", one->if_name);
  }
  return names;
}

std::optional<std::string> text_of(const sockaddr& address) {
  char text[INET6_ADDRSTRLEN] = "";
  if (address.sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &address, sizeof(v4));
    return inet_ntop(AF_INET, &v4.sin_addr, text, sizeof(text));
  }
  if (address.sa_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &address, sizeof(v6));
    if (IN6_IS_ADDR_LINKLOCAL(&v6.sin6_addr)) {
      return std::nullopt;  // the kernel gives one to every interface; IPv6 is switched off below
    }
    return inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof(text));
  }
  return std::nullopt;
}

std::vector<std::string> addresses_of(const std::string& name) {
  std::vector<std::string> addresses;
  ifaddrs* first = nullptr;
  if (getifaddrs(&first) != 0) {
    return addresses;
  }
  const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> all(first, freeifaddrs);
  for (const ifaddrs* one = first; one != nullptr; one = one->ifa_next) {
    if (one->ifa_addr == nullptr || name != one->ifa_name) {
      continue;
    }
    if (auto text = text_of(*one->ifa_addr)) {
      addresses.push_back(std::move(*text));
    }
  }
  return addresses;
}

Unexpected<Error> explain(const std::string& name, std::string_view wish) {
  const int error = errno;
  if (error == EPERM || error == EACCES) {
    return fail(ErrorCode::Permission,
                fmt::format("Interface {} cannot be {}: that needs the capability CAP_NET_ADMIN. "
                            "Run the gateway as root or by its systemd unit.",
                            name, wish));
  }
  return fail(ErrorCode::System,
              fmt::format("Interface {} cannot be {}: {}.", name, wish, std::strerror(error)));
}

Result<void> bring_up(const Socket& control, const std::string& name) {
  ifreq request = request_for(name);
  if (ioctl(control.get(), SIOCGIFFLAGS, &request) != 0) {
    return explain(name, "read");
  }
  if ((request.ifr_flags & IFF_UP) != 0) {
    return {};
  }
  request.ifr_flags = static_cast<short>(request.ifr_flags | IFF_UP);
  if (ioctl(control.get(), SIOCSIFFLAGS, &request) != 0) {
    return explain(name, "brought up");
  }
  return {};
}

// An ethtool command that carries one 32-bit value (linux/ethtool.h, struct ethtool_value).
std::optional<std::uint32_t> ethtool(const Socket& control, const std::string& name,
                                     std::uint32_t command, std::uint32_t value) {
  ethtool_value exchange{};
  exchange.cmd = command;
  exchange.data = value;
  ifreq request = request_for(name);
  request.ifr_data = static_cast<char*>(static_cast<void*>(&exchange));
  if (ioctl(control.get(), SIOCETHTOOL, &request) != 0) {
    return std::nullopt;
  }
  return exchange.data;
}

void stop_joining_packets(const Socket& control, const std::string& name,
                          std::vector<std::string>& notes) {
  const auto gro = ethtool(control, name, ETHTOOL_GGRO, 0);
  if (gro && *gro != 0 && !ethtool(control, name, ETHTOOL_SGRO, 0)) {
    notes.push_back(
        fmt::format("GRO of {} could not be switched off; packets over the MTU will be "
                    "lost. Run: ethtool -K {} gro off",
                    name, name));
  }
  const auto flags = ethtool(control, name, ETHTOOL_GFLAGS, 0);
  if (flags && (*flags & ETH_FLAG_LRO) != 0 &&
      !ethtool(control, name, ETHTOOL_SFLAGS, *flags & ~std::uint32_t{ETH_FLAG_LRO})) {
    notes.push_back(
        fmt::format("LRO of {} could not be switched off; packets over the MTU will be "
                    "lost. Run: ethtool -K {} lro off",
                    name, name));
  }
}

void stop_ipv6(const std::string& name, std::vector<std::string>& notes) {
  const std::string path = fmt::format("/proc/sys/net/ipv6/conf/{}/disable_ipv6", name);
  std::ifstream current(path);
  char value = '1';
  if (!current.get(value) || value == '1') {
    return;  // a kernel without IPv6, or somebody was here before
  }
  std::ofstream change(path);
  change << '1';
  change.close();
  if (!change) {
    notes.push_back(
        fmt::format("IPv6 of {} could not be switched off; the host itself speaks on "
                    "it. Run: sysctl -w net.ipv6.conf.{}.disable_ipv6=1",
                    name, name));
  }
}

}  // namespace

Result<InterfaceState> inspect_interface(const std::string& name) {
  const Socket control(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (name.empty() || name.size() >= IFNAMSIZ || if_nametoindex(name.c_str()) == 0) {
    return fail(ErrorCode::NotFound,
                fmt::format("There is no network interface {}. This network namespace has: {}.",
                            name, interface_names()));
  }
  ifreq request = request_for(name);
  if (!control.ok() || ioctl(control.get(), SIOCGIFMTU, &request) != 0) {
    return explain(name, "read");
  }
  return InterfaceState{.mtu = static_cast<std::uint32_t>(request.ifr_mtu),
                        .addresses = addresses_of(name)};
}

Result<std::vector<std::string>> prepare_interface(const std::string& name) {
  const auto state = inspect_interface(name);
  if (!state) {
    return Unexpected(state.error());
  }
  if (!state->addresses.empty()) {
    return fail(ErrorCode::Conflict,
                fmt::format("Interface {} has the address {}: this host itself is reached over it. "
                            "A port of the gateway carries none; remove the address (ip address "
                            "flush dev {}) or choose another interface.",
                            name, state->addresses.front(), name));
  }
  const Socket control(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (!control.ok()) {
    return explain(name, "opened");
  }
  std::vector<std::string> notes;
  stop_ipv6(name, notes);  // before it comes up, or the kernel announces itself
  if (auto up = bring_up(control, name); !up) {
    return Unexpected(up.error());
  }
  stop_joining_packets(control, name, notes);
  return notes;
}

Result<void> may_open_packet_sockets() {
  const Socket packet(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_ALL));
  if (packet.ok()) {
    return {};
  }
  if (errno == EPERM || errno == EACCES) {
    return fail(
        ErrorCode::Permission,
        "Packets cannot be received: that needs the capability CAP_NET_RAW. Run the gateway "
        "as root or by its systemd unit.");
  }
  return fail(ErrorCode::System,
              fmt::format("Packet sockets cannot be opened: {}.", std::strerror(errno)));
}

}  // namespace luytre::port
