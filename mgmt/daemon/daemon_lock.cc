// SPDX-License-Identifier: Apache-2.0
#include "daemon_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>

namespace luytre::mgmt {

Result<DaemonLock> DaemonLock::take(const std::filesystem::path& data_dir) {
  const std::filesystem::path file = data_dir / "lists" / "daemon.pid";
  std::error_code ignored;  // the open below says what is wrong
  std::filesystem::create_directories(file.parent_path(), ignored);
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor < 0) {
    return fail(errno == EACCES ? ErrorCode::Permission : ErrorCode::System,
                fmt::format("Cannot write {}: {}.", file.native(), std::strerror(errno)));
  }
  DaemonLock lock(descriptor);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    return fail(ErrorCode::Conflict,
                fmt::format("Another luytre-mgmt works on {}; stop it first.", data_dir.native()));
  }
  const std::string id = fmt::format("{}\n", ::getpid());
  if (::ftruncate(descriptor, 0) != 0 ||
      ::write(descriptor, id.data(), id.size()) != static_cast<ssize_t>(id.size())) {
    return fail(ErrorCode::System,
                fmt::format("Cannot write {}: {}.", file.native(), std::strerror(errno)));
  }
  return lock;
}

DaemonLock::~DaemonLock() {
  if (descriptor_ >= 0) {
    ::close(descriptor_);
  }
}

}  // namespace luytre::mgmt
