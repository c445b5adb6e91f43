// SPDX-License-Identifier: Apache-2.0
#include "categories/signed/packed_file.h"

#include <zstd.h>

#include "signed_fixture.h"

namespace luytre::categories::test {
namespace {

class PackedFile : public SignedFiles {
 protected:
  [[nodiscard]] Refusal refusal(std::string_view name, const ContentInfo& expected) const {
    const auto read = read_packed_list(file(name), expected, taxonomy());
    EXPECT_FALSE(read);
    return read ? Refusal::LocalFault : read.error().reason;
  }
};

constexpr std::string_view kText = "a.example\tporn\nb.example\tgambling\n";

TEST_F(PackedFile, IsReadBackAndChecked) {
  const auto written = pack("list.zst", kText);
  EXPECT_EQ(written.text.sha256, sha256(kText));
  EXPECT_EQ(written.sha256, sha256(octets("list.zst")));
  EXPECT_TRUE(check_file({.path = "list.zst", .size = written.size, .sha256 = written.sha256},
                         file("list.zst")));
  const auto content = read_packed_list(file("list.zst"), written.text, taxonomy());
  ASSERT_TRUE(content) << content.error().message;
  EXPECT_EQ(content->content.names.size(), 2U);
  const auto empty = pack("empty.zst", "");
  EXPECT_TRUE(read_packed_list(file("empty.zst"), empty.text, taxonomy()));
}

TEST_F(PackedFile, TheSameTextGivesTheSameOctetsInPiecesOfAnySize) {
  const std::string text(300'000, 'x');
  const auto whole = pack("whole.zst", text);
  auto writer = PackedWriter::create(file("pieces.zst"), PackedWriter::kSmallLevel);
  ASSERT_TRUE(writer);
  for (std::size_t at = 0; at < text.size(); at += 777) {
    ASSERT_TRUE(writer->write(std::string_view(text).substr(at, 777)));
  }
  const auto pieces = writer->finish();
  ASSERT_TRUE(pieces);
  EXPECT_EQ(pieces->text, whole.text);
  EXPECT_EQ(unpacked("pieces.zst"), text);
}

TEST_F(PackedFile, WithoutFinishNothingStays) {
  {
    auto writer = PackedWriter::create(file("list.zst"), PackedWriter::kFastLevel);
    ASSERT_TRUE(writer && writer->write("text"));
  }
  EXPECT_FALSE(std::filesystem::exists(file("list.zst")));
}

TEST_F(PackedFile, ThatIsNotTheOneNamedIsRefused) {
  const auto written = pack("list.zst", kText);
  FileInfo info{.path = "list.zst", .size = written.size, .sha256 = written.sha256};
  const std::string good = octets("list.zst");
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string broken = good;
    broken[i] = static_cast<char>(broken[i] ^ 1);
    put("list.zst", broken);
    const auto checked = check_file(info, file("list.zst"));
    ASSERT_FALSE(checked) << i;
    EXPECT_EQ(checked.error().reason, Refusal::WrongHash);
  }
  put("list.zst", good.substr(1));
  EXPECT_EQ(check_file(info, file("list.zst")).error().reason, Refusal::WrongSize);
  put("list.zst", "");
  EXPECT_EQ(check_file(info, file("list.zst")).error().reason, Refusal::WrongSize);
  EXPECT_EQ(check_file(info, file("absent.zst")).error().reason, Refusal::LocalFault);
}

TEST_F(PackedFile, CutOrLengthenedOrDamagedIsNoList) {
  const auto written = pack("list.zst", kText);
  const std::string good = octets("list.zst");
  for (std::size_t size = 0; size < good.size(); ++size) {
    put("cut.zst", good.substr(0, size));
    EXPECT_FALSE(read_packed_list(file("cut.zst"), written.text, taxonomy())) << size;
  }
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string broken = good;
    broken[i] = static_cast<char>(broken[i] ^ 0x10);
    put("broken.zst", broken);
    const auto read = read_packed_list(file("broken.zst"), written.text, taxonomy());
    EXPECT_TRUE(!read || read->lines == 2) << i;  // a header's spare bits change nothing
  }
  put("longer.zst", good + "x");
  EXPECT_EQ(refusal("longer.zst", written.text), Refusal::BadPacking);
  put("twice.zst", good + good);
  EXPECT_EQ(refusal("twice.zst", written.text), Refusal::BadPacking);
}

TEST_F(PackedFile, IsBoundedByWhatWasSignedNotByWhatItSays) {
  // 1 GiB of one octet packs to about 33 KB.
  constexpr std::size_t kMegabytes = 1024;
  auto writer = PackedWriter::create(file("bomb.zst"), PackedWriter::kFastLevel);
  ASSERT_TRUE(writer);
  const std::string piece(std::size_t{1} << 20U, 'a');
  for (std::size_t i = 0; i < kMegabytes; ++i) {
    ASSERT_TRUE(writer->write(piece));
  }
  const auto written = writer->finish();
  ASSERT_TRUE(written);
  EXPECT_LT(written->size, 200'000U);
  std::uint64_t seen = 0;
  const auto read = unpack(file("bomb.zst"), {.sha256 = written->text.sha256, .size = 1000},
                           [&](std::string_view text) {
                             seen += text.size();
                             return Accepted<void>();
                           });
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().reason, Refusal::WrongSize);
  EXPECT_EQ(seen, 0U);
}

TEST_F(PackedFile, ThatAsksForTooMuchMemoryIsRefused) {
  ZSTD_CCtx* context = ZSTD_createCCtx();
  ASSERT_NE(context, nullptr);
  ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, 27);
  ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0);
  std::string packed(1000, '\0');
  ZSTD_inBuffer in{kText.data(), kText.size(), 0};
  ZSTD_outBuffer out{packed.data(), packed.size(), 0};
  // In two steps: the size is not known when the frame's head is written.
  ZSTD_compressStream2(context, &out, &in, ZSTD_e_flush);
  ASSERT_EQ(ZSTD_compressStream2(context, &out, &in, ZSTD_e_end), 0U);
  ZSTD_freeCCtx(context);
  put("window.zst", std::string_view(packed).substr(0, out.pos));
  EXPECT_EQ(refusal("window.zst", {.sha256 = sha256(kText), .size = kText.size()}),
            Refusal::BadPacking);
}

TEST_F(PackedFile, AnotherTextOrOneThatIsNotCanonicalIsRefused) {
  const auto written = pack("list.zst", kText);
  EXPECT_EQ(refusal("list.zst", {.sha256 = sha256("other"), .size = kText.size()}),
            Refusal::WrongHash);
  EXPECT_EQ(refusal("list.zst", {.sha256 = written.text.sha256, .size = kText.size() + 1}),
            Refusal::WrongSize);
  constexpr std::string_view kWrong = "b.example\tporn\na.example\tporn\n";
  const auto wrong = pack("wrong.zst", kWrong);
  EXPECT_EQ(refusal("wrong.zst", wrong.text), Refusal::BadText);
}

}  // namespace
}  // namespace luytre::categories::test
