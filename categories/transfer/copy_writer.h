// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string_view>

#include "base/error.h"
#include "sha256.h"

namespace luytre::categories {

// Writes "<file>.new" beside a file and lets it take the file's place once it is on disk. Without
// commit() nothing stays. Busy: another process is writing it.
class CopyWriter {
 public:
  [[nodiscard]] static Result<CopyWriter> create(const std::filesystem::path& file);
  CopyWriter(CopyWriter&&) noexcept = default;
  CopyWriter& operator=(CopyWriter&&) = delete;
  CopyWriter(const CopyWriter&) = delete;
  CopyWriter& operator=(const CopyWriter&) = delete;
  ~CopyWriter();

  // A line without its end. A failure is told by commit().
  void write(std::string_view line);
  // Adds the last line: how many records, and the hash of everything before.
  [[nodiscard]] Result<void> commit(std::uint64_t records);

 private:
  struct Close {
    void operator()(std::FILE* file) const noexcept { std::fclose(file); }
  };
  CopyWriter(std::filesystem::path file, std::FILE* opened);
  [[nodiscard]] Unexpected<Error> failure(std::string_view what) const;

  std::filesystem::path file_;
  std::unique_ptr<std::FILE, Close> opened_;
  Sha256 hash_;
};

}  // namespace luytre::categories
