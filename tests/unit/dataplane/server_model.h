// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the application of a server reads of the frames that reach it.

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "gateway_test.h"
#include "tests/support/whole_units.h"

namespace luytre::dataplane::test {

// A frame with this TTL ends between the gateway and the server.
inline constexpr std::uint8_t kShortTtl = 3;

// The receiving half of a TCP stack (RFC 9293 §3.10.7.4): checksum, ACK, window, reassembly. Bytes
// that come twice before they are read are taken as they came first, or as they came last: stacks do
// either.
class ServerModel {
 public:
  enum class Overlap : std::uint8_t { First, Last };

  ServerModel(const Connection& connection, Overlap overlap)
      : expected_(connection.isn + 1), port_(connection.server_port), overlap_(overlap) {}

  void receive(const Bytes& frame) {
    PacketView view;
    ASSERT_EQ(decode(frame, view), DecodeResult::Ok);
    if (!checksums_are_right(frame, view) || is_lost(frame, view) || has_md5(frame, view)) {
      return;
    }
    if ((view.tcp_flags & tcp_flag::kRst) != 0) {
      is_reset_ = is_reset_ || view.tcp_sequence == expected_ + delivered();
      return;
    }
    if ((view.tcp_flags & tcp_flag::kSyn) != 0 || (view.tcp_flags & tcp_flag::kAck) == 0) {
      return;
    }
    take(view.tcp_sequence - expected_, {frame.data() + view.payload_offset, view.payload_size});
  }
  void receive(const std::vector<Bytes>& frames) {
    for (const Bytes& frame : frames) {
      receive(frame);
    }
  }

  // In order, from the first byte on.
  [[nodiscard]] std::string stream() const {
    std::string text(delivered(), ' ');
    for (std::size_t i = 0; i < text.size(); ++i) {
      text[i] = static_cast<char>(*bytes_[i]);
    }
    return text;
  }
  // In a hello, a request or a message that is whole: no server acts on less.
  [[nodiscard]] bool was_asked_for(std::string_view name) const {
    const std::string text = stream();
    return text.substr(0, luytre::test::end_of_whole(luytre::test::bytes_of(text), port_))
               .find(name) != std::string::npos;
  }
  [[nodiscard]] bool is_reset() const { return is_reset_; }

 private:
  static constexpr std::uint32_t kWindow = 65535;

  static bool is_lost(const Bytes& frame, const PacketView& view) {
    return view.ip_version == 4 && frame[view.network_offset + 8] == kShortTtl;
  }
  static bool has_md5(const Bytes& frame, const PacketView& view) {
    return view.payload_offset > view.transport_offset + 20U &&
           frame[view.transport_offset + 20U] == 19;
  }
  [[nodiscard]] std::uint32_t delivered() const {
    const auto gap =
        std::ranges::find_if(bytes_, [](const std::optional<std::uint8_t>& byte) { return !byte; });
    return static_cast<std::uint32_t>(gap - bytes_.begin());
  }
  void take(std::uint32_t offset, std::span<const std::uint8_t> payload) {
    const std::uint32_t read = delivered();
    if (static_cast<std::int32_t>(offset - read) >= static_cast<std::int32_t>(kWindow)) {
      return;
    }
    for (std::uint32_t i = 0; i < payload.size(); ++i) {
      const std::uint32_t at = offset + i;
      if (static_cast<std::int32_t>(at - read) < 0) {
        continue;
      }
      if (at >= bytes_.size()) {
        bytes_.resize(at + 1);
      }
      if (!bytes_[at] || overlap_ == Overlap::Last) {
        bytes_[at] = payload[i];
      }
    }
  }

  std::uint32_t expected_;
  std::uint16_t port_;
  Overlap overlap_;
  std::vector<std::optional<std::uint8_t>> bytes_;
  bool is_reset_ = false;
};

// A gateway between a client and two servers of different habits.
class ServersBehindTest : public GatewayTest {
 protected:
  // A connection of its own each time, with what it needs of a handshake.
  void connect(const Connection& connection, WorkerOptions options = {}) {
    options.max_flows = 16;  // made anew for thousands of layouts
    options.max_collecting = 4;
    start(options);
    servers_ = {ServerModel(connection, ServerModel::Overlap::First),
                ServerModel(connection, ServerModel::Overlap::Last)};
    from_client({connection.syn()});
    from_server({connection.syn_ack()});
    from_client({connection.acknowledgement()});
    deliver();
    to_client();
  }
  void send(const std::vector<Bytes>& frames) {
    for (const Bytes& frame : frames) {
      from_client({frame});
      deliver();
    }
  }
  void deliver() {
    const auto passed = to_server();
    for (ServerModel& server : servers_) {
      server.receive(passed);
    }
  }
  void expect_never_asked_for(std::string_view name) {
    for (const ServerModel& server : servers_) {
      EXPECT_FALSE(server.was_asked_for(name));
    }
  }
  void expect_read(const Bytes& stream) {
    for (const ServerModel& server : servers_) {
      EXPECT_EQ(server.stream(), std::string(stream.begin(), stream.end()));
    }
  }

  std::vector<ServerModel> servers_;
};

}  // namespace luytre::dataplane::test
