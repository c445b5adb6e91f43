// SPDX-License-Identifier: Apache-2.0
#include "device.h"

#include <fmt/format.h>
#include <rte_dev.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "packet_socket.h"

namespace luytre::port {
namespace {

constexpr std::uint16_t kDescriptors = 1024;

// Frames that a packet socket's ring holds in each direction: 4 ms of full frames at 10 Gbit/s,
// longer than an idle worker sleeps.
constexpr unsigned kSocketFrames = 4096;

std::string af_packet_arguments(const PortOptions& options) {
  const std::uint32_t slot = buffer_bytes(options.mtu);
  const std::uint32_t block = slot * static_cast<std::uint32_t>(sysconf(_SC_PAGESIZE)) / 512;
  return fmt::format("net_af_packet{},iface={},qpairs={},framesz={},blocksz={},framecnt={}",
                     options.number, options.device, device_queues(options), slot, block,
                     kSocketFrames);
}

std::string device_arguments(const PortOptions& options) {
  switch (options.driver) {
    case Driver::AfPacket:
      return af_packet_arguments(options);
    case Driver::AfXdp:
      return fmt::format("net_af_xdp{},iface={},queue_count={}", options.number, options.device,
                         device_queues(options));
    case Driver::Pci:
    case Driver::Vdev:
      return options.device;
  }
  return options.device;
}

Unexpected<Error> refuse(const PortOptions& options, std::string_view what, int error) {
  return fail(error == -EPERM || error == -EACCES ? ErrorCode::Permission : ErrorCode::Invalid,
              fmt::format("Port {} {}: {}.", options.device, what, rte_strerror(-error)));
}

// Both directions of a flow must reach the same worker. Hashing addresses alone with a key of one
// repeated 16-bit word is symmetric (Woo and Park, "Scalable TCP session monitoring with symmetric
// receive-side scaling", 2012), and keeps fragments, which show no ports, with their flow.
constexpr std::array<std::uint8_t, 2> kSymmetricWord = {0x6d, 0x5a};
constexpr std::size_t kMaxKeyBytes = 64;

struct Configuration {
  rte_eth_conf ethernet{};
  std::array<std::uint8_t, kMaxKeyBytes> key{};
};

std::uint64_t symmetric_fields(const rte_eth_dev_info& device) noexcept {
  return device.hash_key_size > kMaxKeyBytes
             ? 0
             : device.flow_type_rss_offloads & std::uint64_t{RTE_ETH_RSS_IPV4 | RTE_ETH_RSS_IPV6};
}

Result<void> spread_symmetrically(const PortOptions& options, const rte_eth_dev_info& device,
                                  Configuration& configuration) {
  if (device_queues(options) == 1 || options.driver == Driver::AfPacket) {
    return {};  // packet sockets are spread by the kernel, with a hash that is symmetric
  }
  const std::uint64_t by_address = symmetric_fields(device);
  if (options.driver != Driver::Pci || by_address == 0) {
    return fail(ErrorCode::Invalid,
                fmt::format("Port {} cannot bring both directions of a connection to the same "
                            "worker. Set workers.spread = \"distributor\", or workers.count = 1.",
                            options.device));
  }
  for (std::size_t i = 0; i < configuration.key.size(); ++i) {
    configuration.key[i] = kSymmetricWord[i % 2];
  }
  configuration.ethernet.rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
  configuration.ethernet.rx_adv_conf.rss_conf = {.rss_key = configuration.key.data(),
                                                 .rss_key_len = device.hash_key_size,
                                                 .rss_hf = by_address};
  return {};
}

Result<void> set_up_queues(const PortOptions& options, std::uint16_t id,
                           std::span<const std::unique_ptr<PacketBuffers>> buffers) {
  std::uint16_t receive = kDescriptors;
  std::uint16_t send = kDescriptors;
  if (const int error = rte_eth_dev_adjust_nb_rx_tx_desc(id, &receive, &send); error != 0) {
    return refuse(options, "does not say how many descriptors it takes", error);
  }
  const int socket = rte_eth_dev_socket_id(id);
  const auto node =
      socket < 0 ? static_cast<unsigned>(SOCKET_ID_ANY) : static_cast<unsigned>(socket);
  for (std::uint16_t queue = 0; queue < device_queues(options); ++queue) {
    if (const int error =
            rte_eth_rx_queue_setup(id, queue, receive, node, nullptr, buffers[queue]->handle());
        error != 0) {
      return refuse(options, "takes no receive queue", error);
    }
    if (const int error = rte_eth_tx_queue_setup(id, queue, send, node, nullptr); error != 0) {
      return refuse(options, "takes no send queue", error);
    }
  }
  return {};
}

Result<void> configure(const PortOptions& options, std::uint16_t id,
                       std::span<const std::unique_ptr<PacketBuffers>> buffers) {
  rte_eth_dev_info device{};
  if (const int error = rte_eth_dev_info_get(id, &device); error != 0) {
    return refuse(options, "does not say what it can do", error);
  }
  const std::uint16_t queues = device_queues(options);
  if (queues > std::min(device.max_rx_queues, device.max_tx_queues)) {
    return fail(ErrorCode::Invalid,
                fmt::format("Port {} has {} queues, and each worker needs one. Set workers.spread "
                            "= \"distributor\", or lower workers.count.",
                            options.device, std::min(device.max_rx_queues, device.max_tx_queues)));
  }
  Configuration configuration;
  if (options.driver == Driver::Pci) {
    configuration.ethernet.rxmode.mtu = options.mtu;  // the others have the interface's
  }
  if (auto spread = spread_symmetrically(options, device, configuration); !spread) {
    return spread;
  }
  if (const int error = rte_eth_dev_configure(id, queues, queues, &configuration.ethernet);
      error != 0) {
    return refuse(options, "cannot be configured", error);
  }
  if (auto set_up = set_up_queues(options, id, buffers); !set_up) {
    return set_up;
  }
  if (const int error = rte_eth_dev_start(id); error != 0) {
    return refuse(options, "does not start", error);
  }
  // A bump in the wire sees frames that are addressed to others. A device that has no such switch
  // (rings, captures) delivers everything anyway.
  if (const int error = rte_eth_promiscuous_enable(id); error != 0 && error != -ENOTSUP) {
    return refuse(options, "cannot be made promiscuous", error);
  }
  return {};
}

}  // namespace

Result<Device> open_device(const PortOptions& options,
                           std::span<const std::unique_ptr<PacketBuffers>> buffers) {
  const std::string arguments = device_arguments(options);
  const std::string name = arguments.substr(0, arguments.find(','));
  if (options.driver == Driver::AfPacket) {
    keep_packet_sockets_exact(device_queues(options) == 1 ? Fanout::Alone : Fanout::ByHash);
  }
  // Cards were found when the environment started; a virtual device may have been made by the
  // program itself, out of rings.
  std::uint16_t id = 0;
  const bool is_there =
      options.driver == Driver::Pci ||
      (options.driver == Driver::Vdev && rte_eth_dev_get_port_by_name(name.c_str(), &id) == 0);
  if (!is_there) {
    if (const int error = rte_dev_probe(arguments.c_str()); error != 0) {
      return refuse(options, "cannot be opened; DPDK's lines above say why", error);
    }
  }
  if (rte_eth_dev_get_port_by_name(name.c_str(), &id) != 0) {
    return fail(ErrorCode::NotFound,
                fmt::format("DPDK has no port {}. Is it bound to vfio-pci (dpdk-devbind.py -s)?",
                            options.device));
  }
  if (auto configured = configure(options, id, buffers); !configured) {
    close_device(id);
    return Unexpected(configured.error());
  }
  return Device{.id = id, .packet_sockets = take_packet_sockets()};
}

bool can_spread(const PortOptions& options) noexcept {
  if (options.queues == 1 || options.driver == Driver::AfPacket) {
    return true;
  }
  std::uint16_t id = 0;
  rte_eth_dev_info device{};
  return options.driver == Driver::Pci &&
         rte_eth_dev_get_port_by_name(options.device.c_str(), &id) == 0 &&
         rte_eth_dev_info_get(id, &device) == 0 &&
         options.queues <= std::min(device.max_rx_queues, device.max_tx_queues) &&
         symmetric_fields(device) != 0;
}

void close_device(std::uint16_t id) noexcept {
  // On the way out; a device that does not stop is closed all the same.
  static_cast<void>(rte_eth_promiscuous_disable(id));
  static_cast<void>(rte_eth_dev_stop(id));
  static_cast<void>(rte_eth_dev_close(id));
}

}  // namespace luytre::port
