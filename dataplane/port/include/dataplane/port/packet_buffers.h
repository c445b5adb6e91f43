// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "base/error.h"
#include "dataplane/packet.h"

struct rte_mempool;

namespace luytre::port {

// How many buffers a worker needs and how large they are.
struct BufferOptions {
  unsigned count = 8192;
  std::uint32_t frame_bytes = 2048;  // longest frame that fits; at least 2,048
};

// Memory that one pool of these options takes, overhead included: what EalOptions must provide.
[[nodiscard]] std::size_t buffer_memory_bytes(const BufferOptions& options) noexcept;

// The packet buffers of one worker, or of all behind a distributor: an rte_mempool. Ports receive
// into it, workers allocate from it, frames may be released: on any lcore.
class PacketBuffers final : public dataplane::PacketPool {
 public:
  // NoSpace: the environment has too little memory for it.
  [[nodiscard]] static Result<std::unique_ptr<PacketBuffers>> create(const std::string& name,
                                                                     const BufferOptions& options);
  PacketBuffers(const PacketBuffers&) = delete;
  PacketBuffers& operator=(const PacketBuffers&) = delete;
  ~PacketBuffers() override;

  [[nodiscard]] bool allocate(dataplane::Packet& packet) noexcept override;
  void release(const dataplane::Packet& packet) noexcept override;

  // Buffers that are neither in a port nor held nor queued. Slow; for tests and shutdown.
  [[nodiscard]] unsigned free_count() const noexcept;
  [[nodiscard]] std::uint32_t frame_bytes() const noexcept { return frame_bytes_; }
  [[nodiscard]] rte_mempool* handle() noexcept { return pool_; }

 private:
  PacketBuffers(rte_mempool* pool, std::uint32_t frame_bytes) noexcept
      : pool_(pool), frame_bytes_(frame_bytes) {}
  rte_mempool* pool_;
  std::uint32_t frame_bytes_;
};

}  // namespace luytre::port
