// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <span>
#include <string>

#include "base/error.h"

namespace luytre::bench {

// A UDP socket that sends and receives up to kMost datagrams a system call. IPv4 only.
class Datagrams {
 public:
  static constexpr std::size_t kMost = 64;
  static constexpr std::size_t kRoom = 1024;

  [[nodiscard]] static Result<Datagrams> connected(const std::string& address, std::uint16_t port);
  [[nodiscard]] static Result<Datagrams> bound(const std::string& address, std::uint16_t port);
  Datagrams(Datagrams&& other) noexcept;
  Datagrams(const Datagrams&) = delete;
  Datagrams& operator=(const Datagrams&) = delete;
  Datagrams& operator=(Datagrams&&) = delete;
  ~Datagrams();

  // Receives what is there, without waiting; how many. Places 0 to that are overwritten.
  std::size_t receive();
  [[nodiscard]] std::span<std::uint8_t> room(std::size_t place) noexcept { return rooms_[place]; }
  [[nodiscard]] std::size_t size(std::size_t place) const noexcept { return sizes_[place]; }
  // To be sent as it stands in room(place), to whoever it came from or to the connected peer.
  void set_size(std::size_t place, std::size_t bytes) noexcept { sizes_[place] = bytes; }
  // Sends places 0 to `count` - 1; those of size 0 are left out. Waits for room in the socket.
  void send(std::size_t count);
  // Until something can be received, at most that long.
  void wait(std::uint64_t nanoseconds) const;

 private:
  explicit Datagrams(int socket) noexcept : socket_(socket) {}
  [[nodiscard]] static Result<Datagrams> open(const std::string& address, std::uint16_t port,
                                              int (*attach)(int, const sockaddr*, socklen_t));

  int socket_;
  bool is_connected_ = false;
  std::array<std::array<std::uint8_t, kRoom>, kMost> rooms_{};
  std::array<std::size_t, kMost> sizes_{};
  std::array<sockaddr_in, kMost> peers_{};
};

}  // namespace luytre::bench
