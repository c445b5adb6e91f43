// SPDX-License-Identifier: Apache-2.0
#include "policy/snapshot.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <set>
#include <string>
#include <vector>

#include "fixture.h"

namespace luytre::policy {
namespace {

using std::chrono::minutes;
using std::chrono::sys_seconds;
using test::denied;
using test::must;
using test::vn;

constexpr sys_seconds kNow{std::chrono::seconds{1'700'000'000}};

Line line(std::string id, std::string band, std::initializer_list<std::string_view> keys) {
  Line made{.id = std::move(id),
            .keys = {},
            .band = std::move(band),
            .paused_until = {},
            .overrides = {}};
  for (const std::string_view key : keys) {
    made.keys.push_back(must(parse_line_key(key)));
  }
  return made;
}

std::unique_ptr<const PolicySnapshot> compiled(const std::vector<Line>& lines,
                                               std::string unknown = "") {
  return must(PolicySnapshot::compile(vn(), lines, {.band = std::move(unknown)}, kNow));
}

SubscriberKey packet(std::string_view address, VlanId vlan = 0, std::string_view mac = "") {
  SubscriberKey key{
      .address = IpAddress::from_text(address).value_or(IpAddress{}), .mac = {}, .vlan = vlan};
  if (!mac.empty()) {
    const LineKey parsed = must(parse_line_key(mac));
    key.mac = std::get<MacAddress>(parsed);
  }
  return key;
}

// The band that applies, "-" if the packet passes untouched.
std::string band_of(const PolicySnapshot& snapshot, const SubscriberKey& key) {
  const Profile* profile = snapshot.lookup(key);
  return profile == nullptr ? "-" : profile->band().id;
}

TEST(PolicySnapshot, WithoutLinesEverythingPassesUntouched) {
  const auto snapshot = compiled({});
  EXPECT_EQ(band_of(*snapshot, packet("192.0.2.7", 20, "mac:02:00:5e:10:00:01")), "-");
  EXPECT_EQ(snapshot->line_count(), 0U);
  EXPECT_FALSE(snapshot->valid_until());
}

TEST(PolicySnapshot, EveryKindOfKeyFindsItsLine) {
  const auto snapshot =
      compiled({line("a", "b0", {"192.0.2.7"}), line("b", "b1", {"2001:db8:1::/56"}),
                line("c", "b2", {"vlan:20"}), line("d", "b3", {"mac:02:00:5e:10:00:01"})});
  EXPECT_EQ(band_of(*snapshot, packet("192.0.2.7")), "b0");
  EXPECT_EQ(band_of(*snapshot, packet("192.0.2.8")), "-");
  EXPECT_EQ(band_of(*snapshot, packet("2001:db8:1:ff::1")), "b1");
  EXPECT_EQ(band_of(*snapshot, packet("2001:db8:1:100::1")), "-");
  EXPECT_EQ(band_of(*snapshot, packet("198.51.100.1", 20)), "b2");
  EXPECT_EQ(band_of(*snapshot, packet("198.51.100.1", 21)), "-");
  EXPECT_EQ(band_of(*snapshot, packet("198.51.100.1", 0, "mac:02:00:5e:10:00:01")), "b3");
  EXPECT_EQ(snapshot->line_count(), 4U);
}

TEST(PolicySnapshot, AMacAddressWinsOverAnAddressAndThatOverAVlan) {
  const auto snapshot =
      compiled({line("address", "b0", {"192.0.2.0/24"}), line("vlan", "b2", {"vlan:20"}),
                line("device", "b3", {"mac:02:00:5e:10:00:01"})});
  EXPECT_EQ(band_of(*snapshot, packet("192.0.2.7", 20, "mac:02:00:5e:10:00:01")), "b3");
  EXPECT_EQ(band_of(*snapshot, packet("192.0.2.7", 20, "mac:02:00:5e:10:00:02")), "b0");
  EXPECT_EQ(band_of(*snapshot, packet("198.51.100.7", 20, "mac:02:00:5e:10:00:02")), "b2");
}

TEST(PolicySnapshot, TheLongestPrefixWinsInBothFamilies) {
  const auto snapshot = compiled({line("all", "b0", {"0.0.0.0/0"}),
                                  line("net", "b1", {"192.0.2.0/24", "2001:db8::/32"}),
                                  line("half", "b2", {"192.0.2.128/25", "2001:db8:0:1::/64"}),
                                  line("host", "b3", {"192.0.2.129", "2001:db8:0:1::1"}),
                                  line("quarter", "off", {"2001:db8:0:1:8000::/66"})});
  EXPECT_EQ(band_of(*snapshot, packet("192.0.2.129")), "b3");
  EXPECT_EQ(band_of(*snapshot, packet("192.0.2.130")), "b2");
  EXPECT_EQ(band_of(*snapshot, packet("192.0.2.1")), "b1");
  EXPECT_EQ(band_of(*snapshot, packet("198.51.100.1")), "b0");
  EXPECT_EQ(band_of(*snapshot, packet("2001:db8:0:1::1")), "b3");
  EXPECT_EQ(band_of(*snapshot, packet("2001:db8:0:1::2")), "b2");
  EXPECT_EQ(band_of(*snapshot, packet("2001:db8:0:1:8000::")), "off");
  EXPECT_EQ(band_of(*snapshot, packet("2001:db8:0:1:c000::")), "b2");
  EXPECT_EQ(band_of(*snapshot, packet("2001:db8:0:2::1")), "b1");
  EXPECT_EQ(band_of(*snapshot, packet("2001:db9::1")), "-");
}

TEST(PolicySnapshot, ThePrefixOfAllIpv6DoesNotCoverIpv4) {
  const auto snapshot = compiled({line("six", "b1", {"::/0"}), line("zero", "b2", {"0.0.0.0"})});
  EXPECT_EQ(band_of(*snapshot, packet("2001:db8::1")), "b1");
  EXPECT_EQ(band_of(*snapshot, packet("192.0.2.7")), "-");
  EXPECT_EQ(band_of(*snapshot, packet("0.0.0.0")), "b2");
}

TEST(PolicySnapshot, UnknownLinesGetTheirBandIfOneIsSet) {
  const auto snapshot = compiled({line("a", "b0", {"192.0.2.7"})}, "b2");
  EXPECT_EQ(band_of(*snapshot, packet("192.0.2.7")), "b0");
  EXPECT_EQ(band_of(*snapshot, packet("192.0.2.8")), "b2");
  EXPECT_EQ(band_of(*compiled({}, "b2"), packet("2001:db8::1")), "b2");
}

TEST(PolicySnapshot, TwoLinesWithOneKeyAreAConflictThatNamesBoth) {
  for (const std::string_view key : {"192.0.2.7", "192.0.2.0/24", "2001:db8::/56", "2001:db8::1",
                                     "vlan:20", "mac:02:00:5e:10:00:01"}) {
    const std::vector<Line> lines = {line("first", "b0", {key}), line("second", "b1", {key})};
    const auto snapshot = PolicySnapshot::compile(vn(), lines, {}, kNow);
    ASSERT_FALSE(snapshot) << key;
    EXPECT_EQ(snapshot.error().code, ErrorCode::Conflict);
    EXPECT_EQ(snapshot.error().message,
              std::string(key) + " belongs to line first and to line second");
  }
}

TEST(PolicySnapshot, AKeyTwiceOnOneLineIsNoConflict) {
  EXPECT_EQ(band_of(*compiled({line("a", "b0", {"192.0.2.7", "192.0.2.7"})}), packet("192.0.2.7")),
            "b0");
}

TEST(PolicySnapshot, WrongBandsAndIdsAreRefused) {
  const auto refused = [](const std::vector<Line>& lines, std::string unknown = "") {
    const auto snapshot = PolicySnapshot::compile(vn(), lines, {.band = std::move(unknown)}, kNow);
    EXPECT_FALSE(snapshot);
    return snapshot ? Error{} : snapshot.error();
  };
  const Error no_band = refused({line("a", "b9", {})});
  EXPECT_EQ(no_band.code, ErrorCode::Invalid);
  EXPECT_EQ(no_band.message, "line a has the band \"b9\"; preset vn has b0, b1, b2, b3, off");
  EXPECT_EQ(refused({}, "b9").code, ErrorCode::Invalid);
  EXPECT_EQ(refused({line("a b", "b0", {})}).code, ErrorCode::Invalid);
  EXPECT_EQ(refused({line("a", "b0", {}), line("a", "b1", {})}).code, ErrorCode::Conflict);
}

TEST(PolicySnapshot, LinesAreFoundByTheirId) {
  const auto snapshot = compiled({line("home", "b1", {}), line("other", "b2", {"vlan:20"})});
  ASSERT_NE(snapshot->find_line("home"), nullptr);
  EXPECT_EQ(snapshot->find_line("home")->band().id, "b1");
  EXPECT_EQ(snapshot->find_line("other")->band().id, "b2");
  EXPECT_EQ(snapshot->find_line("nobody"), nullptr);
  EXPECT_EQ(snapshot->find_line(""), nullptr);
}

TEST(PolicySnapshot, PausesInForceEndWithTheSnapshot) {
  Line ended = line("ended", "b1", {"192.0.2.1"});
  ended.paused_until = kNow;
  Line soon = line("soon", "b1", {"192.0.2.2"});
  soon.paused_until = kNow + minutes(5);
  Line later = line("later", "b2", {"192.0.2.3"});
  later.paused_until = kNow + minutes(60);
  const auto snapshot = compiled({ended, later, soon, line("never", "b1", {"192.0.2.4"})});
  const auto pause = [&](std::string_view address) {
    const Profile* profile = snapshot->lookup(packet(address));
    return profile != nullptr && profile->pause() == Profile::Pause::Paused;
  };
  EXPECT_FALSE(pause("192.0.2.1"));
  EXPECT_TRUE(pause("192.0.2.2"));
  EXPECT_TRUE(pause("192.0.2.3"));
  EXPECT_FALSE(pause("192.0.2.4"));
  EXPECT_EQ(snapshot->valid_until(), kNow + minutes(5));
  const auto after = must(PolicySnapshot::compile(vn(), std::vector{soon}, {}, kNow + minutes(5)));
  EXPECT_FALSE(after->valid_until());
  EXPECT_EQ(after->lookup(packet("192.0.2.2"))->pause(), Profile::Pause::Running);
}

TEST(PolicySnapshot, LinesWithNothingOfTheirOwnShareAProfile) {
  Line own = line("own", "b1", {});
  own.overrides = {denied("example.com")};
  Line paused = line("paused", "b1", {});
  paused.paused_until = kNow + minutes(5);
  const auto snapshot =
      compiled({line("a", "b1", {}), line("b", "b1", {}), line("c", "b2", {}), own, paused});
  const Profile* shared = snapshot->find_line("a");
  EXPECT_EQ(snapshot->find_line("b"), shared);
  EXPECT_NE(snapshot->find_line("c"), shared);
  EXPECT_NE(snapshot->find_line("own"), shared);
  EXPECT_NE(snapshot->find_line("paused"), shared);
}

TEST(PolicySnapshot, OwnWordsReachTheVerdict) {
  Line own = line("own", "b3", {"192.0.2.7"});
  own.overrides = {denied("example.com")};
  const auto snapshot = compiled({own});
  const Profile* profile = snapshot->lookup(packet("192.0.2.7"));
  ASSERT_NE(profile, nullptr);
  EXPECT_EQ(verdict(*profile, test::domain("www.example.com"), {}).tier, Tier::OwnerDeny);
  EXPECT_EQ(verdict(*profile, test::domain("mask.icloud.com"), {}).tier, Tier::Bypass);
}

// The tag of the line that each address shows.
std::vector<LineTag> tags_of(const PolicySnapshot& snapshot,
                             std::initializer_list<std::string_view> addresses) {
  std::vector<LineTag> tags;
  for (const std::string_view address : addresses) {
    const SubscriberKey key = packet(address);
    const Profile* profile = nullptr;
    LineTag tag = 0;
    snapshot.lookup({&key, 1}, {&profile, 1}, {&tag, 1});
    EXPECT_EQ(profile, snapshot.lookup(key));
    tags.push_back(tag);
  }
  return tags;
}

TEST(PolicySnapshot, LinesOfOneProfileAreToldApartAndALineIsTheSameByAllItsKeys) {
  Line own = line("own", "b1", {"192.0.2.4"});
  own.overrides = {denied("own.example")};
  const auto snapshot =
      compiled({line("a", "b1", {"192.0.2.1", "2001:db8:1::/64"}), line("b", "b1", {"192.0.2.2"}),
                line("c", "b2", {"192.0.2.3"}), own},
               "b1");
  const auto tags =
      tags_of(*snapshot, {"192.0.2.1", "2001:db8:1::5", "192.0.2.2", "192.0.2.3", "192.0.2.4"});
  EXPECT_EQ(tags[0], tags[1]);
  EXPECT_EQ(std::set(tags.begin(), tags.end()).size(), 4U);
  EXPECT_EQ(std::set(tags.begin(), tags.end()).count(0), 0U);
  EXPECT_EQ(tags_of(*snapshot, {"192.0.2.9"}), std::vector<LineTag>{0});
}

}  // namespace
}  // namespace luytre::policy
