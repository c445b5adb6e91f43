// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <filesystem>
#include <optional>

namespace luytre::gateway {

// Tells two files apart, also when one took the other's place.
struct FileIdentity {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::int64_t modified_ns = 0;
  std::uint64_t size = 0;

  // Of what `file` names, through links; nothing if there is no such file.
  [[nodiscard]] static std::optional<FileIdentity> of(const std::filesystem::path& file) {
    struct stat found {};
    if (::stat(file.c_str(), &found) != 0) {
      return std::nullopt;
    }
    return FileIdentity{
        .device = found.st_dev,
        .inode = found.st_ino,
        .modified_ns = std::int64_t{found.st_mtim.tv_sec} * 1'000'000'000 + found.st_mtim.tv_nsec,
        .size = static_cast<std::uint64_t>(found.st_size)};
  }

  [[nodiscard]] bool is_same_file(const FileIdentity& other) const noexcept {
    return device == other.device && inode == other.inode;
  }
  // The same file, and not written to since.
  friend bool operator==(const FileIdentity&, const FileIdentity&) = default;
};

}  // namespace luytre::gateway
