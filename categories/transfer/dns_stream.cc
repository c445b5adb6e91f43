// SPDX-License-Identifier: Apache-2.0
#include "dns_stream.h"

#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <system_error>
#include <utility>

#include "base/byte_order.h"

namespace luytre::categories {
namespace {

constexpr std::size_t kLengthBytes = 2;
constexpr std::size_t kMaxMessageBytes = 65'535;
// One message of the largest size, and room to read ahead.
constexpr std::size_t kBufferBytes = std::size_t{256} << 10U;

}  // namespace

std::string ServerAddress::to_text() const {
  return address.is_v4() ? fmt::format("{}:{}", address.to_text(), port)
                         : fmt::format("[{}]:{}", address.to_text(), port);
}

Result<DnsStream> DnsStream::connect(const ServerAddress& server, Deadline deadline) {
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(server.address.to_text().c_str(), std::to_string(server.port).c_str(), &hints,
                    &found) != 0) {
    return fail(ErrorCode::Invalid, fmt::format("{} is no address.", server.to_text()));
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> address(found, &::freeaddrinfo);
  DnsStream stream(
      ::socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP),
      server.to_text());
  if (stream.socket_ < 0) {
    return stream.failure("open a socket for");
  }
  const int on = 1;
  ::setsockopt(stream.socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (::connect(stream.socket_, address->ai_addr, address->ai_addrlen) != 0) {
    if (errno != EINPROGRESS) {
      return stream.failure("connect to");
    }
    if (auto ready = stream.wait(POLLOUT, deadline); !ready) {
      return Unexpected(ready.error());
    }
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(stream.socket_, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) {
      errno = error;
      return stream.failure("connect to");
    }
  }
  return stream;
}

DnsStream::DnsStream(int socket, std::string server)
    : socket_(socket), server_(std::move(server)), buffer_(kBufferBytes) {}

DnsStream::DnsStream(DnsStream&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)),
      server_(std::move(other.server_)),
      buffer_(std::move(other.buffer_)),
      begin_(other.begin_),
      end_(other.end_) {}

DnsStream::~DnsStream() {
  if (socket_ >= 0) {
    ::close(socket_);
  }
}

Unexpected<Error> DnsStream::failure(const char* what) const {
  return fail(ErrorCode::System, fmt::format("Cannot {} {}: {}.", what, server_,
                                             std::generic_category().message(errno)));
}

Result<void> DnsStream::wait(short events, Deadline deadline) const {
  while (true) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) {
      return fail(ErrorCode::System, fmt::format("{} does not answer in time.", server_));
    }
    pollfd ready{.fd = socket_, .events = events, .revents = 0};
    // A minute at a time fits an int, whatever the deadline.
    const int timeout_ms = static_cast<int>(std::min<std::int64_t>(left.count(), 60'000));
    const int count = ::poll(&ready, 1, timeout_ms);
    if (count > 0) {
      return {};
    }
    if (count < 0 && errno != EINTR) {
      return failure("wait for");
    }
  }
}

Result<void> DnsStream::send(std::span<const std::uint8_t> message, Deadline deadline) {
  std::vector<std::uint8_t> framed(kLengthBytes);
  store_be16(framed.data(), static_cast<std::uint16_t>(message.size()));
  framed.insert(framed.end(), message.begin(), message.end());
  std::span<const std::uint8_t> rest = framed;
  while (!rest.empty()) {
    const ssize_t sent = ::send(socket_, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      rest = rest.subspan(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN) {
      if (auto ready = wait(POLLOUT, deadline); !ready) {
        return ready;
      }
    } else if (errno != EINTR) {
      return failure("send to");
    }
  }
  return {};
}

Result<void> DnsStream::fill(std::size_t bytes, Deadline deadline) {
  if (buffer_.size() - begin_ < kLengthBytes + kMaxMessageBytes) {
    std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_),
              buffer_.begin() + static_cast<std::ptrdiff_t>(end_), buffer_.begin());
    end_ -= begin_;
    begin_ = 0;
  }
  while (end_ - begin_ < bytes) {
    const ssize_t received = ::recv(socket_, buffer_.data() + end_, buffer_.size() - end_, 0);
    if (received > 0) {
      end_ += static_cast<std::size_t>(received);
    } else if (received == 0) {
      return fail(
          ErrorCode::System,
          fmt::format("{} closed the connection before the transfer was complete.", server_));
    } else if (errno == EAGAIN) {
      if (auto ready = wait(POLLIN, deadline); !ready) {
        return ready;
      }
    } else if (errno != EINTR) {
      return failure("receive from");
    }
  }
  return {};
}

Result<std::span<const std::uint8_t>> DnsStream::receive(Deadline deadline) {
  if (auto filled = fill(kLengthBytes, deadline); !filled) {
    return Unexpected(filled.error());
  }
  const std::size_t size = load_be16(buffer_.data() + begin_);
  begin_ += kLengthBytes;
  if (auto filled = fill(size, deadline); !filled) {
    return Unexpected(filled.error());
  }
  const std::span<const std::uint8_t> message = std::span(buffer_).subspan(begin_, size);
  begin_ += size;
  return message;
}

}  // namespace luytre::categories
