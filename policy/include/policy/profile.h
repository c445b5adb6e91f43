// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "categories/category_set.h"
#include "categories/domain_name.h"
#include "policy/line.h"
#include "policy/name_rules.h"
#include "policy/preset.h"
#include "policy/verdict.h"

namespace luytre::policy {

// What applies to a line right now, as masks: time is already folded in. Immutable; part of a
// PolicySnapshot.
class Profile {
 public:
  enum class Pause : std::uint8_t { Running, Paused };
  using SpecialNames = std::shared_ptr<const NameRules<SpecialName>>;

  Profile(const Preset& preset, const Band& band, std::span<const Override> overrides, Pause pause);
  // The same with the preset's special names already compiled, to share them between profiles.
  Profile(const Preset& preset, const Band& band, std::span<const Override> overrides, Pause pause,
          SpecialNames special_names);

  [[nodiscard]] static SpecialNames compile_special_names(const Preset& preset);

  [[nodiscard]] const Band& band() const noexcept { return band_; }
  [[nodiscard]] Pause pause() const noexcept { return pause_; }

 private:
  friend Verdict verdict(const Profile&, const categories::DomainName&,
                         const categories::NameMatch&) noexcept;

  // The longest override that covers `name`, or nullptr; deny wins over allow for the same name.
  // Free of cost for a profile without overrides.
  [[nodiscard]] const Override* find_override(const categories::DomainName& name) const noexcept {
    return overrides_.find(name);
  }
  // Only special names of a category that the band blocks; the others mean nothing on this line.
  [[nodiscard]] const SpecialName* find_special(const categories::DomainName& name) const noexcept;

  categories::CategorySet mandatory_;
  categories::CategorySet never_block_1_;
  categories::CategorySet never_block_2_;
  categories::CategorySet security_;
  categories::CategorySet bypass_;
  Pause pause_ = Pause::Running;
  SpecialNames special_names_;  // never nullptr
  NameRules<Override> overrides_;
  Band band_;
};

}  // namespace luytre::policy
