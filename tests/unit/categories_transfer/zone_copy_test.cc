// SPDX-License-Identifier: Apache-2.0
#include "zone_copy.h"

#include <fstream>
#include <iterator>
#include <string>

#include "copy_writer.h"
#include "message_builder.h"
#include "support/scratch_directory.h"

namespace luytre::categories {
namespace {

std::string read(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write(const std::filesystem::path& file, const std::string& text) {
  std::ofstream(file, std::ios::binary) << text;
}

class ZoneCopyTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ZoneLines lines;
    for (const char* line : {"c.example. CNAME .", "a.example. CNAME .", "b.example. CNAME ."}) {
      lines.add(line);
    }
    lines.sort();
    ASSERT_TRUE(copy().replace({.serial = 7, .soa = "example. SOA 7"}, lines));
  }
  [[nodiscard]] std::filesystem::path file() const { return scratch_.path() / "zones" / "example"; }
  [[nodiscard]] ZoneCopy copy() const { return {file(), name_of("example")}; }

  test::ScratchDirectory scratch_;
};

TEST_F(ZoneCopyTest, IsAMasterFileThatKnowsItsSerial) {
  EXPECT_EQ(copy().serial(), 7U);
  const std::string text = read(file());
  EXPECT_TRUE(text.starts_with(
      "; luytre zone copy 1, serial 7\n$ORIGIN example.\n$TTL 60\nexample. SOA 7\n"
      "a.example. CNAME .\nb.example. CNAME .\nc.example. CNAME .\n; end, 4 records, sha256 "));
}

TEST_F(ZoneCopyTest, ChangesGoWhereTheyBelong) {
  ZoneDelta delta;
  EXPECT_TRUE(delta.remove("b.example. CNAME ."));
  EXPECT_TRUE(delta.add("0.example. CNAME ."));
  EXPECT_TRUE(delta.add("bb.example. CNAME ."));
  EXPECT_TRUE(delta.add("z.example. CNAME ."));
  EXPECT_TRUE(delta.add("passing.example. CNAME ."));
  EXPECT_TRUE(delta.remove("passing.example. CNAME ."));
  EXPECT_TRUE(delta.remove("c.example. CNAME ."));
  EXPECT_TRUE(delta.add("c.example. CNAME ."));  // a new TTL looks like this
  const auto applied = copy().apply({.serial = 9, .soa = "example. SOA 9"}, delta);
  ASSERT_TRUE(applied && *applied);
  EXPECT_EQ((*applied)->records, 6U);
  EXPECT_EQ((*applied)->added, 3U);
  EXPECT_EQ((*applied)->removed, 1U);
  EXPECT_EQ(copy().serial(), 9U);
  EXPECT_NE(read(file()).find("0.example. CNAME .\na.example. CNAME .\nbb.example. CNAME .\n"
                              "c.example. CNAME .\nz.example. CNAME .\n; end, 6 records"),
            std::string::npos);
}

TEST_F(ZoneCopyTest, ChangesOfAnotherVersionChangeNothing) {
  const std::string before = read(file());
  for (const char* absent : {"0.example. CNAME .", "bb.example. CNAME .", "z.example. CNAME ."}) {
    ZoneDelta delta;
    EXPECT_TRUE(delta.remove(absent));
    const auto applied = copy().apply({.serial = 9, .soa = "example. SOA 9"}, delta);
    EXPECT_TRUE(applied && !*applied) << absent;
  }
  for (const char* there : {"a.example. CNAME .", "c.example. CNAME ."}) {
    ZoneDelta delta;
    EXPECT_TRUE(delta.add(there));
    const auto applied = copy().apply({.serial = 9, .soa = "example. SOA 9"}, delta);
    EXPECT_TRUE(applied && !*applied) << there;
  }
  EXPECT_EQ(read(file()), before);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(file().parent_path()), {}), 1);
}

TEST_F(ZoneCopyTest, ACutOrChangedFileIsNoCopy) {
  const std::string whole = read(file());
  for (std::size_t size = 0; size + 1 < whole.size(); ++size) {
    write(file(), whole.substr(0, size));
    EXPECT_FALSE(copy().serial()) << size;
  }
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    write(file(), changed);
    EXPECT_FALSE(copy().serial()) << at;
  }
  write(file(), whole + "d.example. CNAME .\n");
  EXPECT_FALSE(copy().serial());
  write(file(), whole);
  EXPECT_EQ(copy().serial(), 7U);
  EXPECT_FALSE(ZoneCopy(file(), name_of("other.example")).serial());
}

TEST_F(ZoneCopyTest, HasOneWriterAtATime) {
  const auto writing = CopyWriter::create(file());
  ASSERT_TRUE(writing);
  const auto replaced = copy().replace({.serial = 8, .soa = ""}, ZoneLines());
  ASSERT_FALSE(replaced);
  EXPECT_EQ(replaced.error().code, ErrorCode::Busy);
  EXPECT_EQ(copy().serial(), 7U);
}

TEST_F(ZoneCopyTest, AFolderThatCannotBeWrittenIsAnErrorWithItsName) {
  ZoneCopy nowhere("/proc/nothing/zone", name_of("example"));
  const auto replaced = nowhere.replace({.serial = 1, .soa = ""}, ZoneLines());
  ASSERT_FALSE(replaced);
  EXPECT_NE(replaced.error().message.find("/proc/nothing/zone"), std::string::npos);
}

}  // namespace
}  // namespace luytre::categories
