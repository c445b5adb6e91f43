// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

namespace luytre::bench {

// What one step took, of a process that does nothing else.
struct Taken {
  double seconds = 0;
  double processor_seconds = 0;
  double peak_bytes = 0;    // resident memory of the whole process, at most
  double before_bytes = 0;  // resident memory when the step began
  double result_bytes = 0;  // of what the step made
  double second_part = 0;   // seconds of the step's other half, where it has one
  double added_bytes = 0;   // to before_bytes, at most, while the step went on
  double names = 0;
};

// Runs `step` in a child process, so that one step's memory is not counted for the next. A step
// that finds something wrong ends its process, and this one with it.
[[nodiscard]] Taken in_child(const std::function<Taken()>& step);

}  // namespace luytre::bench
