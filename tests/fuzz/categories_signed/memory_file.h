// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

namespace luytre::categories {

// A file that is only in memory, with a path that others can open.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view content) : number_(::memfd_create("fuzz", MFD_CLOEXEC)) {
    if (number_ < 0 ||
        ::write(number_, content.data(), content.size()) != static_cast<ssize_t>(content.size())) {
      std::abort();
    }
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile() { ::close(number_); }

  [[nodiscard]] std::filesystem::path path() const {
    return "/proc/self/fd/" + std::to_string(number_);
  }

 private:
  int number_;
};

}  // namespace luytre::categories
