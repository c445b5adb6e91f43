// SPDX-License-Identifier: Apache-2.0
#include "categories/signed/list_delta.h"

#include <random>
#include <set>

#include "categories/native/native_text.h"
#include "signed_fixture.h"

namespace luytre::categories::test {
namespace {

class ListDelta : public SignedFiles {
 protected:
  // Makes the delta between two texts, and a manifest whose text is `to`.
  void make(std::string_view from, std::string_view to) {
    const auto base = pack("from.zst", from);
    const auto next = pack("to.zst", to);
    const auto delta =
        write_delta({.file = file("from.zst"), .content = base.text},
                    {.file = file("to.zst"), .content = next.text}, file("delta.zst"));
    ASSERT_TRUE(delta) << delta.error().message;
    manifest_ = manifest_of(2);
    manifest_.content = next.text;
    delta_ = {.from_serial = 1,
              .from = base.text,
              .file = {.path = "delta.zst", .size = delta->file.size, .sha256 = delta->file.sha256},
              .text_size = delta->file.text.size};
    counts_ = delta->counts;
  }
  [[nodiscard]] Accepted<DeltaCounts> apply() const {
    return apply_delta(manifest_, delta_, file("from.zst"), file("delta.zst"), file("result.zst"));
  }
  // Applies a delta that no issuer of ours would make.
  [[nodiscard]] Refusal apply_text(std::string_view text) {
    delta_.text_size = pack("delta.zst", text).text.size;
    const auto applied = apply();
    EXPECT_FALSE(applied) << text;
    EXPECT_FALSE(std::filesystem::exists(file("result.zst")));
    return applied ? Refusal::LocalFault : applied.error().reason;
  }

