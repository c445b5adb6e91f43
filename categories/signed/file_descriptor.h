// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string>
#include <utility>

#include "categories/signed/refusal.h"

namespace luytre::categories::signed_files {

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

// Of the system call that has just failed.
[[nodiscard]] inline Unexpected<Refused> local_fault(const char* what,
                                                     const std::filesystem::path& file) {
  const int cause = errno;
  return refuse(Refusal::LocalFault,
                std::string("Cannot ") + what + " " + file.string() + ": " + std::strerror(cause));
}

}  // namespace luytre::categories::signed_files
