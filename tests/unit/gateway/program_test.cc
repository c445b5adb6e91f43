// SPDX-License-Identifier: Apache-2.0
// The program itself: what it says and returns, with ports that need no root, and on real
// interfaces of a network namespace where there is root.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/http_get.h"
#include "tests/support/scratch_directory.h"

namespace luytre::gateway {
namespace {

using namespace std::chrono_literals;
using SteadyClock = std::chrono::steady_clock;

constexpr auto kPatience = 20s;  // a sanitizer build on a busy machine

// One run of luytre-gateway.
class Program {
 public:
  Program(std::vector<std::string> arguments, std::filesystem::path output)
      : output_(std::move(output)) {
    std::string program = LUYTRE_GATEWAY;
    std::vector<char*> argv = {program.data()};
    for (std::string& argument : arguments) {
      argv.push_back(argument.data());
    }
    argv.push_back(nullptr);
    pid_ = ::fork();
    if (pid_ == 0) {
      const int file = ::open(output_.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
      ::dup2(file, STDOUT_FILENO);
      ::dup2(file, STDERR_FILENO);
      ::execv(argv[0], argv.data());
      ::_exit(127);
    }
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program() {
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
    }
  }

  void signal(int number) const { ::kill(pid_, number); }

  // The exit code; -1: a signal or our impatience ended it.
  int wait() {
    const auto end = SteadyClock::now() + kPatience;
    int status = 0;
    while (::waitpid(pid_, &status, WNOHANG) == 0) {
      if (SteadyClock::now() > end) {
        return -1;
      }
      std::this_thread::sleep_for(5ms);
    }
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  std::string said() const {
    std::stringstream text;
    text << std::ifstream(output_).rdbuf();
    return text.str();
  }

 private:
  std::filesystem::path output_;
  pid_t pid_ = -1;
};

class ProgramTest : public ::testing::Test {
 protected:
  std::filesystem::path config(const std::string& ports, const std::string& more = "") {
    const auto file = scratch_.path() / "gateway.toml";
    std::ofstream(file) << "data_dir = \"" << scratch_.path().string() << "\"\nshare_dir = \""
                        << LUYTRE_SOURCE_DIR << "\"\n[ports]\n"
                        << ports << "\n[metrics]\nlisten = \"127.0.0.1:" << port_
                        << "\"\n[workers]\nmax_collecting = 64\nmax_flows = 4096\n"
                        << more;
    return file;
  }
  std::unique_ptr<Program> start(const std::vector<std::string>& arguments) {
    return std::make_unique<Program>(arguments, scratch_.path() / "output");
  }
  // The metrics, once they are served; something else if they never are. The endpoint listens a
  // moment before it has them.
  std::string scrape() const {
    const auto end = SteadyClock::now() + kPatience;
    std::string answer;
    while (answer.find("luytre_start_time_seconds") == std::string::npos &&
           SteadyClock::now() < end) {
      answer = test::http_get(port_, "/metrics");
      std::this_thread::sleep_for(10ms);
    }
    return answer;
  }

  test::ScratchDirectory scratch_;
  // Below the kernel's ephemeral ports, and another one for each test that runs beside this one.
  std::uint16_t port_ = static_cast<std::uint16_t>(20000 + getpid() % 10000);
};

constexpr const char* kRings =
    "driver = \"vdev\"\nsubscriber = \"net_ring0\"\ninternet = \"net_ring1\"";

TEST_F(ProgramTest, HelpAndVersionAreAnswered) {
  auto help = start({"--help"});
  EXPECT_EQ(help->wait(), 0);
  EXPECT_NE(help->said().find("--config"), std::string::npos);
  auto version = start({"--version"});
  EXPECT_EQ(version->wait(), 0);
  EXPECT_NE(version->said().find("luytre-gateway "), std::string::npos);
}

TEST_F(ProgramTest, AWrongCommandLineIsRefused) {
  EXPECT_EQ(start({})->wait(), 2);
  EXPECT_EQ(start({"--config", "/nonexistent"})->wait(), 2);
  EXPECT_EQ(start({"--no-such-option"})->wait(), 2);
}

TEST_F(ProgramTest, AConfigurationIsCheckedWithoutStarting) {
  auto good = start({"--config", config(kRings), "--check"});
  EXPECT_EQ(good->wait(), 0) << good->said();
  EXPECT_NE(good->said().find("is valid"), std::string::npos);
  auto wrong = start({"--config", config(kRings, "idle = \"nap\"\n"), "--check"});
  EXPECT_EQ(wrong->wait(), 2);
  EXPECT_NE(wrong->said().find("gateway.toml:12: workers.idle is \"nap\""), std::string::npos)
      << wrong->said();
}

TEST_F(ProgramTest, StartsWithoutRootOrHugepagesAndEndsWhenTold) {
  for (const int signal : {SIGTERM, SIGINT}) {
    auto program = start({"--config", config(kRings)});
    const std::string metrics = scrape();
    ASSERT_NE(metrics.find("luytre_start_time_seconds"), std::string::npos) << program->said();
    EXPECT_NE(metrics.find("luytre_policy_loaded 0"), std::string::npos);
    EXPECT_NE(metrics.find("luytre_blocked_names_total{category=\"porn\"} 0"), std::string::npos);
    const auto told = SteadyClock::now();
    program->signal(signal);
    EXPECT_EQ(program->wait(), 0) << program->said();
    EXPECT_LT(SteadyClock::now() - told, 5s);
    EXPECT_NE(program->said().find("Outcomes: none."), std::string::npos) << program->said();
  }
}

TEST_F(ProgramTest, SeveralWorkersOnDevicesOfOneQueueStandBehindADistributor) {
  auto program = start({"--config", config(kRings, "count = 2\n")});
  ASSERT_NE(scrape().find("luytre_port_dropped_packets_total{port=\"subscriber\",cause="
                          "\"worker_full\"} 0"),
            std::string::npos)
      << program->said();
  program->signal(SIGTERM);
  EXPECT_EQ(program->wait(), 0) << program->said();
  EXPECT_NE(program->said().find("2 workers behind a distributor"), std::string::npos)
      << program->said();
}

TEST_F(ProgramTest, AnInterfaceThatDoesNotExistIsNamed) {
  auto program = start({"--config", config("subscriber = \"nosuchport\"\ninternet = \"lo\"")});
  EXPECT_EQ(program->wait(), 1);
  EXPECT_NE(program->said().find("There is no network interface nosuchport"), std::string::npos)
      << program->said();
}

TEST_F(ProgramTest, AMissingTaxonomyIsNamed) {
  const auto file = scratch_.path() / "bare.toml";
  std::ofstream(file) << "share_dir = \"/nonexistent\"\n[ports]\n" << kRings << '\n';
  auto program = start({"--config", file});
  EXPECT_EQ(program->wait(), 1);
  EXPECT_NE(program->said().find("/nonexistent"), std::string::npos) << program->said();
}

TEST_F(ProgramTest, AnEndpointThatIsTakenEndsTheStart) {
  auto first = start({"--config", config(kRings)});
  ASSERT_FALSE(scrape().empty()) << first->said();
  auto second = std::make_unique<Program>(std::vector<std::string>{"--config", config(kRings)},
                                          scratch_.path() / "second");
  EXPECT_EQ(second->wait(), 1);
  EXPECT_NE(second->said().find("another program listens there"), std::string::npos)
      << second->said();
}

void run(const std::string& command) { ASSERT_EQ(std::system(command.c_str()), 0) << command; }

void bind_to(int socket, const char* interface, std::uint16_t protocol) {
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_protocol = protocol;
  address.sll_ifindex = static_cast<int>(if_nametoindex(interface));
  ASSERT_EQ(::bind(socket, static_cast<sockaddr*>(static_cast<void*>(&address)), sizeof(address)),
            0);
}

// What the gateway says of a port when it ends.
struct Carried {
  unsigned received = 0;
  unsigned sent = 0;
  unsigned dropped = 1;
};
Carried carried(const std::string& said, const std::string& port) {
  Carried found;
  const auto at = said.find(port);
  if (at != std::string::npos) {
    static_cast<void>(std::sscanf(said.c_str() + at + port.size(),
                                  "%u packets received, %u sent, %u dropped", &found.received,
                                  &found.sent, &found.dropped));
  }
  return found;
}

// A client and a server in namespaces of their own, the gateway between them in this one.
TEST_F(ProgramTest, ForwardsBetweenTwoInterfacesAndLosesNothingWhenItEnds) {
  if (geteuid() != 0 || unshare(CLONE_NEWNET) != 0) {
    GTEST_SKIP() << "needs root, for network namespaces of its own";
  }
  run("ip link set lo up");
  for (const std::string side : {"client", "server"}) {
    run("ip link add " + side + " type veth peer name far-" + side);
    // Neither end says anything of its own accord: every packet is one of ours.
    run("sysctl -q -w net.ipv6.conf." + side + ".disable_ipv6=1");
    run("sysctl -q -w net.ipv6.conf.far-" + side + ".disable_ipv6=1");
    run("ip link set far-" + side + " up");
  }
  auto program = start({"--config", config("subscriber = \"client\"\ninternet = \"server\"")});
  ASSERT_FALSE(scrape().empty()) << program->said();
  // Two hundred ARP requests: they are forwarded without a line or a flow.
  const int out = ::socket(AF_PACKET, SOCK_RAW, 0);
  const int in = ::socket(AF_PACKET, SOCK_RAW, htons(0x0806));
  bind_to(out, "far-client", 0);
  bind_to(in, "far-server", htons(0x0806));
  const timeval patience{.tv_sec = 5, .tv_usec = 0};
  ASSERT_EQ(::setsockopt(in, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)), 0);
  std::array<std::uint8_t, 60> frame{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 1, 8, 6};
  for (std::uint8_t number = 0; number < 200; ++number) {
    frame[59] = number;
    ASSERT_EQ(::send(out, frame.data(), frame.size(), 0), 60);
  }
  for (std::uint8_t number = 0; number < 200; ++number) {
    std::array<std::uint8_t, 100> arrived{};
    ASSERT_EQ(::recv(in, arrived.data(), arrived.size(), 0), 60);
    EXPECT_EQ(arrived[59], number);
  }
  ::close(out);
  ::close(in);
  EXPECT_NE(scrape().find("outcome=\"not_ip\",direction=\"from_subscriber\"} 200"),
            std::string::npos);
  program->signal(SIGTERM);
  EXPECT_EQ(program->wait(), 0) << program->said();
  // Kernels send a few packets of their own when interfaces come up; those are carried as well.
  const std::string said = program->said();
  const Carried client = carried(said, "client: ");
  const Carried server = carried(said, "server: ");
  EXPECT_GE(client.received, 200U) << said;
  EXPECT_EQ(client.received, server.sent) << said;
  EXPECT_EQ(server.received, client.sent) << said;
  EXPECT_EQ(client.dropped + server.dropped, 0U) << said;
}

}  // namespace
}  // namespace luytre::gateway
