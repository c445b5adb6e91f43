// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "flat_table.h"
#include "policy/line.h"
#include "policy/snapshot.h"

namespace luytre::policy {

// Everything that lines are recognised by, mapped to numbers from 1 on. A kind of key that nobody
// registered costs a lookup nothing; each prefix length in use costs one probe.
class KeyTables {
 public:
  static constexpr std::size_t kBurst = PolicySnapshot::kBurst;

  // Sizes the tables for the keys of all lines.
  void reserve(std::span<const Line> lines);
  // The value that the key has already, or 0 after it was added.
  std::uint32_t insert(const LineKey& key, std::uint32_t value);
  template <typename Change>
  void change_values(Change change);

  // found[i] = the value for keys[i], 0 if no key covers it. At most kBurst keys. The first two steps
  // bring into the cache what the third reads of the table that is looked at first for each key.
  using Lookup = PolicySnapshot::Lookup;
  void begin(std::span<const SubscriberKey> keys, Lookup& lookup) const noexcept;
  void narrow(std::span<const SubscriberKey> keys, Lookup& lookup) const noexcept;
  void finish(std::span<const SubscriberKey> keys, const Lookup& lookup,
              std::span<std::uint32_t> found) const noexcept;

 private:
  static constexpr std::size_t kVlans = 4096;
  static constexpr unsigned kShortBits = 64;  // IPv6 prefixes up to here need only half an address

  // One prefix length; `mask` keeps the bits that count.
  template <typename Key>
  struct Length {
    unsigned length = 0;
    Key mask{};
    FlatTable<Key> table;
  };

  // Packets of a burst that no key has covered yet.
  struct Pending {
    std::array<std::uint8_t, kBurst> positions{};
    std::size_t count = 0;
  };

  template <typename Key>
  static FlatTable<Key>& table_of(std::vector<Length<Key>>& lengths, unsigned length, Key mask);
  FlatTable<std::uint32_t>& v4_of(unsigned length);
  FlatTable<WideKey>& v6_long_of(unsigned length);
  FlatTable<std::uint64_t>& v6_short_of(unsigned length);
  std::uint32_t insert_prefix(const IpPrefix& prefix, std::uint32_t value);

  template <typename Key, typename KeyAt>
  static void probe(const FlatTable<Key>& table, KeyAt key_at, Pending& pending,
                    std::span<std::uint32_t> found) noexcept;
  // use(table, key) for the table that is looked at first; what it gives, or 0 if there is no table.
  template <typename Use>
  auto with_first_table(const SubscriberKey& key, Use use) const noexcept;
  [[nodiscard]] bool has_further_tables() const noexcept;
  void look_further(std::span<const SubscriberKey> keys,
                    std::span<std::uint32_t> found) const noexcept;
  void probe_addresses(std::span<const SubscriberKey> keys, Pending& pending,
                       std::span<std::uint32_t> found) const noexcept;

  FlatTable<std::uint64_t> macs_;
  std::vector<Length<std::uint32_t>> v4_;  // longest first
  std::vector<Length<WideKey>> v6_long_;   // lengths over 64, longest first
  std::vector<Length<std::uint64_t>> v6_short_;
  std::vector<std::uint32_t> vlans_;  // by VLAN id; empty if there are none
};

template <typename Change>
void KeyTables::change_values(Change change) {
  macs_.change_values(change);
  for (auto& length : v4_) {
    length.table.change_values(change);
  }
  for (auto& length : v6_long_) {
    length.table.change_values(change);
  }
  for (auto& length : v6_short_) {
    length.table.change_values(change);
  }
  for (std::uint32_t& value : vlans_) {
    value = value == 0 ? 0 : change(value);
  }
}

}  // namespace luytre::policy
