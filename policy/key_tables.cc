// SPDX-License-Identifier: Apache-2.0
#include "key_tables.h"

#include <algorithm>
#include <bit>

#include "base/byte_order.h"

namespace luytre::policy {
namespace {

std::uint64_t mac_word(const MacAddress& mac) noexcept {
  return std::uint64_t{load_be16(mac.data())} << 32U | load_be32(mac.data() + 2);
}

std::uint32_t v4_word(const IpAddress& address) noexcept {
  return load_be32(address.octets().data() + 12);
}
std::uint64_t high_word(const IpAddress& address) noexcept {
  return load_be64(address.octets().data());
}
std::uint64_t low_word(const IpAddress& address) noexcept {
  return load_be64(address.octets().data() + 8);
}

// The first `length` of a word's bits; a shift by the whole width would be undefined.
template <typename Word>
Word mask_of(unsigned length) noexcept {
  constexpr unsigned kBits = sizeof(Word) * 8;
  return length == 0 ? Word{0} : static_cast<Word>(~Word{0} << (kBits - length));
}

}  // namespace

template <typename Key>
FlatTable<Key>& KeyTables::table_of(std::vector<Length<Key>>& lengths, unsigned length, Key mask) {
  const auto at = std::ranges::find_if(
      lengths, [length](const Length<Key>& known) { return known.length <= length; });
  if (at != lengths.end() && at->length == length) {
    return at->table;
  }
  return lengths.insert(at, Length<Key>{.length = length, .mask = mask, .table = {}})->table;
}

void KeyTables::reserve(std::span<const Line> lines) {
  std::array<std::size_t, 33> v4{};  // keys of each length
  std::array<std::size_t, 129> v6{};
  std::size_t macs = 0;
  for (const Line& line : lines) {
    for (const LineKey& key : line.keys) {
      if (const auto* prefix = std::get_if<IpPrefix>(&key)) {
        ++(prefix->address.is_v4() ? v4[prefix->length] : v6[prefix->length]);
      } else if (std::holds_alternative<MacAddress>(key)) {
        ++macs;
      }
    }
  }
  if (macs > 0) {
    macs_.reserve(macs);
  }
  for (unsigned length = 0; length < v4.size(); ++length) {
    if (v4[length] > 0) {
      v4_of(length).reserve(v4[length]);
    }
  }
  for (unsigned length = 0; length < v6.size(); ++length) {
    if (v6[length] > 0 && length > kShortBits) {
      v6_long_of(length).reserve(v6[length]);
    } else if (v6[length] > 0) {
      v6_short_of(length).reserve(v6[length]);
    }
  }
}

FlatTable<std::uint32_t>& KeyTables::v4_of(unsigned length) {
  return table_of(v4_, length, mask_of<std::uint32_t>(length));
}

FlatTable<WideKey>& KeyTables::v6_long_of(unsigned length) {
  return table_of(v6_long_, length,
                  WideKey{~std::uint64_t{0}, mask_of<std::uint64_t>(length - kShortBits)});
}

FlatTable<std::uint64_t>& KeyTables::v6_short_of(unsigned length) {
  return table_of(v6_short_, length, mask_of<std::uint64_t>(length));
}

std::uint32_t KeyTables::insert(const LineKey& key, std::uint32_t value) {
  if (const auto* prefix = std::get_if<IpPrefix>(&key)) {
    return insert_prefix(*prefix, value);
  }
  if (const auto* mac = std::get_if<MacAddress>(&key)) {
    return macs_.insert(mac_word(*mac), value);
  }
  const auto* vlan = std::get_if<VlanId>(&key);
  vlans_.resize(kVlans);
  std::uint32_t& slot = vlans_[vlan == nullptr ? 0 : *vlan % kVlans];
  const std::uint32_t before = slot;
  slot = before == 0 ? value : before;
  return before;
}

std::uint32_t KeyTables::insert_prefix(const IpPrefix& prefix, std::uint32_t value) {
  const IpAddress& address = prefix.address;
  if (address.is_v4()) {
    return v4_of(prefix.length).insert(v4_word(address), value);
  }
  if (prefix.length > kShortBits) {
    return v6_long_of(prefix.length).insert(WideKey{high_word(address), low_word(address)}, value);
  }
  return v6_short_of(prefix.length).insert(high_word(address), value);
}

// One table for all pending packets, a step of the lookup at a time for all of them; who is found
// leaves.
template <typename Key, typename KeyAt>
void KeyTables::probe(const FlatTable<Key>& table, KeyAt key_at, Pending& pending,
                      std::span<std::uint32_t> found) noexcept {
  std::array<std::uint64_t, kBurst> hashes;  // by position in the burst
  for (std::size_t i = 0; i < pending.count; ++i) {
    const std::uint8_t position = pending.positions[i];
    hashes[position] = table.hash(key_at(position));
    table.prefetch_filter(hashes[position]);
  }
  Pending candidates;
  for (std::size_t i = 0; i < pending.count; ++i) {
    const std::uint8_t position = pending.positions[i];
    candidates.positions[candidates.count] = position;
    candidates.count += table.may_contain(hashes[position]) ? 1 : 0;
  }
  if (candidates.count == 0) {
    return;
  }
  for (std::size_t i = 0; i < candidates.count; ++i) {
    table.prefetch(hashes[candidates.positions[i]]);
  }
  for (std::size_t i = 0; i < candidates.count; ++i) {
    const std::uint8_t position = candidates.positions[i];
    found[position] = table.find(key_at(position), hashes[position]);
  }
  std::size_t left = 0;
  for (std::size_t i = 0; i < pending.count; ++i) {
    const std::uint8_t position = pending.positions[i];
    pending.positions[left] = position;
    left += found[position] == 0 ? 1 : 0;
  }
  pending.count = left;
}

void KeyTables::probe_addresses(std::span<const SubscriberKey> keys, Pending& pending,
                                std::span<std::uint32_t> found) const noexcept {
  Pending v4;
  Pending v6;
  for (std::size_t i = 0; i < pending.count; ++i) {
    const std::uint8_t position = pending.positions[i];
    Pending& family = keys[position].address.is_v4() ? v4 : v6;
    family.positions[family.count++] = position;
  }
  for (const auto& length : v4_) {
    probe(
        length.table, [&](std::size_t at) { return v4_word(keys[at].address) & length.mask; }, v4,
        found);
  }
  for (const auto& length : v6_long_) {
    const auto key_at = [&](std::size_t at) {
      return WideKey{high_word(keys[at].address), low_word(keys[at].address) & length.mask.low};
    };
    probe(length.table, key_at, v6, found);
  }
  for (const auto& length : v6_short_) {
    probe(
        length.table, [&](std::size_t at) { return high_word(keys[at].address) & length.mask; }, v6,
        found);
  }
  pending = v4;
  for (std::size_t i = 0; i < v6.count; ++i) {
    pending.positions[pending.count++] = v6.positions[i];
  }
}

template <typename Use>
auto KeyTables::with_first_table(const SubscriberKey& key, Use use) const noexcept {
  using Result = decltype(use(macs_, std::uint64_t{}));
  if (!macs_.empty()) {
    return use(macs_, mac_word(key.mac));
  }
  if (key.address.is_v4()) {
    return v4_.empty() ? Result{} : use(v4_.front().table, v4_word(key.address) & v4_.front().mask);
  }
  if (!v6_long_.empty()) {
    const auto& longest = v6_long_.front();
    return use(longest.table,
               WideKey{high_word(key.address), low_word(key.address) & longest.mask.low});
  }
  return v6_short_.empty()
             ? Result{}
             : use(v6_short_.front().table, high_word(key.address) & v6_short_.front().mask);
}

void KeyTables::begin(std::span<const SubscriberKey> keys, Lookup& lookup) const noexcept {
  for (std::size_t i = 0; i < keys.size(); ++i) {
    lookup.hashes[i] = with_first_table(keys[i], [](const auto& table, const auto& word) {
      const std::uint64_t hash = table.hash(word);
      table.prefetch_filter(hash);
      return hash;
    });
  }
}

void KeyTables::narrow(std::span<const SubscriberKey> keys, Lookup& lookup) const noexcept {
  lookup.candidates = 0;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const bool passes = with_first_table(keys[i], [&](const auto& table, const auto& /*word*/) {
      return table.may_contain(lookup.hashes[i]);
    });
    lookup.candidates |= std::uint32_t{passes} << i;
  }
  for (std::uint32_t left = lookup.candidates; left != 0; left &= left - 1) {
    const auto i = static_cast<std::size_t>(std::countr_zero(left));
    static_cast<void>(with_first_table(keys[i], [&](const auto& table, const auto& /*word*/) {
      table.prefetch(lookup.hashes[i]);
      return true;
    }));
  }
}