  ListManifest manifest_;
  DeltaInfo delta_;
  DeltaCounts counts_;
};

constexpr std::string_view kFrom =
    "a.example\tporn\nb.example\tgambling\nd.example\tporn\n192.0.2.0/24\tmalware\n";
constexpr std::string_view kTo =
    "a.example\tporn\nb.example\tgambling,porn\nc.example\tporn\nc.example/x\tporn\n"
    "192.0.2.0/24\tmalware\n";

std::string written(const ListContent& content) {
  std::string text;
  EXPECT_TRUE(write_native(content, taxonomy(), [&](std::string_view piece) {
    text += piece;
    return Result<void>();
  }));
  return text;
}

TEST_F(ListDelta, NamesEveryLineOnce) {
  make(kFrom, kTo);
  EXPECT_EQ(unpacked("delta.zst"),
            "=1\n"
            "-b.example\tgambling\n"
            "+b.example\tgambling,porn\n"
            "+c.example\tporn\n"
            "-d.example\tporn\n"
            "+c.example/x\tporn\n"
            "=1\n");
  EXPECT_EQ(counts_, (DeltaCounts{.added = 3, .removed = 2}));
}

TEST_F(ListDelta, LeadsToTheTextThatWasSigned) {
  make(kFrom, kTo);
  const auto applied = apply();
  ASSERT_TRUE(applied) << applied.error().message;
  EXPECT_EQ(*applied, counts_);
  EXPECT_EQ(unpacked("result.zst"), kTo);
}

TEST_F(ListDelta, SaysWhatAStoreMustChange) {
  make(kFrom, kTo);
  const auto content = read_delta(delta_, file("delta.zst"), taxonomy());
  ASSERT_TRUE(content) << content.error().message;
  EXPECT_EQ(written(content->added),
            "b.example\tgambling,porn\nc.example\tporn\nc.example/x\tporn\n");
  EXPECT_EQ(written(content->removed), "b.example\tgambling\nd.example\tporn\n");
}

TEST_F(ListDelta, BetweenRandomVersionsGivesTheSameAsTheSnapshot) {
  std::mt19937 random(17);
  for (int round = 0; round < 30; ++round) {
    std::set<std::string> names;
    const auto version = [&] {
      for (int change = 0; change < 30; ++change) {
        std::string name(1, static_cast<char>('a' + random() % 26));
        name += static_cast<char>('a' + random() % 4);
        if (random() % 3 == 0) {
          names.erase(name);
        } else {
          names.insert(name);
        }
      }
      std::string text;
      for (const std::string& name : names) {
        text += name + ".example\t" + (random() % 4 == 0 ? "gambling" : "porn") + "\n";
      }
      return text;
    };
    const std::string from = version();
    const std::string to = version();
    make(from, to);
    ASSERT_TRUE(apply()) << "round " << round;
    EXPECT_EQ(
        octets("result.zst"),
        (static_cast<void>(pack("fast.zst", to, PackedWriter::kFastLevel)), octets("fast.zst")))
        << "round " << round;
    const auto content = read_delta(delta_, file("delta.zst"), taxonomy());
    ASSERT_TRUE(content);
    EXPECT_EQ(content->added.size(), counts_.added);
    EXPECT_EQ(content->removed.size(), counts_.removed);
  }
}

TEST_F(ListDelta, FromAndToNothingWorks) {
  make("", kTo);
  ASSERT_TRUE(apply());
  EXPECT_EQ(unpacked("result.zst"), kTo);
  make(kTo, "");
  ASSERT_TRUE(apply());
  EXPECT_EQ(unpacked("result.zst"), "");
  make(kTo, kTo);
  EXPECT_EQ(unpacked("delta.zst"), "=5\n");
  ASSERT_TRUE(apply());
}

TEST_F(ListDelta, ThatDoesNotFitIsRefused) {
  make(kFrom, kTo);
  for (const std::string_view text : {
           "",
           "=3\n",
           "=5\n",
           "=0\n=4\n",
           "=1\n=3\n",
           "=04\n",
           "=-1\n",
           "=18446744073709551616\n",
           "=18446744073709551615\n",
           "=\n",
           "-b.example\tgambling\n=3\n",
           "*a.example\tporn\n=4\n",
           "\n=4\n",
       }) {
    EXPECT_EQ(apply_text(text), Refusal::BadDelta) << text;
  }
  EXPECT_EQ(apply_text("=4\n"), Refusal::WrongHash);
  EXPECT_EQ(apply_text("=4\n+zz.example\tporn\n"), Refusal::WrongHash);
  EXPECT_EQ(apply_text("=4"), Refusal::BadText);
  EXPECT_EQ(apply_text("+" + std::string(100'000, 'a') + "\n=4\n"), Refusal::BadText);
}

TEST_F(ListDelta, IsCheckedBackwardsWithoutTheEarlierText) {
  make(kFrom, kTo);
  const auto check = [this] {
    return check_delta(manifest_, delta_, file("to.zst"), file("delta.zst"));
  };
  ASSERT_TRUE(check());
  const Sha256 from = std::exchange(delta_.from.sha256, sha256("another text"));
  EXPECT_EQ(check().error().reason, Refusal::BadDelta);
  delta_.from.sha256 = from;
  delta_.text_size = pack("delta.zst", "=5\n").text.size;
  EXPECT_EQ(check().error().reason, Refusal::BadDelta);
  delta_.text_size = pack("delta.zst", "=4\n+f.example\tporn\n").text.size;
  EXPECT_EQ(check().error().reason, Refusal::BadDelta);
}

TEST_F(ListDelta, FromAnotherTextIsRefused) {
  make(kFrom, kTo);
  std::string other(kFrom);
  other.replace(other.find("d.example"), 9, "e.example");
  static_cast<void>(pack("from.zst", other));
  EXPECT_EQ(apply().error().reason, Refusal::BadDelta);
  EXPECT_FALSE(std::filesystem::exists(file("result.zst")));
}

TEST_F(ListDelta, IsBoundedByTheManifest) {
  make(kFrom, kTo);
  --delta_.text_size;
  EXPECT_EQ(apply().error().reason, Refusal::WrongSize);
  EXPECT_EQ(read_delta(delta_, file("delta.zst"), taxonomy()).error().reason, Refusal::WrongSize);
  delta_.text_size += 2;
  EXPECT_EQ(apply().error().reason, Refusal::WrongSize);
  EXPECT_FALSE(std::filesystem::exists(file("result.zst")));
}

TEST_F(ListDelta, WordsOfANewerTaxonomyPassThrough) {
  make("a.example\tmetaverse\n", "b.example\tmetaverse,porn\nc.example\tmetaverse\n");
  ASSERT_TRUE(apply());
  EXPECT_EQ(unpacked("result.zst"), "b.example\tmetaverse,porn\nc.example\tmetaverse\n");
  const auto content = read_delta(delta_, file("delta.zst"), taxonomy());
  ASSERT_TRUE(content);
  EXPECT_EQ(content->removed.size(), 0U);
  EXPECT_EQ(written(content->added), "b.example\tporn\n");
}

}  // namespace
}  // namespace luytre::categories::test
