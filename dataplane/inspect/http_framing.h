// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "dataplane/inspect/inspection.h"

namespace luytre::dataplane {

// Where a request ends, by its field lines (RFC 9112 §6.3). What two servers could count differently
// is not counted at all: is_clear() is false.
class HttpFraming {
 public:
  // Any field line; blanks around name and value already gone. `folded`: a value over several lines.
  void add(std::string_view name, std::string_view value, bool folded) noexcept;

  [[nodiscard]] bool is_clear() const noexcept {
    return !unclear_ && !(has_length_ && has_coding_);
  }
  [[nodiscard]] bool is_chunked() const noexcept { return has_coding_; }
  [[nodiscard]] bool upgrades() const noexcept { return upgrades_; }  // RFC 9110 §7.8
  [[nodiscard]] std::uint64_t content_length() const noexcept { return length_; }

 private:
  void add_length(std::string_view value) noexcept;
  void add_coding(std::string_view value) noexcept;

  std::uint64_t length_ = 0;
  bool has_length_ = false;
  bool has_coding_ = false;
  bool upgrades_ = false;
  bool unclear_ = false;
};

// A chunk with its size line (RFC 9112 §7.1): Nothing, with all of it in unit_bytes. Behind the last
// one HttpTrailer follows.
[[nodiscard]] Inspection inspect_http_chunk(std::span<const std::uint8_t> stream) noexcept;
// The trailer section up to its empty line (§7.1.2): Nothing, and the next request follows.
[[nodiscard]] Inspection inspect_http_trailer(std::span<const std::uint8_t> stream) noexcept;

}  // namespace luytre::dataplane
