// SPDX-License-Identifier: Apache-2.0
#pragma once

// DPDK's environment. Traps: one per process and never a second one; the thread that starts it is
// the control thread (lcore 0) and must also end it; threads started later inherit its signal mask.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"

namespace luytre::port {

enum class Pages : std::uint8_t { Normal, Huge };

struct EalOptions {
  unsigned workers = 1;  // threads besides the control thread, the distributor's included
  std::vector<std::optional<unsigned>> cores = {};  // their CPUs; none: the scheduler places it
  std::size_t memory_mb = 256;
  Pages pages = Pages::Normal;
  std::vector<std::string> pci_devices =
      {};  // addresses that may be opened; empty: PCI is not looked at
  std::vector<std::string> arguments = {};  // passed on as they are, after ours
};

class Eal {
 public:
  // NoSpace: the memory cannot be had; Invalid: a core that this process may not use; System else.
  [[nodiscard]] static Result<Eal> start(const EalOptions& options);
  Eal(Eal&& other) noexcept;
  Eal& operator=(Eal&&) = delete;
  ~Eal();

  // Runs `loop(argument)` on worker number 0, 1, … until it returns. Busy if one runs there.
  using Loop = int (*)(void* argument);
  [[nodiscard]] Result<void> launch(unsigned worker, Loop loop, void* argument);
  // Waits until the loop of this worker has returned.
  void wait(unsigned worker) noexcept;

  [[nodiscard]] static std::string version();

 private:
  Eal() noexcept = default;
  bool owner_ = true;
};

}  // namespace luytre::port
