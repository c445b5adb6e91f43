// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a subscriber believes about one signed list, and nothing else: no files, no network, no clock.
//   auto list = TrustedList::pin(root_file);             // the trust anchor, from the operator
//   while (fetched "root/<n + 1>.root.json") list->accept_root(fetched);
//   auto manifest = list->accept_manifest(fetched, now); // then its files: packed_file.h, list_delta.h
// Whatever is refused changes nothing.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "categories/signed/digest.h"
#include "categories/signed/list_manifest.h"
#include "categories/signed/list_root.h"
#include "categories/signed/refusal.h"

namespace luytre::categories {

// The last manifest that was accepted: what a subscriber must not forget when it restarts.
struct AcceptedVersion {
  std::uint64_t serial = 0;
  Sha256 payload_sha256{};

  friend bool operator==(const AcceptedVersion&, const AcceptedVersion&) = default;
};

class TrustedList {
 public:
  // `envelope`: a root that its own keys have signed. It may be past its end if a newer one follows.
  [[nodiscard]] static Accepted<TrustedList> pin(std::string_view envelope);

  // The root after the one held, signed by the root keys of both. No time: a root in between may be
  // past its end, what counts is the newest one when a manifest comes. A subscriber keeps the roots
  // and walks them again when it starts.
  [[nodiscard]] Accepted<void> accept_root(std::string_view envelope);

  // The manifest, if a subscriber at the time `now` may act on it: again the last accepted one, or a
  // newer one, which then is the last accepted. UnknownRoot, BadSignatures: there may be a next root
  // by now; ask for it once and try again.
  [[nodiscard]] Accepted<ListManifest> accept_manifest(std::string_view envelope,
                                                       std::chrono::sys_seconds now);
  // What an earlier run had accepted.
  void resume(const AcceptedVersion& version) noexcept { accepted_ = version; }
  [[nodiscard]] const std::optional<AcceptedVersion>& accepted() const noexcept {
    return accepted_;
  }

  [[nodiscard]] const ListRoot& root() const noexcept { return root_; }
  // Of the pinned root's payload, whatever followed: what an operator compares by telephone.
  [[nodiscard]] const Sha256& fingerprint() const noexcept { return fingerprint_; }

 private:
  TrustedList(ListRoot root, const Sha256& fingerprint);
  [[nodiscard]] Accepted<void> check_serial(const ListManifest& manifest,
                                            const Sha256& payload_sha256) const;

  ListRoot root_;
  Sha256 fingerprint_;
  std::optional<AcceptedVersion> accepted_;
};

}  // namespace luytre::categories
