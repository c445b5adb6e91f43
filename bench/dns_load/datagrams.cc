// SPDX-License-Identifier: Apache-2.0
#include "datagrams.h"

#include <arpa/inet.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <utility>

namespace luytre::bench {
namespace {

// Room for a burst while the other programs of a small machine have the processor.
constexpr int kBufferBytes = 16 << 20;

int connect_socket(int socket, const sockaddr* address, socklen_t size) {
  return ::connect(socket, address, size);
}
int bind_socket(int socket, const sockaddr* address, socklen_t size) {
  return ::bind(socket, address, size);
}

}  // namespace

Result<Datagrams> Datagrams::open(const std::string& address, std::uint16_t port,
                                  int (*attach)(int, const sockaddr*, socklen_t)) {
  sockaddr_in peer{};
  peer.sin_family = AF_INET;
  peer.sin_port = htons(port);
  if (::inet_pton(AF_INET, address.c_str(), &peer.sin_addr) != 1) {
    return fail(ErrorCode::Invalid, address + " is not an IPv4 address.");
  }
  Datagrams made(::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): what the socket API asks for
  if (attach(made.socket_, reinterpret_cast<const sockaddr*>(&peer), sizeof(peer)) != 0) {
    return fail(ErrorCode::System, "Cannot use " + address + " port " + std::to_string(port) +
                                       ": " + std::strerror(errno) + ".");
  }
  // Root may go over the system's limit; for others as much as is allowed will do.
  for (const int option : {SO_RCVBUF, SO_SNDBUF, SO_RCVBUFFORCE, SO_SNDBUFFORCE}) {
    static_cast<void>(
        ::setsockopt(made.socket_, SOL_SOCKET, option, &kBufferBytes, sizeof(kBufferBytes)));
  }
  return made;
}

Result<Datagrams> Datagrams::connected(const std::string& address, std::uint16_t port) {
  auto made = open(address, port, connect_socket);
  if (made) {
    made->is_connected_ = true;
  }
  return made;
}

Result<Datagrams> Datagrams::bound(const std::string& address, std::uint16_t port) {
  return open(address, port, bind_socket);
}

Datagrams::Datagrams(Datagrams&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)), is_connected_(other.is_connected_) {}

Datagrams::~Datagrams() {
  if (socket_ >= 0) {
    ::close(socket_);
  }
}

std::size_t Datagrams::receive() {
  std::array<iovec, kMost> parts;
  std::array<mmsghdr, kMost> headers{};
  for (std::size_t i = 0; i < kMost; ++i) {
    parts[i] = {.iov_base = rooms_[i].data(), .iov_len = kRoom};
    headers[i].msg_hdr.msg_iov = &parts[i];
    headers[i].msg_hdr.msg_iovlen = 1;
    headers[i].msg_hdr.msg_name = &peers_[i];
    headers[i].msg_hdr.msg_namelen = sizeof(peers_[i]);
  }
  const int received = ::recvmmsg(socket_, headers.data(), kMost, 0, nullptr);
  const std::size_t count = received > 0 ? static_cast<std::size_t>(received) : 0;
  for (std::size_t i = 0; i < count; ++i) {
    sizes_[i] = headers[i].msg_len;
  }
  return count;
}

void Datagrams::send(std::size_t count) {
  std::array<iovec, kMost> parts;
  std::array<mmsghdr, kMost> headers{};
  unsigned filled = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (sizes_[i] == 0) {
      continue;
    }
    parts[filled] = {.iov_base = rooms_[i].data(), .iov_len = sizes_[i]};
    msghdr& header = headers[filled++].msg_hdr;
    header.msg_iov = &parts[filled - 1];
    header.msg_iovlen = 1;
    if (!is_connected_) {
      header.msg_name = &peers_[i];
      header.msg_namelen = sizeof(peers_[i]);
    }
  }
  for (unsigned sent = 0; sent < filled;) {
    const int more = ::sendmmsg(socket_, headers.data() + sent, filled - sent, 0);
    if (more > 0) {
      sent += static_cast<unsigned>(more);
    } else if (errno == EAGAIN || errno == ENOBUFS) {
      pollfd room{.fd = socket_, .events = POLLOUT, .revents = 0};
      static_cast<void>(::poll(&room, 1, 1));
    } else if (errno != EINTR) {
      ++sent;  // refused (ICMP of an earlier datagram): counts as lost by who waits for the answer
    }
  }
}

void Datagrams::wait(std::uint64_t nanoseconds) const {
  constexpr std::uint64_t kSecond = 1'000'000'000;
  const timespec longest{.tv_sec = static_cast<time_t>(nanoseconds / kSecond),
                         .tv_nsec = static_cast<long>(nanoseconds % kSecond)};
  pollfd arrival{.fd = socket_, .events = POLLIN, .revents = 0};
  static_cast<void>(::ppoll(&arrival, 1, &longest, nullptr));
}

}  // namespace luytre::bench
