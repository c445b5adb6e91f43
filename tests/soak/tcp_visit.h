// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>

#include "visit.h"

namespace luytre::dataplane::soak {

// Half of a TCP connection: sends a stream until it is acknowledged, and reads the other one in
// order.
class TcpEnd {
 public:
  void open(std::uint32_t isn) noexcept { first_ = isn + 1; }
  void hear(std::uint32_t isn) noexcept {
    expected_ = isn + 1;
    is_open_ = true;
  }
  [[nodiscard]] bool is_open() const noexcept { return is_open_; }

  void say(Bytes stream) { stream_ = std::move(stream); }
  [[nodiscard]] const Bytes& said() const noexcept { return stream_; }
  [[nodiscard]] bool is_heard_out() const noexcept { return acknowledged_ == stream_.size() + 1; }
  [[nodiscard]] std::size_t acknowledged() const noexcept { return acknowledged_; }

  // What arrived: data in order is kept, FIN behind it ends it, an exact RST breaks it.
  void take(const PacketView& view, std::span<const std::uint8_t> payload);
  [[nodiscard]] const Bytes& heard() const noexcept { return heard_; }
  [[nodiscard]] bool is_finished() const noexcept { return is_finished_; }
  [[nodiscard]] bool is_broken() const noexcept { return is_broken_; }

  [[nodiscard]] std::uint32_t sequence(std::size_t offset) const noexcept {
    return first_ + static_cast<std::uint32_t>(offset);
  }
  [[nodiscard]] std::uint32_t expected() const noexcept { return expected_; }

 private:
  std::uint32_t first_ = 0;
  std::uint32_t expected_ = 0;
  Bytes stream_;
  std::size_t acknowledged_ = 0;  // the FIN behind the stream included
  Bytes heard_;
  std::map<std::uint32_t, Bytes> ahead_;  // by sequence number
  std::optional<std::uint32_t> fin_at_;
  bool is_open_ = false;
  bool is_finished_ = false;
  bool is_broken_ = false;
};

// A browser's TLS connection or HTTP request, each side with retransmission.
class TcpVisit : public Visit {
 public:
  enum class Protocol : std::uint8_t { Tls, Http };
  TcpVisit(Network& network, Target target, Protocol protocol);

  void begin() override;
  void at_client(const PacketView& view, const Bytes& frame) override;
  void at_server(const PacketView& view, const Bytes& frame) override;

 private:
  [[nodiscard]] TcpEnd& end_at(Side side) noexcept {
    return side == Side::Subscriber ? client_ : server_;
  }
  // One segment with the bytes of the sender's stream from `offset` on.
  void send(Side from, std::size_t offset, std::size_t size, std::uint8_t flags);
  void send_stream(Side from);
  // Sends the first unacknowledged bytes again, `tries` times, each after twice the time.
  void watch(Side side, milliseconds timeout, int tries);
  void judge_what_client_heard();
  [[nodiscard]] Bytes response() const;

  std::uint16_t server_port_;
  std::uint32_t client_isn_ = 0;
  std::uint32_t server_isn_ = 0;
  TcpEnd client_;
  TcpEnd server_;
};

}  // namespace luytre::dataplane::soak
