// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "categories/ip_address.h"

namespace luytre::categories {

struct ServerAddress {
  IpAddress address;
  std::uint16_t port = 53;

  // "192.0.2.1:53", "[2001:db8::1]:53"
  [[nodiscard]] std::string to_text() const;
};

// DNS messages over one TCP connection, each with its length before it (RFC 1035 §4.2.2). Every call
// ends at its deadline.
class DnsStream {
 public:
  using Deadline = std::chrono::steady_clock::time_point;

  [[nodiscard]] static Result<DnsStream> connect(const ServerAddress& server, Deadline deadline);
  DnsStream(const DnsStream&) = delete;
  DnsStream& operator=(const DnsStream&) = delete;
  DnsStream(DnsStream&& other) noexcept;
  DnsStream& operator=(DnsStream&&) = delete;
  ~DnsStream();

  [[nodiscard]] Result<void> send(std::span<const std::uint8_t> message, Deadline deadline);
  // The next message, valid until the next call.
  [[nodiscard]] Result<std::span<const std::uint8_t>> receive(Deadline deadline);

 private:
  DnsStream(int socket, std::string server);
  [[nodiscard]] Result<void> fill(std::size_t bytes, Deadline deadline);
  [[nodiscard]] Result<void> wait(short events, Deadline deadline) const;
  [[nodiscard]] Unexpected<Error> failure(const char* what) const;

  int socket_;
  std::string server_;  // for errors
  std::vector<std::uint8_t> buffer_;
  std::size_t begin_ = 0;  // of what was received and not yet given
  std::size_t end_ = 0;
};

}  // namespace luytre::categories
