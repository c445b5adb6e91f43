// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/error.h"

namespace luytre::ctl {

// Text for stdout or for a file. The file is written beside itself under a name of its own and
// renamed by commit(), so that readers see the old content or the new one, whole; without commit()
// nothing stays.
class OutputFile {
 public:
  // An empty path is stdout. Invalid: something that is no regular file stands at `path`.
  [[nodiscard]] static Result<OutputFile> create(const std::filesystem::path& path);
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&&) = delete;
  ~OutputFile();

  [[nodiscard]] Result<void> write(std::string_view text);
  [[nodiscard]] Result<void> commit();

 private:
  OutputFile(std::filesystem::path path, std::string beside, int descriptor);

  std::filesystem::path path_;
  std::string beside_;  // empty: stdout, or committed
  int descriptor_;
};

}  // namespace luytre::ctl
