// SPDX-License-Identifier: Apache-2.0
#include "policy/profile.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace luytre::policy {
namespace {

// NameRules keeps the first of two rules for one name: deny has to come first.
std::vector<Override> deny_first(std::span<const Override> overrides) {
  std::vector<Override> sorted(overrides.begin(), overrides.end());
  std::ranges::stable_partition(
      sorted, [](const Override& own) { return own.kind == Override::Kind::Deny; });
  return sorted;
}

}  // namespace

Profile::Profile(const Preset& preset, const Band& band, std::span<const Override> overrides,
                 Pause pause)
    : Profile(preset, band, overrides, pause, compile_special_names(preset)) {}

Profile::Profile(const Preset& preset, const Band& band, std::span<const Override> overrides,
                 Pause pause, SpecialNames special_names)
    : mandatory_(preset.mandatory),
      never_block_1_(preset.never_block_1),
      never_block_2_(preset.never_block_2),
      security_(preset.security),
      bypass_(preset.bypass),
      pause_(pause),
      special_names_(std::move(special_names)),
      overrides_(deny_first(overrides)),
      band_(band) {}

Profile::SpecialNames Profile::compile_special_names(const Preset& preset) {
  return std::make_shared<const NameRules<SpecialName>>(preset.special_names);
}

const SpecialName* Profile::find_special(const categories::DomainName& name) const noexcept {
  const SpecialName* special = special_names_->find(name);
  return special != nullptr && band_.actions.block.contains(special->category) ? special : nullptr;
}

}  // namespace luytre::policy
