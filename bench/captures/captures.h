// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace luytre::bench {

// The frames of one file as Ethernet ones, in memory.
struct Capture {
  struct Frame {
    std::vector<std::uint8_t> bytes;
    std::chrono::nanoseconds time{};  // since the first frame; never steps back
  };
  std::string path;
  std::vector<Frame> frames;
};

// All pcap and pcapng files below `roots`, sorted by path; files that are no captures are left out.
[[nodiscard]] std::vector<Capture> load_captures(const std::vector<std::filesystem::path>& roots);

}  // namespace luytre::bench
