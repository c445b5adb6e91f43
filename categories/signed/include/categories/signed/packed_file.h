// SPDX-License-Identifier: Apache-2.0
#pragma once

// The files beside a manifest: text packed as one zstd frame. What they unpack to is bounded by what
// was signed, never by what the file says of itself.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "categories/native/native_text.h"
#include "categories/signed/list_manifest.h"
#include "categories/signed/refusal.h"
#include "categories/taxonomy.h"

namespace luytre::categories {

// Whether the file is the one that the manifest names, by size and hash: before it is unpacked.
[[nodiscard]] Accepted<void> check_file(const FileInfo& info, const std::filesystem::path& file);

// Unpacks a file piece by piece in a few megabytes of memory.
class PackedReader {
 public:
  // `most`: octets that may come out; WrongSize as soon as there are more.
  [[nodiscard]] static Accepted<PackedReader> open(const std::filesystem::path& file,
                                                   std::uint64_t most);
  PackedReader(PackedReader&&) noexcept;
  PackedReader& operator=(PackedReader&&) noexcept;
  ~PackedReader();

  // The next piece, valid until the next call; empty at the end, when the frame is whole.
  [[nodiscard]] Accepted<std::string_view> next();
  // Of everything that came out so far.
  [[nodiscard]] ContentInfo finish();

 private:
  struct State;
  explicit PackedReader(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

// Packs text into a new file. Without finish() the file is removed again.
class PackedWriter {
 public:
  // For what is made once and fetched by many.
  static constexpr int kSmallLevel = 12;
  // For what a subscriber keeps for itself.
  static constexpr int kFastLevel = 1;

  [[nodiscard]] static Accepted<PackedWriter> create(const std::filesystem::path& file, int level);
  PackedWriter(PackedWriter&&) noexcept;
  PackedWriter& operator=(PackedWriter&&) noexcept;
  ~PackedWriter();

  [[nodiscard]] Accepted<void> write(std::string_view text);

  struct Written {
    ContentInfo text;
    std::uint64_t size = 0;  // packed
    Sha256 sha256{};
  };
  // The file is on disk then.
  [[nodiscard]] Accepted<Written> finish();

 private:
  struct State;
  explicit PackedWriter(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

// Gives the text of a packed file to `sink` and says in the end whether it is the one expected. What
// the sink was given before that is not to be relied on.
using PieceSink = std::function<Accepted<void>(std::string_view piece)>;
[[nodiscard]] Accepted<void> unpack(const std::filesystem::path& file, const ContentInfo& expected,
                                    const PieceSink& sink);

// The list in a packed file (a snapshot as it was fetched, or a text that a delta made), which is the
// text expected: hash and canonical form are both checked.
[[nodiscard]] Accepted<NativeContent> read_packed_list(const std::filesystem::path& file,
                                                       const ContentInfo& expected,
                                                       const Taxonomy& taxonomy);

}  // namespace luytre::categories
