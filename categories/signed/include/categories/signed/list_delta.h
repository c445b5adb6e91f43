// SPDX-License-Identifier: Apache-2.0
#pragma once

// A delta leads from one canonical text to another (docs/list-protocol.md §7). Its lines, in order:
//   =N     the next N lines stay
//   -LINE  the next line is LINE, and goes
//   +LINE  LINE comes here
// Every line of the earlier text is named once, so that there is one delta between two texts.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string_view>

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

// Whether a delta leads from the text that it names to the manifest's, which is in `content`: walked
// backwards, so that the earlier text is not needed and nothing is written.
[[nodiscard]] Accepted<DeltaCounts> check_delta(const ListManifest& manifest,
                                                const DeltaInfo& delta,
                                                const std::filesystem::path& content,
                                                const std::filesystem::path& delta_file);

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

// A canonical text in a packed file.
struct PackedText {
  std::filesystem::path file;
  ContentInfo content;
};

// Gives each line of two texts once, in canonical order: '=' in both, '-' in the first, '+' in the
// second; an entry that changed is '-' and then '+'. WrongHash comes at the end, after everything.
using DifferenceVisitor = std::function<Accepted<void>(char sign, std::string_view line)>;
[[nodiscard]] Accepted<void> for_each_difference(const PackedText& from, const PackedText& to,
                                                 const DifferenceVisitor& visit);

// Writes the delta between two texts.
struct WrittenDelta {
  PackedWriter::Written file;
  DeltaCounts counts;
};
[[nodiscard]] Accepted<WrittenDelta> write_delta(const PackedText& from, const PackedText& to,
                                                 const std::filesystem::path& file);

}  // namespace luytre::categories
