// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

namespace luytre::categories {

// What an incremental transfer changes, all its steps put together: for each record that any step
// names, whether it was there before the first and is there after the last.
class ZoneDelta {
 public:
  struct Change {
    bool before = false;
    bool after = false;
  };

  // False: the steps contradict each other (a record removed that a step before had removed, or
  // added that is there).
  [[nodiscard]] bool remove(const std::string& line) { return take(line, true); }
  [[nodiscard]] bool add(const std::string& line) { return take(line, false); }

  [[nodiscard]] const std::map<std::string, Change>& changes() const noexcept { return changes_; }
  [[nodiscard]] std::size_t size() const noexcept { return changes_.size(); }

 private:
  bool take(const std::string& line, bool there) {
    const auto [change, is_new] = changes_.try_emplace(line, Change{there, !there});
    if (is_new) {
      return true;
    }
    if (change->second.after != there) {
      return false;
    }
    change->second.after = !there;
    return true;
  }

  std::map<std::string, Change> changes_;  // in the order of ZoneLines
};

}  // namespace luytre::categories
