// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "categories/domain_name.h"

namespace luytre::ctl {

// The listed names above the one that a scan is at: a scan gives parents before their children, so
// that a stack holds them.
template <typename Value>
class Ancestors {
 public:
  struct Frame {
    categories::DomainName name;
    Value value;
  };

  // Leaves those that `name` is below.
  void move_to(const categories::DomainName& name) {
    while (!frames_.empty() && !name.is_within(frames_.back().name)) {
      frames_.pop_back();
    }
  }
  void push(const categories::DomainName& name, Value value) {
    frames_.push_back({name, std::move(value)});
  }
  // The highest first.
  [[nodiscard]] const std::vector<Frame>& frames() const noexcept { return frames_; }

 private:
  std::vector<Frame> frames_;
};

}  // namespace luytre::ctl
