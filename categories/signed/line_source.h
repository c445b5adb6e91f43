// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "categories/signed/packed_file.h"

namespace luytre::categories {

// The lines of a packed text, one after the other.
class LineSource {
 public:
  explicit LineSource(PackedReader reader) : reader_(std::move(reader)) {}

  // The next line without its end, valid until the next call; nothing at the end. BadText for a line
  // that is too long for any format here, or without an end.
  [[nodiscard]] Accepted<std::optional<std::string_view>> next();
  // After the end: what the text was.
  [[nodiscard]] ContentInfo finish() { return reader_.finish(); }

 private:
  PackedReader reader_;
  std::string_view piece_;
  std::string joined_;  // a line over the border of two pieces
};

}  // namespace luytre::categories
