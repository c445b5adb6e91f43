// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <utility>

#include "base/error.h"

namespace luytre::mgmt {

// One luytre-mgmt a data directory. <data-dir>/lists/daemon.pid is locked and holds the process id
// as long as the process lives; whoever finds it unlocked finds no daemon.
class DaemonLock {
 public:
  // Conflict: another one runs.
  [[nodiscard]] static Result<DaemonLock> take(const std::filesystem::path& data_dir);
  DaemonLock(DaemonLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  DaemonLock& operator=(DaemonLock&&) = delete;
  ~DaemonLock();

 private:
  explicit DaemonLock(int descriptor) noexcept : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace luytre::mgmt
