// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <string>

namespace luytre::test {

// The whole answer of a server on 127.0.0.1, head and body; empty if nobody listens there.
inline std::string http_get(std::uint16_t port, const std::string& path) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const timeval patience{.tv_sec = 5, .tv_usec = 0};
  ::setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  std::string answer;
  if (::connect(descriptor, static_cast<const sockaddr*>(static_cast<const void*>(&address)),
                sizeof(address)) == 0) {
    const std::string request =
        "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    if (::send(descriptor, request.data(), request.size(), MSG_NOSIGNAL) > 0) {
      std::array<char, 4096> part;
      for (ssize_t size = 0; (size = ::recv(descriptor, part.data(), part.size(), 0)) > 0;) {
        answer.append(part.data(), static_cast<std::size_t>(size));
      }
    }
  }
  ::close(descriptor);
  return answer;
}

}  // namespace luytre::test
