// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

#include "base/error.h"

namespace luytre::categories {

// The content of a file, read once into read-only memory of our own, in huge pages where the system
// grants them.
//
// A copy and not a mapping of the file: a mapping takes 4 KiB pages on ext4 before Linux 6.16, and
// random reads then wait for page walks (README.md has the figures); and a file that is cut while
// it is mapped kills the process that reads it.
class LoadedFile {
 public:
  // NotFound, Permission, System; Corrupt when the file shrinks while it is read; NoSpace without
  // memory.
  [[nodiscard]] static Result<LoadedFile> load(const std::filesystem::path& file);

  LoadedFile(const LoadedFile&) = delete;
  LoadedFile& operator=(const LoadedFile&) = delete;
  LoadedFile(LoadedFile&& other) noexcept;
  LoadedFile& operator=(LoadedFile&& other) noexcept;
  ~LoadedFile();

  [[nodiscard]] std::span<const std::uint8_t> bytes() const noexcept { return {memory_, size_}; }
  // Address space taken, in whole pages.
  [[nodiscard]] std::size_t memory_bytes() const noexcept { return mapped_; }

 private:
  LoadedFile() noexcept = default;

  std::uint8_t* memory_ = nullptr;
  std::size_t size_ = 0;
  std::size_t mapped_ = 0;
};

}  // namespace luytre::categories
