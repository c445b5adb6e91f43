// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <mutex>

#include "categories/subscribe/version_guard.h"
#include "categories/taxonomy.h"

namespace luytre::mgmt {

// The guards of luytrectl, before a signed version comes into force: what trips one is kept where
// `luytrectl categories held` shows it, and `categories release` puts it into the store.
class VersionGate {
 public:
  // `taxonomy` outlives the gate.
  VersionGate(std::filesystem::path data_dir, std::filesystem::path share_dir,
              const categories::Taxonomy& taxonomy);

  // From any thread. Reads the whole store.
  [[nodiscard]] Result<std::vector<categories::HeldReason>> check(
      const categories::CandidateVersion& candidate);

 private:
  std::filesystem::path data_dir_;
  std::filesystem::path share_dir_;
  const categories::Taxonomy& taxonomy_;
  std::mutex mutex_;  // one check at a time: each holds a whole list in memory
};

}  // namespace luytre::mgmt
