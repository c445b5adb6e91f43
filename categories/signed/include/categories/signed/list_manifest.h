// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "categories/signed/digest.h"
#include "categories/signed/refusal.h"

namespace luytre::categories {

// 10 million names are about 300 MB of text.
inline constexpr std::uint64_t kMaxContentBytes = std::uint64_t{4} << 30U;
inline constexpr std::size_t kMaxDeltas = 64;

// A canonical list text, unpacked.
struct ContentInfo {
  Sha256 sha256{};
  std::uint64_t size = 0;

  friend bool operator==(const ContentInfo&, const ContentInfo&) = default;
};

// A file beside the manifest, packed as one zstd frame.
struct FileInfo {
  std::string path;  // relative, of a-z, 0-9, "-", "." and "/": "snapshot/42-0123456789abcdef.zst"
  std::uint64_t size = 0;
  Sha256 sha256{};
};

// What leads from an earlier text to this one (list_delta.h).
struct DeltaInfo {
  std::uint64_t from_serial = 0;
  ContentInfo from;
  FileInfo file;
  std::uint64_t text_size = 0;  // unpacked
};

// Who begins with a version at once, and when all others do.
struct Rollout {
  unsigned canary_percent = 0;
  std::chrono::sys_seconds everyone_from;
};

// One published version of a list: the payload of the type kManifestType.
struct ListManifest {
  std::string list;
  std::uint64_t serial = 0;
  std::chrono::sys_seconds issued;
  std::chrono::sys_seconds expires;
  std::uint64_t root_version = 0;  // the root that its signers knew
  std::uint64_t entries = 0;
  ContentInfo content;
  FileInfo snapshot;
  std::vector<DeltaInfo> deltas;
  std::optional<Rollout> rollout;
  bool urgent = false;                       // whoever can, at once, whatever the rollout says
  std::optional<std::uint64_t> rollback_of;  // the serial whose content this is again
  std::string reason;                        // for people

  // Malformed says what is wrong. Members that are not known are passed over.
  [[nodiscard]] static Accepted<ListManifest> parse(std::string_view payload);
  [[nodiscard]] std::string payload() const;

  // The delta from just this text, if there is one.
  [[nodiscard]] const DeltaInfo* delta_from(const ContentInfo& content) const noexcept;
};

// Whether a node is among the `percent` of all nodes that begin with a version: by a hash, so that
// nobody keeps a register, and by serial, so that it is not always the same ones.
[[nodiscard]] bool is_canary(std::string_view list, std::uint64_t serial, std::string_view node_id,
                             unsigned percent);
// From when on a node uses the version.
[[nodiscard]] std::chrono::sys_seconds active_from(const ListManifest& manifest,
                                                   std::string_view node_id);

}  // namespace luytre::categories
