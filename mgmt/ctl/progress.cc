// SPDX-License-Identifier: Apache-2.0
#include "progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

#include "output.h"

namespace luytre::ctl {

Progress::Progress(std::string_view what) : what_(what), terminal_(::isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
  if (shown_) {
    fmt::print(stderr, "\r\033[K");
  }
}

void Progress::update(std::uint64_t count) {
  if (!terminal_ || std::chrono::steady_clock::now() - began_ < std::chrono::seconds(1)) {
    return;
  }
  shown_ = true;
  fmt::print(stderr, "\r{} {} ", grouped(count), what_);
}

}  // namespace luytre::ctl
