// SPDX-License-Identifier: Apache-2.0
#include "policy/line.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstddef>

namespace luytre::policy {
namespace {

constexpr std::string_view kVlanMark = "vlan:";
constexpr std::string_view kMacMark = "mac:";
constexpr VlanId kLastVlan = 4094;  // 0 is "priority tag only", 4095 is reserved (IEEE 802.1Q)

std::optional<VlanId> parse_vlan(std::string_view text) noexcept {
  VlanId vlan = 0;
  const char* begin = text.data();
  const char* end = begin + text.size();
  const auto [stop, error] = std::from_chars(begin, end, vlan);
  if (error != std::errc{} || stop != end || vlan == 0 || vlan > kLastVlan) {
    return std::nullopt;
  }
  return vlan;
}

// "02:00:5e:10:00:01", or with hyphens as RADIUS writes it (RFC 3580 §3.20).
std::optional<MacAddress> parse_mac(std::string_view text) noexcept {
  constexpr std::size_t kTextSize = 17;
  if (text.size() != kTextSize || (text[2] != ':' && text[2] != '-')) {
    return std::nullopt;
  }
  MacAddress mac{};
  for (std::size_t octet = 0; octet < mac.size(); ++octet) {
    const char* begin = text.data() + 3 * octet;
    const auto [stop, error] = std::from_chars(begin, begin + 2, mac[octet], 16);
    const bool separated = octet + 1 == mac.size() || begin[2] == text[2];
    if (error != std::errc{} || stop != begin + 2 || !separated) {
      return std::nullopt;
    }
  }
  return mac;
}

bool is_one_station(const MacAddress& mac) noexcept {
  const bool group = (mac[0] & 1U) != 0;  // I/G bit (IEEE 802): multicast and broadcast
  return !group && mac != MacAddress{};
}

bool is_id_character(char c) noexcept {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}

std::string text_of(const IpPrefix& prefix) { return prefix.to_text(); }
std::string text_of(VlanId vlan) { return fmt::format("{}{}", kVlanMark, vlan); }
std::string text_of(const MacAddress& mac) {
  return fmt::format("{}{:02x}", kMacMark, fmt::join(mac, ":"));
}

}  // namespace

Result<LineKey> parse_line_key(std::string_view text) {
  if (text.starts_with(kVlanMark)) {
    if (const auto vlan = parse_vlan(text.substr(kVlanMark.size()))) {
      return *vlan;
    }
    return fail(ErrorCode::Invalid,
                fmt::format("\"{}\" is not a VLAN: write vlan:1 to vlan:{}", text, kLastVlan));
  }
  if (text.starts_with(kMacMark)) {
    const auto mac = parse_mac(text.substr(kMacMark.size()));
    if (mac && is_one_station(*mac)) {
      return *mac;
    }
    return fail(ErrorCode::Invalid,
                fmt::format("\"{}\" is not the MAC address of one device: write it like "
                            "mac:02:00:5e:10:00:01",
                            text));
  }
  if (const auto prefix = IpPrefix::from_text(text)) {
    return *prefix;
  }
  return fail(ErrorCode::Invalid,
              fmt::format("\"{}\" is not a line key: write an address (192.0.2.7), a prefix whose "
                          "host bits are zero (2001:db8::/56), vlan:20 or mac:02:00:5e:10:00:01",
                          text));
}

std::string to_text(const LineKey& key) {
  if (const auto* prefix = std::get_if<IpPrefix>(&key)) {
    return text_of(*prefix);
  }
  if (const auto* vlan = std::get_if<VlanId>(&key)) {
    return text_of(*vlan);
  }
  const auto* mac = std::get_if<MacAddress>(&key);
  return text_of(mac != nullptr ? *mac : MacAddress{});
}

Result<void> validate(const Line& line) {
  if (line.id.empty() || line.id.size() > Line::kMaxIdBytes ||
      !std::ranges::all_of(line.id, is_id_character)) {
    return fail(ErrorCode::Invalid,
                fmt::format("\"{}\" cannot be a line's id: use 1 to {} letters, digits, dots, "
                            "underscores and hyphens",
                            line.id, Line::kMaxIdBytes));
  }
  if (line.overrides.size() > Line::kMaxOverrides) {
    return fail(ErrorCode::Invalid,
                fmt::format("line {} has {} names of its own; at most {} are possible", line.id,
                            line.overrides.size(), Line::kMaxOverrides));
  }
  for (const Override& own : line.overrides) {
    if (own.name.is_root()) {
      return fail(ErrorCode::Invalid,
                  fmt::format("line {} allows or blocks the root of all names; to block "
                              "everything, pause the line",
                              line.id));
    }
    if (own.lifts_security && own.kind != Override::Kind::Allow) {
      return fail(ErrorCode::Invalid,
                  fmt::format("line {} blocks {} and lifts its security block at once", line.id,
                              own.name.to_text()));
    }
  }
  return {};
}

}  // namespace luytre::policy
