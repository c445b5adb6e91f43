// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "categories/entry.h"
#include "categories/signed/list_manifest.h"
#include "categories/subscribe/list_subscriber.h"
#include "categories/subscribe/subscription.h"
#include "categories/subscribe/version_guard.h"
#include "problem.h"
#include "version_files.h"

namespace luytre::categories {

// What turns a list's text into entries of the store, besides the text.
struct ActivationRules {
  Source source;  // all but version and time
  CategorySet may_state;
  // Both of the above and the taxonomy's words in a few characters: entries that were made under
  // another basis cannot be gone on with by a delta.
  std::string basis;
};
[[nodiscard]] ActivationRules activation_rules(const Subscription& settings,
                                               const std::string& fingerprint,
                                               const Taxonomy& taxonomy);

struct ActivationRequest {
  const ListManifest& manifest;
  const PreparedVersion& prepared;
  const ActivationRules& rules;
  std::chrono::sys_seconds now;
  bool by_step = false;       // the store has what prepared.step begins with
  std::uint64_t dropped = 0;  // by_step: what the version in force had left out
  // Runs right before the store is changed; its error stops everything.
  std::function<Result<void>(std::uint64_t dropped)> before_commit;
};

struct ActivationResult {
  std::vector<HeldReason> held;  // if there are any, nothing has changed
  bool whole = true;
  std::uint64_t dropped = 0;
};

// Puts a version into the store, in one transaction.
[[nodiscard]] Tried<ActivationResult> activate(const ActivationRequest& request,
                                               const SubscriberHost& host);

}  // namespace luytre::categories
