// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <array>
#include <map>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "fixture.h"
#include "policy/snapshot.h"

namespace luytre::policy {
namespace {

using test::must;
using test::vn;

constexpr std::size_t kLines = 100'000;
constexpr std::size_t kLookups = 200'000;
constexpr unsigned kSeed = 65001;

// Lines by plain ordered maps: the slow answer that the tables must agree with.
struct Reference {
  std::map<std::string, const Band*> prefixes;  // by IpPrefix::to_text()
  std::map<MacAddress, const Band*> macs;
  std::map<VlanId, const Band*> vlans;

  bool add(const LineKey& key, const Band* band) {
    if (const auto* prefix = std::get_if<IpPrefix>(&key)) {
      return prefixes.emplace(prefix->to_text(), band).second;
    }
    if (const auto* mac = std::get_if<MacAddress>(&key)) {
      return macs.emplace(*mac, band).second;
    }
    return vlans.emplace(std::get<VlanId>(key), band).second;
  }
  const Band* find(const SubscriberKey& key, std::span<const std::uint8_t> lengths4,
                   std::span<const std::uint8_t> lengths6) const;
};

IpPrefix masked(const IpAddress& address, unsigned length) {
  std::array<std::uint8_t, 16> octets{};
  std::ranges::copy(address.octets(), octets.begin());
  for (unsigned bit = length + (address.is_v4() ? 96 : 0); bit < 128; ++bit) {
    octets[bit / 8] = static_cast<std::uint8_t>(octets[bit / 8] & ~(0x80U >> (bit % 8)));
  }
  return {IpAddress::v6(octets), static_cast<std::uint8_t>(length)};
}

const Band* Reference::find(const SubscriberKey& key, std::span<const std::uint8_t> lengths4,
                            std::span<const std::uint8_t> lengths6) const {
  if (const auto mac = macs.find(key.mac); mac != macs.end()) {
    return mac->second;
  }
  for (const std::uint8_t length : key.address.is_v4() ? lengths4 : lengths6) {
    const auto prefix = prefixes.find(masked(key.address, length).to_text());
    if (prefix != prefixes.end()) {
      return prefix->second;
    }
  }
  const auto vlan = vlans.find(key.vlan);
  return vlan == vlans.end() ? nullptr : vlan->second;
}

// Addresses from a small space, so that prefixes nest and lookups hit about as often as they miss.
class RandomKeys {
 public:
  static constexpr std::array<std::uint8_t, 4> kLengths4 = {32, 29, 24, 16};
  static constexpr std::array<std::uint8_t, 5> kLengths6 = {128, 72, 64, 56, 40};

  explicit RandomKeys(unsigned seed) : random_(seed) {}

  IpAddress v4() {
    const std::array<std::uint8_t, 4> octets = {100, byte(0x1f), byte(), byte()};
    return IpAddress::v4(octets);
  }
  IpAddress v6() {
    const std::array<std::uint8_t, 16> octets = {
        0x20,       0x01, 0x0d, 0xb8, byte(0x0f), byte(), byte(0x3), byte(),
        byte(0xf0), 0,    0,    0,    0,          0,      0,         byte(0x3)};
    return IpAddress::v6(octets);
  }
  MacAddress mac() { return {2, 0, 0, byte(0), byte(), byte()}; }
  VlanId vlan() { return static_cast<VlanId>(1 + random_() % 4094); }

  LineKey key() {
    switch (random_() % 16) {
      case 0:
        return vlan();
      case 1:
        return mac();
      case 2:
      case 3:
      case 4:
      case 5:
        return masked(v6(), kLengths6[random_() % 8 == 0 ? random_() % 5 : 2]);
      default:
        return masked(v4(), kLengths4[random_() % 8 == 0 ? 1 + random_() % 2 : 0]);
    }
  }
  SubscriberKey packet() {
    SubscriberKey made{.address = random_() % 2 == 0 ? v4() : v6(), .mac = {}, .vlan = 0};
    if (random_() % 4 == 0) {
      made.mac = mac();
    }
    if (random_() % 4 == 0) {
      made.vlan = vlan();
    }
    return made;
  }
  std::size_t below(std::size_t limit) { return random_() % limit; }

