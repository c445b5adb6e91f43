// SPDX-License-Identifier: Apache-2.0
#include "policy/preset.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>

#include "fixture.h"

namespace luytre::policy {
namespace {

using test::generic;
using test::source_file;
using test::taxonomy;
using test::vn;

// The text of vn.toml, to be spoilt in one place.
class PresetFile : public testing::Test {
 protected:
  void SetUp() override {
    std::ifstream stream(source_file("policy/presets/vn.toml"));
    text_.assign(std::istreambuf_iterator<char>(stream), {});
    ASSERT_FALSE(text_.empty());
    file_ = std::filesystem::path(testing::TempDir()) /
            ("preset-" + std::to_string(getpid()) + ".toml");
  }
  void TearDown() override { std::filesystem::remove(file_); }

  // Replaces the only occurrence and remembers the line on which the new text ends.
  void replace(std::string_view from, std::string_view to) {
    const std::size_t at = text_.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    text_.replace(at, from.size(), to);
    line_ = 1 + std::count(text_.begin(),
                           text_.begin() + static_cast<std::ptrdiff_t>(at + to.size()), '\n');
  }

  Result<Preset> load() {
    std::ofstream(file_) << text_;
    return Preset::load(file_, taxonomy());
  }

  // Refused, on the line that was spoilt, with these words.
  void expect_refused(std::string_view words) {
    const auto preset = load();
    ASSERT_FALSE(preset) << words;
    EXPECT_EQ(preset.error().code, ErrorCode::Invalid);
    EXPECT_NE(preset.error().message.find(words), std::string::npos) << preset.error().message;
    const std::string place = file_.string() + ":" + std::to_string(line_) + ": ";
    EXPECT_TRUE(preset.error().message.starts_with(place))
        << preset.error().message << "\ninstead of " << place;
  }

