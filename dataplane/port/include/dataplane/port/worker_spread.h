// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace luytre::port {

// Which worker a frame belongs to, where software decides (docs/adr/0006). By the addresses of the
// outermost IP packet, whichever of them is the source: both directions of a connection, all
// fragments and everything inside one tunnel come to the same worker. It is looked for behind VLAN
// tags, PPPoE and MPLS; frames in which none is found belong to worker 0.
class WorkerSpread {
 public:
  // `seed` is a secret, so that nobody outside can choose addresses that crowd one worker.
  WorkerSpread(unsigned workers, std::uint64_t seed) noexcept;

  // Constant time; any bytes at all.
  [[nodiscard]] unsigned worker_of(std::span<const std::uint8_t> frame) const noexcept;

 private:
  std::uint64_t workers_;
  std::array<std::uint64_t, 4> secrets_{};
};

}  // namespace luytre::port
