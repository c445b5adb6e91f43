// SPDX-License-Identifier: Apache-2.0
#include <fstream>

#include "authority_fixture.h"
#include "categories/signed/list_delta.h"

namespace luytre::categories::test {
namespace {

TEST_F(Authority, PublishesWhatTwoKeysSigned) {
  approve(changes({}, {"a.example porn", "b.example/x gambling", "192.0.2.0/24 malware"}));
  ASSERT_TRUE(build());
  ASSERT_TRUE(sign(0));
  EXPECT_FALSE(publish_staged());
  EXPECT_FALSE(verify());
  ASSERT_TRUE(sign(2));
  const auto manifest = publish_staged();
  ASSERT_TRUE(manifest) << manifest.error().message;
  const auto verified = verify();
  ASSERT_TRUE(verified) << verified.error().message;
  EXPECT_EQ(verified->manifest.serial, 1U);
  EXPECT_EQ(verified->manifest.entries, 3U);
  EXPECT_EQ(version_text(1), "a.example\tporn\nb.example/x\tgambling\n192.0.2.0/24\tmalware\n");
}

TEST_F(Authority, TheSameInputsGiveTheSameOctets) {
  const auto make = [this](const std::filesystem::path& to) {
    static_cast<void>(release({}, {"a.example porn", "b.example porn", "c.example gambling"}));
    static_cast<void>(release({"b.example"}, {"d.example porn"}));
    std::filesystem::rename(folder(), to);
    now_ -= std::chrono::hours(2);
  };
  make(scratch() / "one");
  SetUp();
  make(scratch() / "two");
  std::size_t files = 0;
  for (const auto& item : std::filesystem::recursive_directory_iterator(scratch() / "one")) {
    if (!item.is_regular_file()) {
      continue;
    }
    const auto other = scratch() / "two" / item.path().lexically_relative(scratch() / "one");
    const auto read = [](const std::filesystem::path& file) {
      std::ifstream in(file, std::ios::binary);
      return std::string{std::istreambuf_iterator<char>(in), {}};
    };
    EXPECT_EQ(read(item.path()), read(other)) << item.path();
    ++files;
  }
  EXPECT_GT(files, 10U);
}

TEST_F(Authority, DeltasLeadToTheSnapshotFromEveryKeptVersion) {
  for (int i = 0; i < 12; ++i) {
    std::string text;
    for (int j = 0; j < 40; ++j) {
      text = "n" + std::to_string(i * 40 + j) + ".example porn";
      approve(j == 0 && i > 1 ? changes({"n" + std::to_string((i - 1) * 40) + ".example"}, {text})
                              : changes({}, {text}));
    }
    const ListManifest manifest = release();
    EXPECT_LE(manifest.deltas.size(), kDeltasKept);
    const auto place = Workplace::open(folder());
    for (const DeltaInfo& delta : manifest.deltas) {
      const auto base = place->version_text(delta.from_serial);
      const auto result = scratch() / "result.zst";
      const auto applied =
          apply_delta(manifest, delta, base, folder() / "public" / delta.file.path, result);
      ASSERT_TRUE(applied) << delta.from_serial << ": " << applied.error().message;
    }
    EXPECT_EQ(manifest.deltas.empty(), i == 0);
  }
  EXPECT_TRUE(verify());
}

TEST_F(Authority, TheGuardSeesBothContentsAndCanRefuse) {
  static_cast<void>(release({}, {"a.example porn"}));
  approve(changes({"a.example"}, {"b.example porn"}));
  std::string before;
  std::string after;
  const auto refused = build({}, [&](const ListContent& old, const ListContent& next) {
    before = text_of(old);
    after = text_of(next);
    return Result<void>(fail(ErrorCode::Conflict, "too popular"));
  });
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "too popular");
  EXPECT_EQ(before, "a.example\tporn\n");
  EXPECT_EQ(after, "b.example\tporn\n");
  EXPECT_FALSE(state_of(lock()).candidate);
}

TEST_F(Authority, ASecondSignerMakesTheVersionAgain) {
  approve(changes({}, {"a.example porn"}));
  ASSERT_TRUE(build());
  const auto check = [this] {
    const Workplace place = lock();
    return check_candidate(place, state_of(place), taxonomy(), no_guard());
  };
  EXPECT_TRUE(check());
  // Another approved submission is not in it, and changes nothing.
  approve(changes({}, {"b.example porn"}));
  EXPECT_TRUE(check());
  CandidateRecord record = state_of(lock()).candidate->record;
  record.submissions.push_back(2);
  ASSERT_TRUE(write_record(lock(), record));
  const auto refused = check();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::Corrupt);
}

TEST_F(Authority, OnlyOneWorksInAFolder) {
  const Workplace place = lock();
  const auto other = Workplace::lock(folder());
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, ErrorCode::Busy);
  EXPECT_TRUE(Workplace::open(folder()));
}

TEST_F(Authority, ARollbackIsANewVersion) {
  static_cast<void>(release({}, {"a.example porn"}));
  static_cast<void>(release({}, {"b.example porn"}));
  approve(changes({}, {"c.example porn"}));
  NewVersion version;
  version.rollback_to = 1;
  ASSERT_TRUE(build(version));
  ASSERT_TRUE(sign(1) && sign(2));
  const auto manifest = publish_staged();
  ASSERT_TRUE(manifest) << manifest.error().message;
  EXPECT_EQ(manifest->serial, 3U);
  EXPECT_EQ(manifest->rollback_of, 1U);
  EXPECT_EQ(version_text(3), version_text(1));
  // What was approved waits for the next one.
  EXPECT_EQ(state_of(lock()).submissions.back().state, SubmissionState::Approved);
}

TEST_F(Authority, AnExpiredVersionIsNotPublished) {
  approve(changes({}, {"a.example porn"}));
  ASSERT_TRUE(build());
  ASSERT_TRUE(sign(0) && sign(1));
  now_ += std::chrono::days(31);
  const auto refused = publish_staged();
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("expired"), std::string::npos);
}

TEST_F(Authority, ADamagedStagedFileIsNotPublished) {
  static_cast<void>(release({}, {"a.example porn"}));
  approve(changes({}, {"b.example porn"}));
  const auto candidate = build();
  ASSERT_TRUE(candidate);
  ASSERT_TRUE(sign(0) && sign(1));
  const auto file = folder() / "staged" / candidate->document.manifest.snapshot.path;
  std::ofstream(file, std::ios::binary | std::ios::app) << "x";
  EXPECT_FALSE(publish_staged());
  EXPECT_EQ(verify()->manifest.serial, 1U);
}

TEST_F(Authority, PeopleAreToldApartByOneAlphabet) {
  EXPECT_TRUE(parse_person("Nguyen.Van-A_1@moet.gov.vn"));
  for (const std::string text : {"", "a b", "Nguyễn", "a\tb", "а"}) {
    EXPECT_FALSE(parse_person(text)) << text;
  }
  EXPECT_FALSE(parse_person(std::string(65, 'a')));
  EXPECT_TRUE(same_person("Alice", "aLICE"));
  EXPECT_FALSE(same_person("alice", "alice2"));
}

}  // namespace
}  // namespace luytre::categories::test
