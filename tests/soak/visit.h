// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "dataplane/packet_view.h"
#include "network.h"

namespace luytre::dataplane::soak {

// Why somebody asked: what should become of it.
struct Target {
  std::string name;
  bool is_refused = false;
  std::string client = std::string(test::kChild);
  std::uint16_t client_port = 0;
};

// How a visit ended, as its client saw it.
enum class Ending : std::uint8_t { None, Served, Refused, Broken, GaveUp };

// One client that asks one server for one name, and that server.
class Visit {
 public:
  Visit(Network& network, Target target) : network_(network), target_(std::move(target)) {}
  virtual ~Visit() { *is_alive_ = false; }
  Visit(const Visit&) = delete;
  Visit& operator=(const Visit&) = delete;

  virtual void begin() = 0;
  virtual void at_client(const PacketView& view, const Bytes& frame) = 0;
  virtual void at_server(const PacketView& view, const Bytes& frame) = 0;

  [[nodiscard]] Ending ending() const noexcept { return ending_; }
  [[nodiscard]] const Target& target() const noexcept { return target_; }

 protected:
  static constexpr std::string_view kServer = "192.0.2.80";

  void end(Ending ending) noexcept {
    if (ending_ == Ending::None) {
      ending_ = ending;
    }
  }
  [[nodiscard]] luytre::test::PacketBuilder towards_server() const {
    return luytre::test::packet().eth().ipv4(target_.client, kServer);
  }
  [[nodiscard]] luytre::test::PacketBuilder towards_client() const {
    return luytre::test::packet().eth().ipv4(kServer, target_.client);
  }

  // Not after the visit is gone.
  void later(milliseconds delay, std::function<void()> action) {
    network_.after(delay, [alive = is_alive_, action = std::move(action)] {
      if (*alive) {
        action();
      }
    });
  }

  Network& network_;
  Target target_;

 private:
  std::shared_ptr<bool> is_alive_ = std::make_shared<bool>(true);
  Ending ending_ = Ending::None;
};

inline std::span<const std::uint8_t> payload_of(const PacketView& view, const Bytes& frame) {
  return std::span(frame).subspan(view.payload_offset, view.payload_size);
}

}  // namespace luytre::dataplane::soak
