// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/error.h"
#include "net/fetch/fetch.h"

namespace luytre::net {

// A download on its way to become `file`: <file>.part, and <file>.part.validators, which says which
// version of the server's file the octets belong to. Both survive a crash at any moment: the
// validators are written before the first octet of their version.
class PartFile {
 public:
  explicit PartFile(const std::filesystem::path& file);
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;
  ~PartFile();

  [[nodiscard]] Result<void> open();
  // What is there already, and of which version; 0 if it cannot be gone on with.
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
  [[nodiscard]] const Validators& validators() const noexcept { return validators_; }

  // Forgets what was there.
  [[nodiscard]] Result<void> restart(const Validators& validators);
  [[nodiscard]] Result<void> append(std::string_view octets);
  // Makes it `file`, durably.
  [[nodiscard]] Result<void> finish();
  void remove() noexcept;

 private:
  [[nodiscard]] Unexpected<Error> failed(std::string_view what, int number) const;

  std::filesystem::path file_;
  std::filesystem::path part_;
  std::filesystem::path notes_;
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
  Validators validators_;
};

}  // namespace luytre::net
