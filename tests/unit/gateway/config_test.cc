// SPDX-License-Identifier: Apache-2.0
#include "config.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <numeric>

#include <unistd.h>

namespace luytre::gateway {
namespace {

// Every file begins with these four lines; what a test adds starts on line 5.
constexpr std::string_view kPorts = R"(# a gateway
[ports]
subscriber = "lan0"
internet = "wan0"
)";

std::filesystem::path write(std::string_view text) {
  const auto file = std::filesystem::path(::testing::TempDir()) /
                    ("gateway-" + std::to_string(getpid()) + ".toml");
  std::ofstream(file) << text;
  return file;
}

std::string joined(const std::vector<std::string>& lines) {
  return std::accumulate(
      lines.begin(), lines.end(), std::string(),
      [](std::string all, const std::string& line) { return all + line + '\n'; });
}

Config loaded(std::string_view text) {
  const auto config = Config::load(write(text));
  EXPECT_TRUE(config) << joined(config ? std::vector<std::string>{} : config.error());
  return config ? *config : Config{};
}

std::vector<std::string> refused(std::string_view text) {
  const auto config = Config::load(write(text));
  EXPECT_FALSE(config) << "accepted:\n" << text;
  return config ? std::vector<std::string>{} : config.error();
}

TEST(ConfigTest, TwoInterfacesAreEnough) {
  const Config config = loaded(kPorts);
  EXPECT_EQ(config.subscriber, "lan0");
  EXPECT_EQ(config.internet, "wan0");
  EXPECT_EQ(config.driver, port::Driver::AfPacket);
  EXPECT_EQ(config.workers, 1U);
  EXPECT_EQ(config.worker.fail_mode, dataplane::FailMode::Open);
  EXPECT_EQ(config.metrics_listen, "127.0.0.1:9477");
  EXPECT_EQ(config.idle, Idle::Sleep);
  EXPECT_EQ(config.pages, port::Pages::Normal);
}

TEST(ConfigTest, EveryKeyIsTakenOver) {
  const Config config = loaded(R"(
data_dir = "/data"
share_dir = "/share"
status_page = "https://status.example/why"
[ports]
driver = "pci"
subscriber = "0000:01:00.0"
internet = "0000:01:00.1"
mtu = 9000
[workers]
count = 2
cores = [2, 3]
spread = "device"
max_flows = 4096
max_collecting = 64
max_collect_bytes = 8192
hold_timeout_ms = 250
flow_idle_timeout_s = 60
fail_mode = "closed"
malformed = "drop"
quic_unknown = "forward"
fragments = "pass"
tunnels = ["pppoe", "gtp-u"]
idle = "busy"
[metrics]
listen = "[::1]:9000"
[eal]
memory_mb = 1024
hugepages = true
arguments = ["--no-pci"]
[log]
level = "debug"
)");
  EXPECT_EQ(config.data_dir, "/data");
  EXPECT_EQ(config.share_dir, "/share");
  EXPECT_EQ(config.worker.status_page, "https://status.example/why");
  EXPECT_EQ(config.driver, port::Driver::Pci);
  EXPECT_EQ(config.mtu, 9000);
  EXPECT_EQ(config.workers, 2U);
  EXPECT_EQ(config.cores, (std::vector<unsigned>{2, 3}));
  EXPECT_EQ(config.spread, SpreadChoice::Device);
  EXPECT_EQ(config.worker.max_flows, 4096U);
  EXPECT_EQ(config.worker.max_collecting, 64U);
  EXPECT_EQ(config.worker.max_collect_bytes, 8192U);
  EXPECT_EQ(config.worker.hold_timeout, std::chrono::milliseconds(250));
  EXPECT_EQ(config.worker.flow_idle_timeout, std::chrono::seconds(60));
  EXPECT_EQ(config.worker.fail_mode, dataplane::FailMode::Closed);
  EXPECT_TRUE(config.worker.drop_malformed);
  EXPECT_EQ(config.worker.quic_unknown, dataplane::QuicUnknown::Forward);
  EXPECT_EQ(config.worker.fragments, dataplane::FragmentMode::Pass);
  EXPECT_EQ(
      config.worker.tunnels,
      dataplane::Tunnels::none().with(dataplane::Tunnel::Pppoe).with(dataplane::Tunnel::GtpU));
  EXPECT_EQ(config.idle, Idle::Busy);
  EXPECT_EQ(config.metrics_listen, "[::1]:9000");
  EXPECT_EQ(config.eal().memory_mb, 1024U);
  EXPECT_EQ(config.eal().pci_devices, (std::vector<std::string>{"0000:01:00.0", "0000:01:00.1"}));
  EXPECT_EQ(config.eal().arguments, std::vector<std::string>{"--no-pci"});
  EXPECT_EQ(config.pages, port::Pages::Huge);
  EXPECT_EQ(config.log_level, net::LogLevel::Debug);
  EXPECT_EQ(config.port(dataplane::Side::Internet).device, "0000:01:00.1");
  EXPECT_EQ(config.port(dataplane::Side::Internet).queues, 2);
}

TEST(ConfigTest, MemoryCoversTheBuffersOfEveryWorker) {
  const Config one = loaded(kPorts);
  const Config two = loaded(std::string(kPorts).append("[workers]\ncount = 2\n"));
  const auto by_device = [](const Config& config) { return config.buffers(port::Spread::Device); };
  EXPECT_EQ(by_device(two).pools, 2U);
  EXPECT_GT(one.eal().memory_mb << 20U, port::buffer_memory_bytes(by_device(one).each));
  EXPECT_GT(two.eal().memory_mb << 20U, 2 * port::buffer_memory_bytes(by_device(two).each));
  // What 1,024 undecided flows may hold, and nothing that one packet can push over it.
  EXPECT_GT(by_device(one).each.count, 1024U * 48U + 2 * 2048U);
}

TEST(ConfigTest, ADistributorHasAThreadAndMemoryForItsRings) {
  const Config config =
      loaded(std::string(kPorts).append("[workers]\ncount = 3\nspread = \"distributor\"\n"));
  EXPECT_EQ(config.eal().workers, 4U);
  const BufferPlan plan = config.buffers(port::Spread::Distributor);
  EXPECT_EQ(plan.pools, 1U);
  EXPECT_GT(plan.each.count, 3 * (1024U * 48U + 4 * port::kRingToWorker));
  EXPECT_GT(config.eal().memory_mb << 20U, port::buffer_memory_bytes(plan.each));
}

TEST(ConfigTest, ADistributorIsTakenWhereTheDeviceCannotSpread) {
  const std::string vdev =
      "[ports]\ndriver = \"vdev\"\nsubscriber = \"net_ring0\"\ninternet = \"net_ring1\"\n";
  EXPECT_FALSE(loaded(vdev).may_distribute());
  EXPECT_TRUE(loaded(vdev + "[workers]\ncount = 2\n").may_distribute());
  EXPECT_FALSE(loaded(std::string(kPorts).append("[workers]\ncount = 2\n")).may_distribute());
}

TEST(ConfigTest, TheDistributorsCoreComesAfterThoseOfTheWorkers) {
  const std::string spread = std::string(kPorts).append(
      "[workers]\ncount = 2\nspread = \"distributor\"\ndistributor_core = 7\n");
  using Cores = std::vector<std::optional<unsigned>>;
  EXPECT_EQ(loaded(spread).eal().cores, (Cores{std::nullopt, std::nullopt, 7}));
  EXPECT_EQ(loaded(spread + "cores = [2, 3]\n").eal().cores, (Cores{2, 3, 7}));
}

struct Mistake {
  std::string_view what;
  std::string_view added;  // from line 5 on
  int line;
  std::string_view said;  // a part of the complaint
};

const Mistake kMistakes[] = {
    {"zero workers", "[workers]\ncount = 0\n", 6, "workers.count is 0; use a number from 1 to 64"},
    {"text for a number", "[workers]\ncount = \"two\"\n", 6, "workers.count is not a whole number"},
    {"a fraction", "[workers]\nmax_flows = 1e6\n", 6, "workers.max_flows is not a whole number"},
    {"unknown key", "[workers]\nno_such_key = 1\n", 6, "unknown key workers.no_such_key"},
    {"mistyped key", "[workers]\nfailmode = \"open\"\n", 6, "did you mean workers.fail_mode?"},
    {"unknown section", "[worker]\ncount = 1\n", 5, "did you mean workers?"},
    {"a value for a section", "[log]\n[metrics]\nlisten = 9477\n", 7, "metrics.listen is not text"},
    {"unknown word", "[workers]\nfail_mode = \"sometimes\"\n", 6,
     "use one of \"open\", \"closed\""},
    {"malformed is two words", "[workers]\nmalformed = true\n", 6, "workers.malformed is not text"},
    {"fragments", "[workers]\nfragments = \"keep\"\n", 6,
     "use one of \"reassemble\", \"drop\", \"pass\""},
    {"a tunnel", "[workers]\ntunnels = [\"gre\", \"l2tp\"]\n", 6,
     "workers.tunnels has \"l2tp\"; use some of pppoe, mpls, gre, vxlan"},
    {"idle", "[workers]\nidle = \"nap\"\n", 6, "use one of \"sleep\", \"busy\""},
    {"cores without a list", "[workers]\ncores = 3\n", 6, "workers.cores is not a list"},
    {"cores of text", "[workers]\ncores = [\"a\"]\n", 6, "a list of whole numbers"},
    {"negative core", "[workers]\ncores = [-1]\n", 6, "workers.cores contains -1"},
    {"too many cores", "[workers]\ncores = [1, 2]\n", 6, "workers.cores names 2"},
    {"same core twice", "[workers]\ncount = 2\ncores = [1,\n 1]\n", 7, "names a core twice"},
    {"spread", "[workers]\nspread = \"kernel\"\n", 6,
     "use one of \"auto\", \"device\", \"distributor\""},
    {"the distributor on a worker's core",
     "[workers]\ncount = 2\ncores = [1, 2]\ndistributor_core = 2\n", 8,
     "the distributor needs a core of its own"},
    {"hold timeout", "[workers]\nhold_timeout_ms = 5\n", 6, "from 10 to 10000"},
    {"idle timeout", "[workers]\nflow_idle_timeout_s = 100000\n", 6, "from 10 to 86400"},
    {"flows", "[workers]\nmax_flows = 10\n", 6, "workers.max_flows is 10"},
    {"collecting", "[workers]\nmax_collecting = 100000\n", 6, "workers.max_collecting is 100000"},
    {"collected bytes", "[workers]\nmax_collect_bytes = 100\n", 6, "from 4096 to 65536"},
    {"metrics port", "[metrics]\nlisten = \"127.0.0.1:70000\"\n", 6, "127.0.0.1:9477"},
    {"metrics without port", "[metrics]\nlisten = \"127.0.0.1\"\n", 6, "an address and a port"},
    {"metrics without address", "[metrics]\nlisten = \":9477\"\n", 6, "an address and a port"},
    {"too little memory", "[eal]\nmemory_mb = 16\n", 6, "eal.memory_mb is 16"},
    {"flag", "[eal]\nhugepages = \"yes\"\n", 6, "eal.hugepages is not true or false"},
    {"arguments", "[eal]\narguments = [1]\n", 6, "a list of texts"},
    {"log level", "[log]\nlevel = \"loud\"\n", 6, "\"debug\", \"info\", \"warning\", \"error\""},
};

TEST(ConfigTest, EachMistakeIsNamedWithItsLine) {
  for (const Mistake& mistake : kMistakes) {
    const auto complaints = refused(std::string(kPorts).append(mistake.added));
    ASSERT_EQ(complaints.size(), 1U) << mistake.what << '\n' << joined(complaints);
    EXPECT_NE(complaints[0].find(".toml:" + std::to_string(mistake.line) + ": "), std::string::npos)
        << mistake.what << ": " << complaints[0];
    EXPECT_NE(complaints[0].find(mistake.said), std::string::npos)
        << mistake.what << ": " << complaints[0];
  }
}

const Mistake kPortMistakes[] = {
    {"no ports", "data_dir = \"/x\"\n", 0, "there is no [ports] section"},
    {"ports is no table", "ports = 1\n", 1, "ports is a table"},
    {"no internet", "[ports]\nsubscriber = \"a\"\n", 1, "[ports] has no internet"},
    {"twice the same", "[ports]\nsubscriber = \"a\"\ninternet = \"a\"\n", 3, "between two of them"},
    {"long name", "[ports]\nsubscriber = \"a123456789012345\"\ninternet = \"b\"\n", 2,
     "the name of a network interface"},
    {"argument smuggled in", "[ports]\nsubscriber = \"a,qpairs=9\"\ninternet = \"b\"\n", 2,
     "the name of a network interface"},
    {"unknown driver", "[ports]\ndriver = \"e1000\"\nsubscriber = \"a\"\ninternet = \"b\"\n", 2,
     "use one of \"af_packet\", \"af_xdp\", \"pci\", \"vdev\""},
    {"interface for a card",
     "[ports]\ndriver = \"pci\"\nsubscriber = \"eth0\"\n"
     "internet = \"0000:01:00.0\"\n",
     3, "a PCI address"},
    {"interface for vdev",
     "[ports]\ndriver = \"vdev\"\nsubscriber = \"eth0\"\n"
     "internet = \"net_ring0\"\n",
     3, "a virtual device"},
    {"same vdev",
     "[ports]\ndriver = \"vdev\"\nsubscriber = \"net_ring0\"\n"
     "internet = \"net_ring0,x=1\"\n",
     4, "the same as"},
    {"mtu", "[ports]\nsubscriber = \"a\"\ninternet = \"b\"\nmtu = 65000\n", 4, "1280 to 9600"},
    {"several workers by the device over XDP",
     "[ports]\ndriver = \"af_xdp\"\nsubscriber = \"a\"\n"
     "internet = \"b\"\n[workers]\ncount = 2\nspread = \"device\"\n",
     7, "both directions of a connection"},
    {"status page", "status_page = \"status\"\n[ports]\nsubscriber = \"a\"\ninternet = \"b\"\n", 1,
     "status_page is not an address"},
    {"header smuggled in",
     "status_page = \"http://a/\\r\\nx: y\"\n[ports]\nsubscriber = \"a\"\n"
     "internet = \"b\"\n",
     1, "status_page is not an address"},
    {"empty directory", "data_dir = \"\"\n[ports]\nsubscriber = \"a\"\ninternet = \"b\"\n", 1,
     "data_dir is empty"},
    {"broken syntax", "[ports]\nsubscriber = lan0\n", 2, "this is not TOML"},
    {"key twice", "[ports]\nsubscriber = \"a\"\nsubscriber = \"b\"\n", 3, "this is not TOML"},
};

TEST(ConfigTest, EachMistakeAboutPortsIsNamedWithItsLine) {
  for (const Mistake& mistake : kPortMistakes) {
    const auto complaints = refused(mistake.added);
    ASSERT_FALSE(complaints.empty()) << mistake.what;
    const std::string place =
        mistake.line == 0 ? ".toml: " : ".toml:" + std::to_string(mistake.line) + ": ";
    EXPECT_TRUE(std::ranges::any_of(complaints,
                                    [&](const std::string& complaint) {
                                      return complaint.find(place) != std::string::npos &&
                                             complaint.find(mistake.said) != std::string::npos;
                                    }))
        << mistake.what << '\n'
        << joined(complaints);
  }
}

TEST(ConfigTest, AllMistakesAreNamedAtOnce) {
  const auto complaints = refused(
      "[ports]\nsubscriber = 1\n[workers]\ncount = 0\nidle = \"nap\"\n[log]\nvolume = 11\n");
  EXPECT_EQ(complaints.size(), 5U) << joined(complaints);
}

TEST(ConfigTest, AFileThatCannotBeReadIsNamed) {
  const auto config = Config::load("/nonexistent/gateway.toml");
  ASSERT_FALSE(config);
  EXPECT_NE(config.error().front().find("/nonexistent/gateway.toml"), std::string::npos);
}

TEST(ConfigTest, TheExampleIsValidAndHasTheDefaults) {
  const auto config =
      Config::load(std::filesystem::path(LUYTRE_SOURCE_DIR) / "deploy" / "gateway.toml.example");
  ASSERT_TRUE(config) << joined(config.error());
  const Config defaults = loaded(kPorts);
  EXPECT_EQ(config->data_dir, defaults.data_dir);
  EXPECT_EQ(config->share_dir, defaults.share_dir);
  EXPECT_EQ(config->worker.status_page, defaults.worker.status_page);
  EXPECT_EQ(config->mtu, defaults.mtu);
  EXPECT_EQ(config->worker.max_flows, defaults.worker.max_flows);
  EXPECT_EQ(config->worker.max_collecting, defaults.worker.max_collecting);
  EXPECT_EQ(config->worker.max_collect_bytes, defaults.worker.max_collect_bytes);
  EXPECT_EQ(config->worker.hold_timeout, defaults.worker.hold_timeout);
  EXPECT_EQ(config->worker.flow_idle_timeout, defaults.worker.flow_idle_timeout);
  EXPECT_EQ(config->worker.fail_mode, defaults.worker.fail_mode);
  EXPECT_EQ(config->worker.drop_malformed, defaults.worker.drop_malformed);
  EXPECT_EQ(config->worker.quic_unknown, defaults.worker.quic_unknown);
  EXPECT_EQ(config->worker.fragments, defaults.worker.fragments);
  EXPECT_EQ(config->worker.tunnels, defaults.worker.tunnels);
  EXPECT_EQ(config->idle, defaults.idle);
  EXPECT_EQ(config->metrics_listen, defaults.metrics_listen);
  EXPECT_EQ(config->log_level, defaults.log_level);
}

}  // namespace
}  // namespace luytre::gateway
