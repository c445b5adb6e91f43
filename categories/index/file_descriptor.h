// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "base/error.h"

namespace luytre::categories {

// Owns an open file.
class FileDescriptor {
 public:
  explicit FileDescriptor(int number) noexcept : number_(number) {}
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  FileDescriptor(FileDescriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&&) = delete;
  ~FileDescriptor() {
    if (number_ >= 0) {
      ::close(number_);
    }
  }

  [[nodiscard]] bool valid() const noexcept { return number_ >= 0; }
  [[nodiscard]] int number() const noexcept { return number_; }

 private:
  int number_;
};

// The error of the system call that has just failed, as "<what>: <the system's words>".
[[nodiscard]] inline Unexpected<Error> fail_errno(const std::string& what) {
  const int cause = errno;
  ErrorCode code = ErrorCode::System;
  switch (cause) {
    case ENOENT:
    case ENOTDIR:
      code = ErrorCode::NotFound;
      break;
    case EACCES:
    case EPERM:
    case EROFS:
      code = ErrorCode::Permission;
      break;
    case ENOSPC:
    case EDQUOT:
    case ENOMEM:
      code = ErrorCode::NoSpace;
      break;
    default:
      break;
  }
  return fail(code, what + ": " + std::strerror(cause));
}

}  // namespace luytre::categories