void KeyTables::finish(std::span<const SubscriberKey> keys, const Lookup& lookup,
                       std::span<std::uint32_t> found) const noexcept {
  std::fill_n(found.begin(), keys.size(), 0);
  for (std::uint32_t left = lookup.candidates; left != 0; left &= left - 1) {
    const auto i = static_cast<std::size_t>(std::countr_zero(left));
    found[i] = with_first_table(keys[i], [&](const auto& table, const auto& word) {
      return table.find(word, lookup.hashes[i]);
    });
  }
  if (has_further_tables()) {
    look_further(keys, found);
  }
}

// Whether a key that is not in its first table may be in another one.
bool KeyTables::has_further_tables() const noexcept {
  const std::size_t v6_lengths = v6_long_.size() + v6_short_.size();
  return !vlans_.empty() || v4_.size() > 1 || v6_lengths > 1 ||
         (!macs_.empty() && v4_.size() + v6_lengths != 0);
}

void KeyTables::look_further(std::span<const SubscriberKey> keys,
                             std::span<std::uint32_t> found) const noexcept {
  Pending pending;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    pending.positions[pending.count] = static_cast<std::uint8_t>(i);
    pending.count += found[i] == 0 ? 1 : 0;
  }
  if (!v4_.empty() || !v6_long_.empty() || !v6_short_.empty()) {
    probe_addresses(keys, pending, found);
  }
  if (!vlans_.empty()) {
    for (std::size_t i = 0; i < pending.count; ++i) {
      const std::uint8_t position = pending.positions[i];
      found[position] = vlans_[keys[position].vlan % kVlans];
    }
  }
}

}  // namespace luytre::policy
