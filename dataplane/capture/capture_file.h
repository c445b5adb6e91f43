// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/error.h"
#include "captured_frame.h"

namespace luytre::dataplane {

// A frame of a capture. The bytes are valid until the next one is read.
struct CapturedFrame {
  std::span<const std::uint8_t> bytes;
  std::uint32_t wire_size = 0;      // over bytes.size() if the capture's snap length cut it
  std::chrono::nanoseconds time{};  // since 1970, as the capture says; may step back
};

// A pcap or pcapng file, read from its beginning to its end.
class CaptureFile {
 public:
  // The error says what is wrong with the file, in a sentence that names it.
  [[nodiscard]] static Result<CaptureFile> open(const std::filesystem::path& path);
  CaptureFile(CaptureFile&&) noexcept;
  CaptureFile& operator=(CaptureFile&&) noexcept;
  ~CaptureFile();

  // Nothing for a link type that is not read.
  [[nodiscard]] std::optional<LinkLayer> link_layer() const noexcept;
  [[nodiscard]] std::string link_type() const;  // "LINUX_SLL2", for people

  // False at the end of the file; an error if the file ends in the middle of a frame or is damaged.
  [[nodiscard]] Result<bool> next(CapturedFrame& frame);

 private:
  struct Handle;
  CaptureFile(std::filesystem::path path, std::unique_ptr<Handle> handle) noexcept;
  std::filesystem::path path_;
  std::unique_ptr<Handle> handle_;
};

}  // namespace luytre::dataplane