  std::string text_;
  std::filesystem::path file_;
  std::ptrdiff_t line_ = 0;
};

TEST(Preset, BothShippedPresetsLoad) {
  EXPECT_EQ(vn().id, "vn");
  EXPECT_EQ(generic().id, "generic");
  EXPECT_EQ(generic().bands.size(), 5U);
  EXPECT_EQ(vn().special_names.size(), 7U);
  EXPECT_EQ(generic().special_names.size(), 7U);
  EXPECT_EQ(vn().find_band("b9"), nullptr);
  EXPECT_EQ(vn().find_band("b1"), &vn().bands[1]);
}

TEST(Preset, ACategoryIsInAtMostOneSetOfABand) {
  for (const Preset* preset : {&vn(), &generic()}) {
    for (const Band& band : preset->bands) {
      const BandActions& actions = band.actions;
      EXPECT_EQ(
          (actions.block | actions.limit | actions.safe_strict | actions.safe_moderate).size(),
          actions.block.size() + actions.limit.size() + actions.safe_strict.size() +
              actions.safe_moderate.size())
          << preset->id << ' ' << band.id;
    }
  }
}

TEST(Preset, AMissingFileIsNotFound) {
  const auto preset = Preset::load("/nonexistent/xx.toml", taxonomy());
  ASSERT_FALSE(preset);
  EXPECT_EQ(preset.error().code, ErrorCode::NotFound);
  EXPECT_NE(preset.error().message.find("xx.toml"), std::string::npos);
}

TEST_F(PresetFile, UnspoiltLoads) { EXPECT_TRUE(load()); }

TEST_F(PresetFile, BadTomlIsRefusedWithItsLine) {
  replace("id = \"b1\"", "id = ");
  const auto preset = load();
  ASSERT_FALSE(preset);
  EXPECT_TRUE(preset.error().message.starts_with(file_.string() + ":" + std::to_string(line_)))
      << preset.error().message;
}

struct Spoilt {
  std::string_view description;
  std::string_view from;
  std::string_view to;
  std::string_view words;
};

constexpr std::string_view kGambling = "gambling             = \"B  B  B  B  A\"";
constexpr std::string_view kMalware = "malware              = \"B  B  B  B  B\"";
constexpr std::string_view kHealth = "health               = \"N2 N2 N2 N2 N2\"";
constexpr std::string_view kCsam = "csam                 = \"M  M  M  M  M\"";

TEST_F(PresetFile, EachWrongRowIsRefusedOnItsLine) {
  const Spoilt rows[] = {
      {"a misspelt category", kGambling, "gambing = \"B B B B A\"", "no category \"gambing\""},
      {"an unknown action", kGambling, "gambling = \"B B X B A\"", "\"X\" is not an action"},
      {"an action too few", kGambling, "gambling = \"B B B B\"", "4 actions for 5 bands"},
      {"an action too many", kGambling, "gambling = \"B B B B A A\"", "6 actions for 5 bands"},
      {"no text", kGambling, "gambling = 5", "must be a text"},
      {"a younger band that allows what an older one blocks", kGambling, "gambling = \"B A B B A\"",
       "band b1 does not block gambling, but the older band b2 does"},
      {"a younger band that limits what an older one blocks", kGambling, "gambling = \"T B B B A\"",
       "band b0 does not block gambling"},
      {"a never-block category that is blocked", kHealth, "health = \"B N2 N2 N2 N2\"",
       "band b0 says B for health, which is N2 by its tier"},
      {"a mandatory category that is allowed", kCsam, "csam = \"M M M M A\"",
       "band off says A for csam, which is M by its tier"},
      {"a band that makes a category mandatory", kGambling, "gambling = \"M M M M M\"",
       "whose tier leaves it to the bands"},
      {"a band that never blocks a category", kGambling, "gambling = \"N1 N1 N1 N1 N1\"",
       "whose tier leaves it to the bands"},
      {"a time limit for malware", kMalware, "malware = \"B T T T T\"", "only A and B"},
  };
  const std::string unspoilt = text_;
  for (const Spoilt& row : rows) {
    SCOPED_TRACE(row.description);
    text_ = unspoilt;
    replace(row.from, row.to);
    expect_refused(row.words);
  }
}

TEST_F(PresetFile, EachWrongSettingIsRefusedOnItsLine) {
  const Spoilt rows[] = {
      {"an unknown key", "name = \"Viet Nam\"", "name = \"Viet Nam\"\ncolour = \"red\"",
       "unknown key \"colour\""},
      {"a band's unknown key", "id = \"b1\"", "id = \"b1\"\nages = 7", "unknown key \"ages\""},
      {"an empty id", "id = \"vn\"", "id = \"\"", "\"id\" must be a text"},
      {"an age that is no number", "age_from = 7", "age_from = \"7\"", "number of years"},
      {"a negative age", "age_from = 7", "age_from = -7", "number of years"},
      {"an age beyond all ages", "age_from = 7", "age_from = 255", "number of years"},
      {"a DNS form that does not exist", "dns = \"nodata\"", "dns = \"refused\"", "\"nodata\""},
      {"a special name that is none", "name = \"doh.test\"", "name = \"doh..test\"",
       "not a host name"},
      {"a special name's category outside bypass", "dns = \"nodata\"\ncategory = \"encrypted_dns\"",
       "dns = \"nodata\"\ncategory = \"gambling\"", "not a category of tier bypass"},
  };
  const std::string unspoilt = text_;
  for (const Spoilt& row : rows) {
    SCOPED_TRACE(row.description);
    text_ = unspoilt;
    replace(row.from, row.to);
    const auto preset = load();
    ASSERT_FALSE(preset);
    EXPECT_NE(preset.error().message.find(row.words), std::string::npos) << preset.error().message;
    EXPECT_TRUE(preset.error().message.starts_with(file_.string() + ":"));
  }
}

TEST_F(PresetFile, BandsThatOverlapLeaveAGapOrRepeatAnIdAreRefused) {
  const Spoilt rows[] = {
      {"overlap", "age_from = 7", "age_from = 6", "band b1 must begin in the year after band b0"},
      {"gap", "age_from = 7", "age_from = 8", "band b1 must begin in the year after band b0"},
      {"repeated id", "id = \"b1\"", "id = \"b0\"", "there are two bands \"b0\""},
      {"backwards", "age_to = 12", "age_to = 6", "band b1 ends before it begins"},
      {"open in the middle", "age_to = 12\n", "", "must begin in the year after"},
  };
  const std::string unspoilt = text_;
  for (const Spoilt& row : rows) {
    SCOPED_TRACE(row.description);
    text_ = unspoilt;
    replace(row.from, row.to);
    const auto preset = load();
    ASSERT_FALSE(preset);
    EXPECT_NE(preset.error().message.find(row.words), std::string::npos) << preset.error().message;
  }
}

TEST_F(PresetFile, ACategoryWithoutARowIsNamed) {
  replace(kGambling, "");
  const auto preset = load();
  ASSERT_FALSE(preset);
  EXPECT_NE(preset.error().message.find("no row for category gambling"), std::string::npos);
}

TEST_F(PresetFile, RowsThatTheTierDecidesMayBeLeftOut) {
  replace(kHealth, "");
  replace(kCsam, "");
  const auto preset = load();
  ASSERT_TRUE(preset) << preset.error().message;
  for (std::size_t i = 0; i < preset->bands.size(); ++i) {
    EXPECT_EQ(preset->bands[i].actions.block, vn().bands[i].actions.block);
  }
}

TEST_F(PresetFile, EveryTruncationLoadsOrIsRefusedWithALine) {
  const std::string unspoilt = text_;
  for (std::size_t size = 0; size < unspoilt.size(); size += 7) {
    text_ = unspoilt.substr(0, size);
    const auto preset = load();
    if (!preset) {
      ASSERT_TRUE(preset.error().message.starts_with(file_.string() + ":"))
          << preset.error().message;
    }
  }
}

}  // namespace
}  // namespace luytre::policy
