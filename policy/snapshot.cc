// SPDX-License-Identifier: Apache-2.0
#include "policy/snapshot.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <unordered_map>
#include <utility>
#include <vector>

#include "key_tables.h"

namespace luytre::policy {

// Numbers in `keys` and `lines` are positions in `profiles`; 0 is what applies to unknown lines.
struct PolicySnapshot::Tables {
  std::deque<Profile> storage;
  std::vector<const Profile*> profiles;
  KeyTables keys;
  std::unordered_map<std::string, std::uint32_t> lines;
  std::optional<std::chrono::sys_seconds> valid_until;
};

namespace {

// Makes profiles, one for all lines without names of their own that have the same band and pause.
class Profiles {
 public:
  Profiles(const Preset& preset, std::deque<Profile>& storage,
           std::vector<const Profile*>& profiles)
      : preset_(preset),
        special_names_(Profile::compile_special_names(preset)),
        storage_(storage),
        profiles_(profiles) {}

  std::uint32_t number_of(const Band& band, std::span<const Override> overrides,
                          Profile::Pause pause) {
    if (!overrides.empty()) {
      return add(band, overrides, pause);
    }
    std::uint32_t& shared = shared_[{&band, pause}];
    if (shared == 0) {
      shared = add(band, overrides, pause);
    }
    return shared;
  }

 private:
  std::uint32_t add(const Band& band, std::span<const Override> overrides, Profile::Pause pause) {
    storage_.emplace_back(preset_, band, overrides, pause, special_names_);
    profiles_.push_back(&storage_.back());
    return static_cast<std::uint32_t>(profiles_.size() - 1);
  }

  const Preset& preset_;
  Profile::SpecialNames special_names_;
  std::deque<Profile>& storage_;
  std::vector<const Profile*>& profiles_;
  std::map<std::pair<const Band*, Profile::Pause>, std::uint32_t> shared_;
};

Unexpected<Error> no_such_band(std::string_view whose, std::string_view band,
                               const Preset& preset) {
  std::vector<std::string_view> known;
  known.reserve(preset.bands.size());
  for (const Band& each : preset.bands) {
    known.emplace_back(each.id);
  }
  return fail(ErrorCode::Invalid, fmt::format("{} has the band \"{}\"; preset {} has {}", whose,
                                              band, preset.id, fmt::join(known, ", ")));
}

}  // namespace

Result<std::unique_ptr<const PolicySnapshot>> PolicySnapshot::compile(
    const Preset& preset, std::span<const Line> lines, const UnknownLine& unknown,
    std::chrono::sys_seconds now) {
  auto tables = std::make_unique<Tables>();
  tables->profiles.push_back(nullptr);
  Profiles profiles(preset, tables->storage, tables->profiles);
  if (!unknown.band.empty()) {
    const Band* band = preset.find_band(unknown.band);
    if (band == nullptr) {
      return no_such_band("the setting for unknown lines", unknown.band, preset);
    }
    const std::uint32_t number = profiles.number_of(*band, {}, Profile::Pause::Running);
    tables->profiles[0] = tables->profiles[number];
  }

  // Keys are entered with their line's number first, so that a conflict can name both lines.
  std::vector<std::uint32_t> profile_of_line{0};
  profile_of_line.reserve(lines.size() + 1);
  tables->keys.reserve(lines);
  tables->lines.reserve(lines.size());
  for (const Line& line : lines) {
    if (auto valid = validate(line); !valid) {
      return Unexpected(valid.error());
    }
    const Band* band = preset.find_band(line.band);
    if (band == nullptr) {
      return no_such_band("line " + line.id, line.band, preset);
    }
    auto pause = Profile::Pause::Running;
    if (line.paused_until && *line.paused_until > now) {
      pause = Profile::Pause::Paused;
      tables->valid_until =
          std::min(*line.paused_until, tables->valid_until.value_or(*line.paused_until));
    }
    const std::uint32_t profile = profiles.number_of(*band, line.overrides, pause);
    const auto number = static_cast<std::uint32_t>(profile_of_line.size());
    profile_of_line.push_back(profile);
    if (!tables->lines.emplace(line.id, profile).second) {
      return fail(ErrorCode::Conflict, fmt::format("there are two lines {}", line.id));
    }
    for (const LineKey& key : line.keys) {
      const std::uint32_t before = tables->keys.insert(key, number);
      if (before != 0 && before != number) {
        return fail(ErrorCode::Conflict, fmt::format("{} belongs to line {} and to line {}",
                                                     to_text(key), lines[before - 1].id, line.id));
      }
    }
  }
  tables->keys.change_values([&](std::uint32_t line) { return profile_of_line[line]; });
  return std::unique_ptr<const PolicySnapshot>(new PolicySnapshot(std::move(tables)));
}

PolicySnapshot::PolicySnapshot(std::unique_ptr<Tables> tables) noexcept
    : tables_(std::move(tables)) {}

PolicySnapshot::~PolicySnapshot() = default;

const Profile* PolicySnapshot::lookup(const SubscriberKey& key) const noexcept {
  const Profile* profile = nullptr;
  lookup({&key, 1}, {&profile, 1});
  return profile;
}

void PolicySnapshot::lookup(std::span<const SubscriberKey> keys,
                            std::span<const Profile*> profiles) const noexcept {
  const auto burst = keys.first(std::min(keys.size(), kBurst));
  Lookup steps;
  begin(burst, steps);
  narrow(burst, steps);
  finish(burst, steps, profiles);
}

void PolicySnapshot::begin(std::span<const SubscriberKey> keys, Lookup& lookup) const noexcept {
  tables_->keys.begin(keys, lookup);
}

void PolicySnapshot::narrow(std::span<const SubscriberKey> keys, Lookup& lookup) const noexcept {
  tables_->keys.narrow(keys, lookup);
}

void PolicySnapshot::finish(std::span<const SubscriberKey> keys, const Lookup& lookup,
                            std::span<const Profile*> profiles) const noexcept {
  std::array<std::uint32_t, kBurst> found;
  tables_->keys.finish(keys, lookup, found);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    profiles[i] = tables_->profiles[found[i]];
  }
}

const Profile* PolicySnapshot::unknown_line() const noexcept { return tables_->profiles[0]; }

const Profile* PolicySnapshot::find_line(std::string_view id) const noexcept {
  const auto found = tables_->lines.find(std::string(id));
  return found == tables_->lines.end() ? nullptr : tables_->profiles[found->second];
}

std::size_t PolicySnapshot::line_count() const noexcept { return tables_->lines.size(); }

std::optional<std::chrono::sys_seconds> PolicySnapshot::valid_until() const noexcept {
  return tables_->valid_until;
}

}  // namespace luytre::policy
