// SPDX-License-Identifier: Apache-2.0
#pragma once

// The version that is being signed: made by the first signer, checked by every other one.

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/error.h"
#include "categories/authority/list_state.h"
#include "categories/authority/workplace.h"
#include "categories/list_content.h"
#include "categories/signed/signing_key.h"
#include "categories/taxonomy.h"

namespace luytre::categories {

// How many earlier versions have a delta to a new one.
inline constexpr std::size_t kDeltasKept = 10;

// Looks at a version before anybody signs it: what it was, and what it would be. An error is the
// reason why it must not be signed.
using ContentGuard =
    std::function<Result<void>(const ListContent& before, const ListContent& after)>;

struct StagedRollout {
  unsigned canary_percent = 0;
  std::chrono::seconds soak{};  // after which everybody uses it
};

// What the first signer decides about a version.
struct NewVersion {
  std::chrono::sys_seconds issued;
  std::optional<StagedRollout> rollout;
  bool urgent = false;
  std::string reason;                        // for people; may be empty
  std::optional<std::uint64_t> rollback_to;  // that version's content, instead of submissions
  std::uint64_t serial = 0;  // 0: the next one; above it after somebody else signed with our keys
};

// Stages a version of the approved submissions (or an earlier version's content), not signed yet.
// Nothing stays staged if it fails. Conflict: there is one already.
[[nodiscard]] Result<Candidate> build_candidate(const Workplace& place, const ListState& state,
                                                const Taxonomy& taxonomy, const NewVersion& version,
                                                const ContentGuard& guard);

// Makes the staged version's content again from what it says it is made of, and compares: a second
// signer does not have to believe the first one.
[[nodiscard]] Result<void> check_candidate(const Workplace& place, const ListState& state,
                                           const Taxonomy& taxonomy, const ContentGuard& guard);

// Which of the staged documents wait for this key.
struct SignatureNeeds {
  bool root = false;
  bool version = false;   // of the staged version, or of the one that would be staged
  bool has_role = false;  // somewhere; without it the key has nothing to say here
};
[[nodiscard]] SignatureNeeds needs_of(const ListState& state, const PublicKey& key);

// Adds the key's signatures to what is staged and waits for it, and writes that down.
[[nodiscard]] Result<void> sign_staged(const Workplace& place, ListState& state,
                                       const SigningKey& key, const Act& act);

// Stages the next root: another set of keys, or the same with a new expiry. Conflict: there is one.
[[nodiscard]] Result<void> stage_root(const Workplace& place, const ListState& state,
                                      const ListRoot& next, const Act& act);

// Takes back what is staged and not published: the version, and the next root but for a first one.
[[nodiscard]] Result<void> discard_staged(const Workplace& place, const ListState& state,
                                          const Act& act);

}  // namespace luytre::categories
