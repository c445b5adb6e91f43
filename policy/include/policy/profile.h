// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "categories/category_set.h"
#include "categories/domain_name.h"
#include "policy/line.h"
#include "policy/preset.h"
#include "policy/verdict.h"

namespace luytre::policy {

// What applies to a line right now, as masks: time is already folded in. Immutable; part of a PolicySnapshot.
class Profile {
 public:
  enum class Pause : std::uint8_t { Running, Paused };

  Profile(const Preset& preset, const Band& band, std::span<const Override> overrides, Pause pause);

  [[nodiscard]] const Band& band() const noexcept { return band_; }
  [[nodiscard]] Pause pause() const noexcept { return pause_; }

 private:
  friend Verdict verdict(const Profile&, const categories::DomainName&,
                         const categories::NameMatch&) noexcept;

  // The longest override that covers `name`, or nullptr. Free of cost for a profile without overrides.
  [[nodiscard]] const Override* find_override(const categories::DomainName& name) const noexcept;
  [[nodiscard]] const SpecialName* find_special(const categories::DomainName& name) const noexcept;

  Band band_;
  Pause pause_ = Pause::Running;
  categories::CategorySet mandatory_;
  categories::CategorySet never_block_1_;
  categories::CategorySet never_block_2_;
  categories::CategorySet security_;
  categories::CategorySet bypass_;
  std::vector<Override> overrides_;              // sorted for find_override
  std::shared_ptr<const std::vector<SpecialName>> special_names_;  // shared by all profiles of a snapshot
};

}  // namespace luytre::policy
