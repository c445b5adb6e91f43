// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.h"
#include "categories/domain_name.h"
#include "categories/ip_address.h"

namespace luytre::policy {

using categories::IpAddress;
using categories::IpPrefix;

using VlanId = std::uint16_t;                    // 1–4094 (IEEE 802.1Q)
using MacAddress = std::array<std::uint8_t, 6>;  // network order

// One way to recognise a line on the wire.
using LineKey = std::variant<IpPrefix, VlanId, MacAddress>;

// "192.0.2.7", "2001:db8::/56", "vlan:20", "mac:02:00:5e:10:00:01".
[[nodiscard]] Result<LineKey> parse_line_key(std::string_view text);
[[nodiscard]] std::string to_text(const LineKey& key);

// The household's own word about a name and everything below it.
struct Override {
  enum class Kind : std::uint8_t { Allow, Deny };
  categories::DomainName name;
  Kind kind = Kind::Deny;
  bool lifts_security =
      false;  // Allow only: the owner confirmed a name that is listed as malware or fraud
};

// A line as its owner configured it: what the state database holds, before it is compiled into a
// profile.
struct Line {
  static constexpr std::size_t kMaxIdBytes = 64;
  // A packet may wait for a scan of them all: 1024 take about half a microsecond.
  static constexpr std::size_t kMaxOverrides = 1024;

  std::string
      id;  // chosen by the operator, 1–64 characters of [A-Za-z0-9._-]; never a person's name
  std::vector<LineKey> keys;
  std::string band;  // Band::id of the preset in force
  std::optional<std::chrono::sys_seconds>
      paused_until;  // everything but never-block names is refused
  std::vector<Override> overrides;
};

// Invalid if the id or the overrides break the rules above. Whoever stores lines asks before it
// stores one, because a single bad line keeps the whole policy from being compiled.
[[nodiscard]] Result<void> validate(const Line& line);

}  // namespace luytre::policy
