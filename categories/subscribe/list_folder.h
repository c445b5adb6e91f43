// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "categories/signed/list_manifest.h"

namespace luytre::categories {

// What a subscriber keeps of one list, under <data-dir>/lists/<name>/:
//   root/<n>.root.json    the roots after the pinned one, as they were fetched
//   manifest.json         the newest manifest that was accepted
//   state.json            subscriber_state.h
//   text/<serial>.zst     the packed text of the version in force, and of the one to come
//   fetch/<hash>.zst      files on their way here
// All of it can be fetched again.
class ListFolder {
 public:
  explicit ListFolder(std::filesystem::path directory) : directory_(std::move(directory)) {}

  [[nodiscard]] Result<void> create() const;
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return directory_; }

  [[nodiscard]] std::filesystem::path root_file(std::uint64_t version) const;
  [[nodiscard]] std::filesystem::path manifest_file() const { return directory_ / "manifest.json"; }
  [[nodiscard]] std::filesystem::path state_file() const { return directory_ / "state.json"; }
  [[nodiscard]] std::filesystem::path text_file(std::uint64_t serial) const;
  [[nodiscard]] std::filesystem::path fetched_file(const FileInfo& info) const;

  // Removes the texts of versions other than these.
  void keep_texts(std::uint64_t in_force, std::uint64_t to_come) const;
  // Removes what is on its way for other versions.
  void keep_fetched(const ListManifest& manifest) const;
  // As if nothing of the list had ever been here.
  void forget() const;

 private:
  std::filesystem::path directory_;
};

// The whole file; nothing if it cannot be read or is larger than `most`.
[[nodiscard]] std::optional<std::string> read_small_file(const std::filesystem::path& file,
                                                         std::size_t most);
// All or nothing, and durable.
[[nodiscard]] Result<void> write_atomically(const std::filesystem::path& file,
                                            std::string_view text);

}  // namespace luytre::categories
