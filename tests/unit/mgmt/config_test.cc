// SPDX-License-Identifier: Apache-2.0
#include "config.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "tests/support/scratch_directory.h"

namespace luytre::mgmt {
namespace {

using categories::Scope;

// Five lines; what a test adds stands from line 6 on.
constexpr std::string_view kList = R"([[list]]
name = "vn-national"
root = "/etc/luytre/root.json"
mirrors = ["https://lists.example/vn"]
scope = "national"
)";

class MgmtConfigTest : public ::testing::Test {
 protected:
  Expected<Config, std::vector<std::string>> load(std::string_view text) {
    const auto file = scratch_.path() / "mgmt.toml";
    std::ofstream(file) << text;
    return Config::load(file);
  }
  std::string complaint(std::string_view text) {
    const auto config = load(text);
    EXPECT_FALSE(config) << "accepted:\n" << text;
    EXPECT_TRUE(config || config.error().size() == 1U);
    return config ? std::string() : config.error().front();
  }
  test::ScratchDirectory scratch_;
};

TEST_F(MgmtConfigTest, AListNeedsANameARootAScopeAndAMirror) {
  const auto config = load(kList);
  ASSERT_TRUE(config) << config.error().front();
  ASSERT_EQ(config->lists.size(), 1U);
  const categories::Subscription& list = config->lists.front();
  EXPECT_EQ(list.name, "vn-national");
  EXPECT_EQ(list.mirrors, std::vector<std::string>{"https://lists.example/vn/"});
  EXPECT_EQ(list.interval, std::chrono::minutes(5));
  EXPECT_EQ(list.scope, Scope::National);
  EXPECT_FALSE(list.urgent);
  EXPECT_EQ(config->metrics_listen, "127.0.0.1:9478");
}

TEST_F(MgmtConfigTest, EveryKeyIsTakenOver) {
  const auto config = load(R"(
data_dir = "/data"
share_dir = "/share"
node_id = "hanoi-3"
[metrics]
listen = "[::1]:9000"
[fetch]
proxy = "http://proxy.example:3128"
ca_file = "/etc/hostname"
connect_timeout_s = 3
low_speed_time_s = 4
total_timeout_s = 5
[index]
compile_after_s = 60
compile_after_names = 7
[log]
level = "debug"
[[list]]
name = "a"
root = "/a"
mirrors = ["http://one/", "http://two/x/"]
interval_s = 10
urgent = true
issuer = "A school"
scope = "school"
priority = 9
never_block = ["second", "first"]
)");
  ASSERT_TRUE(config) << config.error().front();
  EXPECT_EQ(config->data_dir, "/data");
  EXPECT_EQ(config->share_dir, "/share");
  EXPECT_EQ(config->node_id, "hanoi-3");
  EXPECT_EQ(config->metrics_listen, "[::1]:9000");
  EXPECT_EQ(config->fetch.proxy, "http://proxy.example:3128");
  EXPECT_EQ(config->fetch.ca_file, "/etc/hostname");
  EXPECT_EQ(config->fetch.connect_timeout, std::chrono::seconds(3));
  EXPECT_EQ(config->fetch.low_speed_time, std::chrono::seconds(4));
  EXPECT_EQ(config->fetch.total_timeout, std::chrono::seconds(5));
  EXPECT_EQ(config->compile_after, std::chrono::seconds(60));
  EXPECT_EQ(config->compile_after_names, 7U);
  EXPECT_EQ(config->log_level, net::LogLevel::Debug);
  const categories::Subscription& list = config->lists.front();
  EXPECT_EQ(list.mirrors.size(), 2U);
  EXPECT_EQ(list.interval, std::chrono::seconds(10));
  EXPECT_TRUE(list.urgent);
  EXPECT_EQ(list.issuer, "A school");
  EXPECT_EQ(list.scope, Scope::School);
  EXPECT_EQ(list.priority, 9U);
  EXPECT_TRUE(list.never_block.first && list.never_block.second);
}

struct Mistake {
  std::string_view what;
  std::string_view added;  // from line 6 on
  int line;
  std::string_view said;
};

TEST_F(MgmtConfigTest, EachMistakeIsNamedWithItsLine) {
  const Mistake kMistakes[] = {
      {"interval", "interval_s = 0\n", 6, "list.interval_s is 0; use a number from 1 to 86400"},
      {"urgent", "urgent = 1\n", 6, "list.urgent is not true or false"},
      {"priority", "priority = -1\n", 6, "list.priority is -1"},
      {"mistyped", "issuers = \"x\"\n", 6, "did you mean list.issuer?"},
      {"grants", "never_block = [\"third\"]\n", 6, "use \"first\""},
      {"the same twice",
       "[[list]]\nname = \"vn-national\"\nroot = \"/r\"\nmirrors = [\"http://x\"]\n"
       "scope = \"school\"\n",
       7, "the list vn-national is there twice"},
      {"no name", "[[list]]\nroot = \"/r\"\nmirrors = [\"http://x\"]\nscope = \"school\"\n", 6,
       "[[list]] has no name"},
      {"name",
       "[[list]]\nname = \"A B\"\nroot = \"/r\"\nmirrors = [\"http://x\"]\nscope = \"school\"\n", 7,
       "list.name is \"A B\""},
      {"no root", "[[list]]\nname = \"b\"\nmirrors = [\"http://x\"]\nscope = \"school\"\n", 6,
       "[[list]] has no root"},
      {"no mirrors", "[[list]]\nname = \"b\"\nroot = \"/r\"\nscope = \"school\"\n", 6,
       "[[list]] has no mirrors"},
      {"empty mirrors", "[[list]]\nname = \"b\"\nroot = \"/r\"\nscope = \"school\"\nmirrors = []\n",
       10, "[[list]] has no mirrors"},
      {"file as a mirror",
       "[[list]]\nname = \"b\"\nroot = \"/r\"\nscope = \"school\"\nmirrors = [\"file:///x\"]\n", 10,
       "list.mirrors contains \"file:///x\""},
      {"password in a mirror",
       "[[list]]\nname = \"b\"\nroot = \"/r\"\nscope = \"school\"\nmirrors = [\"http://a:b@x/\"]\n",
       10, "without user"},
      {"no scope", "[[list]]\nname = \"b\"\nroot = \"/r\"\nmirrors = [\"http://x\"]\n", 6,
       "[[list]] has no scope"},
      {"scope", "[fetch]\n[log]\nlevel = \"loud\"\n", 8, "log.level is \"loud\""},
      {"proxy", "[fetch]\nproxy = \"proxy:3128\"\n", 7, "fetch.proxy is"},
      {"certificates", "[fetch]\nca_file = \"/nonexistent\"\n", 7, "/nonexistent is not there"},
      {"compile", "[index]\ncompile_after_names = 30000\n", 7, "from 0 to 20000"},
      {"address", "[metrics]\nlisten = \"9478\"\n", 7, "an address and a port"}};
  for (const Mistake& mistake : kMistakes) {
    const std::string said = complaint(std::string(kList).append(mistake.added));
    EXPECT_NE(said.find(".toml:" + std::to_string(mistake.line) + ": "), std::string::npos)
        << mistake.what << ": " << said;
    EXPECT_NE(said.find(mistake.said), std::string::npos) << mistake.what << ": " << said;
  }
}

TEST_F(MgmtConfigTest, ListIsATableThatMayBeThereSeveralTimes) {
  EXPECT_NE(complaint("[list]\nname = \"a\"\n").find("write [[list]]"), std::string::npos);
}

TEST_F(MgmtConfigTest, TheExampleIsValidWithItsListAndHasTheDefaults) {
  std::stringstream text;
  text << std::ifstream(LUYTRE_SOURCE_DIR "/deploy/mgmt.toml.example").rdbuf();
  std::string example = text.str();
  // The list at the end stands in comments.
  const std::size_t begin = example.find("# [[list]]");
  ASSERT_NE(begin, std::string::npos);
  std::string uncommented;
  std::istringstream lines(example.substr(begin));
  for (std::string line; std::getline(lines, line);) {
    uncommented += (line.starts_with("# ") ? line.substr(2) : line) + "\n";
  }
  const auto config = load(example.substr(0, begin) + uncommented);
  ASSERT_TRUE(config) << config.error().front();
  const auto defaults = load(kList);
  ASSERT_TRUE(defaults);
  EXPECT_EQ(config->data_dir, defaults->data_dir);
  EXPECT_EQ(config->share_dir, defaults->share_dir);
  EXPECT_EQ(config->node_id, defaults->node_id);
  EXPECT_EQ(config->metrics_listen, defaults->metrics_listen);
  EXPECT_EQ(config->fetch.proxy, defaults->fetch.proxy);
  EXPECT_EQ(config->fetch.connect_timeout, defaults->fetch.connect_timeout);
  EXPECT_EQ(config->fetch.low_speed_time, defaults->fetch.low_speed_time);
  EXPECT_EQ(config->fetch.total_timeout, defaults->fetch.total_timeout);
  EXPECT_EQ(config->compile_after, defaults->compile_after);
  EXPECT_EQ(config->compile_after_names, defaults->compile_after_names);
  EXPECT_EQ(config->lists.front().interval, defaults->lists.front().interval);
  EXPECT_EQ(config->lists.front().priority, defaults->lists.front().priority);
  EXPECT_EQ(config->lists.front().urgent, defaults->lists.front().urgent);
}

}  // namespace
}  // namespace luytre::mgmt
