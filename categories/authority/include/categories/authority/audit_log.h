// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"

namespace luytre::categories {

// Who does something, when, and why.
struct Act {
  std::string who;
  std::chrono::sys_seconds at;
  std::string reason;
};

// What was done, line by line, each with the hash of the line before it: nobody takes a line out or
// changes one without changing all that follow. Lines are JSON objects:
//   {"number":3,"at":"…","who":"bob","what":"review","about":"submission 1","reason":"…",
//    "details":{…},"previous":"<SHA-256 of line 2>"}
class AuditLog {
 public:
  using Details = std::vector<std::pair<std::string, std::string>>;

  explicit AuditLog(std::filesystem::path file) : file_(std::move(file)) {}

  // On disk when it returns. `what` is a word: "submit".
  [[nodiscard]] Result<void> append(const Act& act, const std::string& what,
                                    const std::string& about, const Details& details = {});

  // How many lines there are. Corrupt: the first one that does not follow from the one before it.
  [[nodiscard]] Result<std::uint64_t> verify() const;

 private:
  std::filesystem::path file_;
};

}  // namespace luytre::categories
