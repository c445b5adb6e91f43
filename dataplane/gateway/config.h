// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/expected.h"
#include "dataplane/port/eal.h"
#include "dataplane/port/packet_buffers.h"
#include "dataplane/port/port.h"
#include "dataplane/worker.h"
#include "net/daemon/log.h"

namespace luytre::gateway {

// What a worker does when there is nothing to do.
enum class Idle : std::uint8_t {
  Sleep,  // naps of up to half a millisecond: for virtual devices and shared machines
  Busy,   // looks again at once: for cards, on cores that belong to the gateway alone
};

// Who spreads packets over workers. Auto: the device where it keeps both directions of a connection
// together, otherwise a distributor.
enum class SpreadChoice : std::uint8_t { Auto, Device, Distributor };

// Pools of packet buffers: one for each worker, or a single one that the distributor receives into
// and all workers share.
struct BufferPlan {
  unsigned pools = 1;
  port::BufferOptions each = {};
};

// gateway.toml, understood. deploy/gateway.toml.example explains every key.
struct Config {
  std::filesystem::path data_dir = "/var/lib/luytre";
  std::filesystem::path share_dir = "/usr/share/luytre";

  port::Driver driver = port::Driver::AfPacket;
  std::string subscriber;  // port devices
  std::string internet;
  std::uint16_t mtu = 1500;

  unsigned workers = 1;
  std::vector<unsigned> cores;
  SpreadChoice spread = SpreadChoice::Auto;
  std::optional<unsigned> distributor_core;
  Idle idle = Idle::Sleep;
  dataplane::WorkerOptions worker = default_worker();

  std::string metrics_listen = "127.0.0.1:9477";

  port::Pages pages = port::Pages::Normal;
  std::size_t memory_mb = 0;  // 0: what required_memory_mb() says
  std::vector<std::string> eal_arguments;

  net::LogLevel log_level = net::LogLevel::Info;

  // Reads and checks everything before anything starts. The complaints are complete sentences, one
  // for each thing that is wrong, with file and line: "gateway.toml:12: workers.count is 0; use …".
  [[nodiscard]] static Expected<Config, std::vector<std::string>> load(
      const std::filesystem::path& file);

  // Whether a distributor may be needed, as far as that is known before the cards are.
  [[nodiscard]] bool may_distribute() const noexcept;
  // For each worker what its rings hold, what may be held back, one full egress, and the caches.
  [[nodiscard]] BufferPlan buffers(port::Spread by) const;
  [[nodiscard]] std::size_t required_memory_mb() const;
  [[nodiscard]] port::EalOptions eal() const;
  [[nodiscard]] port::PortOptions port(dataplane::Side side,
                                       port::Spread by = port::Spread::Device) const;

 private:
  // A gateway holds back few flows at a time: a hello is complete within a round trip. 1,024 of
  // them, and half as many of QUIC, bound the buffers that somebody who never completes one can
  // occupy to 136 MB.
  [[nodiscard]] static dataplane::WorkerOptions default_worker() {
    dataplane::WorkerOptions options;
    options.max_collecting = 1024;
    return options;
  }
};

}  // namespace luytre::gateway
