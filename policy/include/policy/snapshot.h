// SPDX-License-Identifier: Apache-2.0
#pragma once

// The compiled policy that packets see: lines, their keys and their profiles. Immutable; swapped
// whole under RCU. Trap: a Profile pointer is valid only as long as its snapshot; never keep one
// across bursts.

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"
#include "categories/ip_address.h"
#include "policy/line.h"
#include "policy/preset.h"
#include "policy/profile.h"

namespace luytre::policy {

// What a packet shows of its line. Filled by the data path for the subscriber's side of the packet.
struct SubscriberKey {
  IpAddress address;
  MacAddress mac{};
  VlanId vlan = 0;  // outermost; 0: untagged
};

// What applies to a packet whose line nobody registered.
struct UnknownLine {
  // Empty: forwarded untouched (an ISP's opt-in product). A band id: that band (a school's strict
  // guests).
  std::string band;
};

class PolicySnapshot {
 public:
  static constexpr std::size_t kBurst = 32;

  // Conflict if two lines claim the same key, Invalid for an unknown band. `now` decides which
  // pauses are in force.
  [[nodiscard]] static Result<std::unique_ptr<const PolicySnapshot>> compile(
      const Preset& preset, std::span<const Line> lines, const UnknownLine& unknown,
      std::chrono::sys_seconds now);
  ~PolicySnapshot();

  // The profile of the line that sends or receives this packet; nullptr: forwarded untouched. A MAC
  // address wins over an address, an address (longest prefix) over a VLAN. No allocation; any
  // thread.
  [[nodiscard]] const Profile* lookup(const SubscriberKey& key) const noexcept;
  // The same for at most kBurst packets, with prefetching.
  void lookup(std::span<const SubscriberKey> keys,
              std::span<const Profile*> profiles) const noexcept;

  // The same in three steps, so that a caller's own misses of the cache overlap with these.
  struct Lookup {
    std::array<std::uint64_t, kBurst> hashes;
    std::uint32_t candidates = 0;  // by position, lowest bit first
  };
  void begin(std::span<const SubscriberKey> keys, Lookup& lookup) const noexcept;
  // Leaves as `candidates` those whose line is being fetched: few of the others have one.
  void narrow(std::span<const SubscriberKey> keys, Lookup& lookup) const noexcept;
  void finish(std::span<const SubscriberKey> keys, const Lookup& lookup,
              std::span<const Profile*> profiles) const noexcept;

  // What lookup() gives for a packet that no key covers; nullptr: forwarded untouched.
  [[nodiscard]] const Profile* unknown_line() const noexcept;

  // By the line's own id, for check and explain; nullptr if there is no such line.
  [[nodiscard]] const Profile* find_line(std::string_view id) const noexcept;
  [[nodiscard]] std::size_t line_count() const noexcept;
  // When a pause begins or ends next and the snapshot must be compiled again.
  [[nodiscard]] std::optional<std::chrono::sys_seconds> valid_until() const noexcept;

 private:
  struct Tables;
  explicit PolicySnapshot(std::unique_ptr<Tables> tables) noexcept;
  std::unique_ptr<Tables> tables_;
};

}  // namespace luytre::policy
