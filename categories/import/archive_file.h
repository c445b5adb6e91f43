// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "base/error.h"

struct archive;
struct archive_entry;

namespace luytre::categories {

// A file read member by member: those of a tar archive, or the one member of anything else,
// unpacked (gzip, zstd) on the way. Nothing is written to disk.
class ArchiveFile {
 public:
  // Corrupt: the bytes are no valid archive of the kind that they begin like.
  [[nodiscard]] static Result<ArchiveFile> open(const std::filesystem::path& path);

  // Moves to the next member; false at the end.
  [[nodiscard]] Result<bool> next();
  // The next piece of the member's content, valid until the next call; empty at its end. Invalid:
  // over kMaxUnpackedBytes in total, which no list has and a decompression bomb does.
  [[nodiscard]] Result<std::span<const char>> read();

  [[nodiscard]] bool is_tar() const noexcept;
  [[nodiscard]] std::filesystem::path member() const;
  [[nodiscard]] bool is_regular() const noexcept;
  // Where a symbolic or hard link points; empty if the member is none.
  [[nodiscard]] std::string link_target() const;

  static constexpr std::uint64_t kMaxUnpackedBytes = std::uint64_t{2} << 30U;

 private:
  ArchiveFile() noexcept = default;
  [[nodiscard]] Unexpected<Error> failure() const;

  struct Close {
    void operator()(archive* reader) const noexcept;
  };
  std::unique_ptr<archive, Close> reader_;
  archive_entry* entry_ = nullptr;  // owned by reader_
  std::string path_;
  std::uint64_t unpacked_bytes_ = 0;
};

}  // namespace luytre::categories
