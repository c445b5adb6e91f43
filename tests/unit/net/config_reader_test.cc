// SPDX-License-Identifier: Apache-2.0
#include "net/daemon/config_reader.h"

#include <gtest/gtest.h>

#include <array>
#include <fstream>

#include "tests/support/scratch_directory.h"

namespace luytre::net {
namespace {

constexpr std::array<std::string_view, 2> kKeys = {"name", "size"};

class ConfigReaderTest : public ::testing::Test {
 protected:
  ConfigReader read(std::string_view text) {
    const auto file = scratch_.path() / "x.toml";
    std::ofstream(file) << text;
    auto reader = ConfigReader::open(file, "x.toml.example");
    EXPECT_TRUE(reader);
    return std::move(*reader);
  }
  test::ScratchDirectory scratch_;
};

TEST_F(ConfigReaderTest, TablesOfOneNameAreReadInOrder) {
  ConfigReader reader = read("[[fruit]]\nname = \"apple\"\n[[fruit]]\nname = \"pear\"\nsize = 7\n");
  ASSERT_EQ(reader.count("fruit"), 2U);
  std::string name;
  std::int64_t size = 1;
  EXPECT_EQ(reader.enter("fruit", 0, kKeys).line, 1U);
  EXPECT_TRUE(reader.text("name", name));
  EXPECT_EQ(name, "apple");
  EXPECT_FALSE(reader.number("size", 1, 9, size));
  EXPECT_EQ(reader.enter("fruit", 1, kKeys).line, 3U);
  EXPECT_EQ(reader.place("name").line, 4U);
  EXPECT_TRUE(reader.number("size", 1, 9, size));
  EXPECT_EQ(size, 7);
  EXPECT_FALSE(reader.enter("fruit", 2, kKeys));
  EXPECT_TRUE(reader.complaints().empty());
}

TEST_F(ConfigReaderTest, MistakesInsideOneOfSeveralTablesHaveTheirLine) {
  ConfigReader reader = read("[[fruit]]\nname = \"apple\"\n[[fruit]]\nnam = \"pear\"\n");
  static_cast<void>(reader.enter("fruit", 0, kKeys));
  static_cast<void>(reader.enter("fruit", 1, kKeys));
  ASSERT_EQ(reader.complaints().size(), 1U);
  EXPECT_NE(
      reader.complaints()[0].find("x.toml:4: unknown key fruit.nam; did you mean fruit.name?"),
      std::string::npos)
      << reader.complaints()[0];
}

TEST_F(ConfigReaderTest, OneTableWhereSeveralMayBeIsExplained) {
  ConfigReader reader = read("[fruit]\nname = \"apple\"\n");
  EXPECT_EQ(reader.count("fruit"), 0U);
  ASSERT_EQ(reader.complaints().size(), 1U);
  EXPECT_NE(reader.complaints()[0].find("x.toml:1: fruit may be there several times; write "
                                        "[[fruit]]"),
            std::string::npos)
      << reader.complaints()[0];
  EXPECT_EQ(reader.count("vegetables"), 0U);
}

TEST_F(ConfigReaderTest, AnAddressNeedsAHostAndAPort) {
  ConfigReader reader = read("name = \"127.0.0.1\"\n");
  static_cast<void>(reader.enter("", kKeys));
  std::string address;
  static_cast<void>(reader.listen_address("name", address));
  ASSERT_EQ(reader.complaints().size(), 1U);
  EXPECT_NE(reader.complaints()[0].find("an address and a port"), std::string::npos);
}

}  // namespace
}  // namespace luytre::net
