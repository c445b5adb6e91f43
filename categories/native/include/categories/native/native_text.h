// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "categories/list_content.h"
#include "categories/native/native_line.h"
#include "categories/taxonomy.h"

namespace luytre::categories {

// A whole canonical text, understood.
struct NativeContent {
  ListContent content;  // normalised
  std::uint64_t lines = 0;
  // Lines whose every category is a word that the taxonomy does not have: a newer issuer's.
  std::uint64_t skipped = 0;
  // Lines that are in the content without some of their categories.
  std::uint64_t narrowed = 0;
};

// Reads canonical text in pieces of any size, and nothing but canonical text: one spelling, in order,
// each entry once, every line with its end. Memory: what the content takes (about 45 octets a name).
class NativeReader {
 public:
  explicit NativeReader(const Taxonomy& taxonomy) : vocabulary_(taxonomy) {}

  // Invalid: the line that is not canonical, by its number. Then nothing more may be fed.
  [[nodiscard]] Result<void> feed(std::string_view piece);
  // Everything that was fed. Corrupt: the text ends inside a line.
  [[nodiscard]] Result<NativeContent> finish();

 private:
  [[nodiscard]] Result<void> line(std::string_view text);

  NativeVocabulary vocabulary_;
  NativeContent read_;
  std::string rest_;  // the beginning of a line whose end has not come yet
  std::optional<NativeEntry> last_;
};

[[nodiscard]] Result<NativeContent> read_native(std::string_view text, const Taxonomy& taxonomy);

// Gives canonical text to `sink` in pieces of about 64 KiB. `content` is normalised. Stops with the
// sink's first error; Invalid as append_native().
using NativeSink = std::function<Result<void>(std::string_view text)>;
[[nodiscard]] Result<void> write_native(const ListContent& content, const Taxonomy& taxonomy,
                                        const NativeSink& sink);

}  // namespace luytre::categories
