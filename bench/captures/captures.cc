// SPDX-License-Identifier: Apache-2.0
#include "captures.h"

#include <algorithm>
#include <optional>

#include "capture_file.h"
#include "captured_frame.h"

namespace luytre::bench {
namespace {

namespace fs = std::filesystem;

std::optional<Capture> load(const fs::path& path) {
  auto file = dataplane::CaptureFile::open(path);
  if (!file) {
    return std::nullopt;
  }
  Capture capture;
  capture.path = path.string();
  std::optional<std::chrono::nanoseconds> first;
  std::chrono::nanoseconds last{};
  dataplane::CapturedFrame frame;
  for (auto more = file->next(frame); more && *more; more = file->next(frame)) {
    if (!first) {
      first = frame.time;
    }
    last = std::max(last, frame.time - *first);
    Capture::Frame kept{.bytes = {frame.bytes.begin(), frame.bytes.end()}, .time = last};
    dataplane::restore_offloaded_length(kept.bytes);
    capture.frames.push_back(std::move(kept));
  }
  return capture;
}

}  // namespace

std::vector<Capture> load_captures(const std::vector<fs::path>& roots) {
  std::vector<fs::path> paths;
  for (const fs::path& root : roots) {
    if (!fs::is_directory(root)) {
      paths.push_back(root);
      continue;
    }
    for (const auto& entry : fs::recursive_directory_iterator(root)) {
      if (entry.is_regular_file()) {
        paths.push_back(entry.path());
      }
    }
  }
  std::ranges::sort(paths);
  std::vector<Capture> captures;
  for (const fs::path& path : paths) {
    if (auto capture = load(path); capture && !capture->frames.empty()) {
      captures.push_back(std::move(*capture));
    }
  }
  return captures;
}

}  // namespace luytre::bench