 private:
  std::uint8_t byte(unsigned mask = 0xff) { return static_cast<std::uint8_t>(random_() & mask); }
  std::mt19937 random_;
};

TEST(PolicySnapshot, AHundredThousandRandomLinesAgreeWithOrderedMaps) {
  RandomKeys random(kSeed);
  Reference reference;
  std::vector<Line> lines;
  while (lines.size() < kLines) {
    const LineKey key = random.key();
    const Band& band = vn().bands[random.below(vn().bands.size())];
    if (reference.add(key, &band)) {
      lines.push_back({.id = "line-" + std::to_string(lines.size()),
                       .keys = {key},
                       .band = band.id,
                       .paused_until = {},
                       .overrides = {}});
    }
  }
  const auto snapshot = must(PolicySnapshot::compile(vn(), lines, {}, {}));
  EXPECT_EQ(snapshot->line_count(), kLines);

  std::array<std::size_t, 2> outcomes{};
  std::array<SubscriberKey, PolicySnapshot::kBurst> burst;
  std::array<const Profile*, PolicySnapshot::kBurst> profiles{};
  for (std::size_t done = 0; done < kLookups;) {
    const std::size_t count = 1 + random.below(burst.size());
    for (SubscriberKey& key : burst) {
      key = random.packet();
    }
    snapshot->lookup(std::span(burst).first(count), profiles);
    for (std::size_t i = 0; i < count; ++i, ++done) {
      const Band* expected = reference.find(burst[i], RandomKeys::kLengths4, RandomKeys::kLengths6);
      const std::string found = profiles[i] == nullptr ? "-" : profiles[i]->band().id;
      ASSERT_EQ(found, expected == nullptr ? "-" : expected->id)
          << "seed " << kSeed << ", lookup " << done << ": " << burst[i].address.to_text();
      ASSERT_EQ(snapshot->lookup(burst[i]), profiles[i]) << "one packet and a burst disagree";
      ++outcomes[expected == nullptr ? 0 : 1];
    }
  }
  EXPECT_GT(outcomes[0], kLookups / 10) << "too few misses to prove anything";
  EXPECT_GT(outcomes[1], kLookups / 10) << "too few hits to prove anything";
}

// Registered in sequence, as an operator's address plan is, and more than the table's first size
// holds.
TEST(PolicySnapshot, ConsecutiveAddressesAreAllFoundAndTheirNeighboursAreNot) {
  std::vector<Line> lines;
  for (std::uint32_t i = 0; i < 1U << 16U; ++i) {
    const std::array<std::uint8_t, 4> octets = {10, 7, static_cast<std::uint8_t>(i >> 8U),
                                                static_cast<std::uint8_t>(i)};
    lines.push_back({.id = std::to_string(i),
                     .keys = {IpPrefix{IpAddress::v4(octets), 32}},
                     .band = "b1",
                     .paused_until = {},
                     .overrides = {}});
  }
  const auto snapshot = must(PolicySnapshot::compile(vn(), lines, {}, {}));
  for (std::uint32_t i = 0; i < 1U << 16U; ++i) {
    for (const std::uint8_t second : {std::uint8_t{6}, std::uint8_t{7}, std::uint8_t{8}}) {
      const std::array<std::uint8_t, 4> octets = {10, second, static_cast<std::uint8_t>(i >> 8U),
                                                  static_cast<std::uint8_t>(i)};
      const Profile* profile =
          snapshot->lookup({.address = IpAddress::v4(octets), .mac = {}, .vlan = 0});
      ASSERT_EQ(profile != nullptr, second == 7) << i;
    }
  }
}

}  // namespace
}  // namespace luytre::policy
