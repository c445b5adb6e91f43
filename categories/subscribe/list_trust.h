// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "categories/signed/trusted_list.h"
#include "categories/subscribe/subscription.h"
#include "list_folder.h"
#include "mirror_access.h"
#include "subscriber_state.h"

namespace luytre::categories {

// The roots and the newest manifest of one list: fetched, believed or refused, and kept on disk.
class ListTrust {
 public:
  // Invalid: the pinned root is none, or another list's.
  [[nodiscard]] static Result<ListTrust> open(const Subscription& settings,
                                              const ListFolder& folder);

  // What an earlier run knew, if it was under the same pinned root. `in_store`: the version that the
  // store has from this list, which an older one must never replace, even if the state is lost.
  // A kept manifest that is not to be believed any more (it has expired) says why.
  [[nodiscard]] Tried<void> restore(const SubscriberState& state, std::uint64_t in_store,
                                    std::chrono::sys_seconds now);

  // Walks the mirror's roots and accepts its manifest: a new one, or the one that is known already.
  [[nodiscard]] Tried<void> ask(const MirrorAccess& mirror, std::size_t number,
                                std::chrono::sys_seconds now);

  // The newest manifest that was accepted; nullptr: there was none yet.
  [[nodiscard]] const ListManifest* manifest() const noexcept {
    return manifest_ ? &*manifest_ : nullptr;
  }
  [[nodiscard]] const std::string& manifest_text() const noexcept { return manifest_text_; }
  [[nodiscard]] const std::optional<AcceptedVersion>& accepted() const noexcept {
    return trusted_.accepted();
  }
  // In hexadecimal digits.
  [[nodiscard]] const std::string& fingerprint() const noexcept { return fingerprint_; }

 private:
  ListTrust(TrustedList trusted, const ListFolder& folder, std::size_t mirrors);
  [[nodiscard]] Tried<void> walk_roots(const MirrorAccess& mirror);
  [[nodiscard]] Tried<void> ask_manifest(const MirrorAccess& mirror, std::size_t number,
                                         std::chrono::sys_seconds now);
  [[nodiscard]] Tried<void> believe(const std::string& text, std::string_view where,
                                    std::chrono::sys_seconds now);

  TrustedList trusted_;
  std::string fingerprint_;
  const ListFolder& folder_;
  std::optional<ListManifest> manifest_;
  std::string manifest_text_;
  std::vector<std::string> tags_;  // by mirror: of manifest_text_, if the mirror has given it
};

}  // namespace luytre::categories
