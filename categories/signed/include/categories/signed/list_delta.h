// SPDX-License-Identifier: Apache-2.0
#pragma once

// A delta leads from one canonical text to another (docs/list-protocol.md §7). Its lines, in order:
//   =N     the next N lines stay
//   -LINE  the next line is LINE, and goes
//   +LINE  LINE comes here
// Every line of the earlier text is named once, so that there is one delta between two texts.

#include <cstdint>
#include <filesystem>

#include "categories/list_content.h"
#include "categories/signed/list_manifest.h"
#include "categories/signed/packed_file.h"
#include "categories/signed/refusal.h"
#include "categories/taxonomy.h"

namespace luytre::categories {

struct DeltaCounts {
  std::uint64_t added = 0;    // "+" lines
  std::uint64_t removed = 0;  // "-" lines; a changed entry is in both

  friend bool operator==(const DeltaCounts&, const DeltaCounts&) = default;
};

// Makes the text of `manifest` in `result`, packed, from the text in `base` that the delta leads
// from. Both texts are checked by hash, memory is a few megabytes; BadDelta: it does not fit. Nothing
// of the name `result` stays if it is refused.
[[nodiscard]] Accepted<DeltaCounts> apply_delta(const ListManifest& manifest,
                                                const DeltaInfo& delta,
                                                const std::filesystem::path& base,
                                                const std::filesystem::path& delta_file,
                                                const std::filesystem::path& result);

// What a delta adds and takes away, for a store that does not read the whole list again. An entry
// whose categories or minimum age change is in both: take away first. Words that the taxonomy does
// not know are left out on both sides, as in the whole text.
struct DeltaContent {
  ListContent added;
  ListContent removed;
};
[[nodiscard]] Accepted<DeltaContent> read_delta(const DeltaInfo& delta,
                                                const std::filesystem::path& delta_file,
                                                const Taxonomy& taxonomy);

// Writes the delta between the texts in two packed files, which are canonical and as expected.
struct PackedText {
  std::filesystem::path file;
  ContentInfo content;
};
struct WrittenDelta {
  PackedWriter::Written file;
  DeltaCounts counts;
};
[[nodiscard]] Accepted<WrittenDelta> write_delta(const PackedText& from, const PackedText& to,
                                                 const std::filesystem::path& file);

}  // namespace luytre::categories
