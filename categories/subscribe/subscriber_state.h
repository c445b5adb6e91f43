// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "categories/signed/list_manifest.h"
#include "categories/signed/trusted_list.h"
#include "categories/subscribe/list_status.h"

namespace luytre::categories {

// A version as it came into the store.
struct StoredVersion {
  std::uint64_t serial = 0;
  ContentInfo content;
  // What decided how the text became entries, besides the text: taxonomy, scope, priority. Another
  // one by now: the text has to be read again.
  std::string basis;
  std::uint64_t dropped = 0;
  std::chrono::sys_seconds activated_at;
};

// state.json: what a subscriber must not forget when it ends, whenever that is. luytrectl shows it.
struct SubscriberState {
  std::string fingerprint;  // of the pinned root; another one: everything begins anew
  std::optional<AcceptedVersion> accepted;
  std::optional<StoredVersion> in_force;
  // Written before the store's transaction begins: the store's own version then tells which of the
  // two is in force.
  std::optional<StoredVersion> activating;

  // For people.
  ListStage stage = ListStage::None;
  std::optional<std::chrono::sys_seconds> issued;
  std::optional<std::chrono::sys_seconds> expires;
  std::optional<std::chrono::sys_seconds> active_from;
  std::optional<std::chrono::sys_seconds> last_success;
  std::optional<ListRefusal> last_refusal;

  [[nodiscard]] std::string text() const;
  // Nothing: it is not what text() writes.
  [[nodiscard]] static std::optional<SubscriberState> parse(std::string_view text);
};

}  // namespace luytre::categories
