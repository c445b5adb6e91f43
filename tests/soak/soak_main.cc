// SPDX-License-Identifier: Apache-2.0
// Clients of a child's line visit allowed and refused names over links that lose, repeat and reorder
// packets, for as long as told, in virtual time:
//
//   luytre-soak [--seconds=N] [--visits=N] [--seed=N]
//
// Every second of virtual time each packet must be held or counted once. Every visit must end as
// its name asks for; a request for a refused name must reach no server whole. At the end nothing may be left.

#include <CLI/CLI.hpp>
#include <array>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <map>
#include <memory>

#include "base/byte_order.h"
#include "dataplane/decode.h"
#include "dataplane/forge.h"
#include "tcp_visit.h"
#include "udp_visit.h"

namespace luytre::dataplane::soak {
namespace {

constexpr std::size_t kEndings = 5;
constexpr std::uint16_t kFirstPort = 1024;

struct Tally {
  std::array<std::uint64_t, kEndings> allowed{};
  std::array<std::uint64_t, kEndings> refused{};
};

// As many visits at a time as told, each on a port of its own until it is over.
class Soak {
 public:
  Soak(std::size_t visits, std::uint64_t seed)
      : visits_at_a_time_(visits),
        network_({.max_flows = 16384,
                  .max_collecting = 512,
                  .flow_idle_timeout = std::chrono::seconds(30),
                  .fail_mode = FailMode::Closed,
                  .hash_seed = seed},
                 Weather{}, seed, [this](Side at, const Bytes& frame) { arrive(at, frame); }) {}

  // One second of virtual time.
  void step() {
    while (visits_.size() < visits_at_a_time_) {
      begin_one();
    }
    network_.run_until(network_.now() + std::chrono::seconds(1));
    network_.check();
    sweep();
  }
  // Lets everybody finish, and the table forget.
  void finish() {
    constexpr int kSeconds = 180;
    visits_at_a_time_ = 0;
    for (int second = 0; second < kSeconds; ++second) {
      step();
    }
    require(visits_.empty(), "every visit comes to an end");
    network_.check_empty();
  }

  [[nodiscard]] const Tally& tally() const noexcept { return tally_; }
  [[nodiscard]] Network& network() noexcept { return network_; }

 private:
  void begin_one() {
    Target target{.name = network_.below(2) == 0 ? "casino.test" : "example.org",
                  .client_port = next_port()};
    target.is_refused = target.name == "casino.test";
    auto& visit = visits_[target.client_port];
    switch (network_.below(5)) {
      case 0:
        visit = std::make_unique<DnsVisit>(network_, std::move(target));
        break;
      case 1:
        visit = std::make_unique<QuicVisit>(network_, std::move(target));
        break;
      case 2:
        visit = std::make_unique<TcpVisit>(network_, std::move(target), TcpVisit::Protocol::Http);
        break;
      default:
        visit = std::make_unique<TcpVisit>(network_, std::move(target), TcpVisit::Protocol::Tls);
    }
    visit->begin();
  }
  std::uint16_t next_port() {
    do {
      next_port_ = next_port_ == 0xffff ? kFirstPort : static_cast<std::uint16_t>(next_port_ + 1);
    } while (visits_.contains(next_port_));
    return next_port_;
  }

  void arrive(Side at, const Bytes& frame) {
    PacketView view;
    require(decode(frame, view) == DecodeResult::Ok, "what leaves the gateway can be read");
    require(checksums_are_right(frame, view), "checksums are right");
    std::uint16_t port = at == Side::Subscriber ? view.destination_port : view.source_port;
    if (view.protocol == ip_protocol::kIcmp) {
      constexpr std::size_t kQuotedPort = 8 + 20;  // behind the ICMP and the quoted IPv4 header
      port = load_be16(frame.data() + view.transport_offset + kQuotedPort);
    }
    const auto found = visits_.find(port);
    if (found == visits_.end()) {
      return;  // late
    }
    if (at == Side::Subscriber) {
      found->second->at_client(view, frame);
    } else {
      found->second->at_server(view, frame);
    }
  }

  // Who is over stays for a while, as its last packets may still be on their way to its port.
  void sweep() {
    for (auto visit = visits_.begin(); visit != visits_.end();) {
      const Ending ending = visit->second->ending();
      if (ending == Ending::None || network_.now() - over_since(visit->first) < kQuiet) {
        ++visit;
        continue;
      }
      const bool is_refused = visit->second->target().is_refused;
      ++(is_refused ? tally_.refused : tally_.allowed)[static_cast<std::size_t>(ending)];
      over_.erase(visit->first);
      visit = visits_.erase(visit);
    }
  }
  Time over_since(std::uint16_t port) {
    return over_.try_emplace(port, network_.now()).first->second;
  }

  static constexpr auto kQuiet = std::chrono::seconds(5);

  std::size_t visits_at_a_time_;
  Tally tally_;
  std::map<std::uint16_t, std::unique_ptr<Visit>> visits_;  // by client port
  std::map<std::uint16_t, Time> over_;
  std::uint16_t next_port_ = kFirstPort;
  Network network_;
};

std::uint64_t resident_kilobytes() {
  std::ifstream statm("/proc/self/statm");
  std::uint64_t size = 0;
  std::uint64_t resident = 0;
  statm >> size >> resident;
  return resident * 4;
}

void report(Soak& soak, std::uint64_t virtual_seconds, std::uint64_t resident_at_first) {
  const auto row = [](const char* what, const std::array<std::uint64_t, kEndings>& endings) {
    std::printf("%-8s %10llu served %10llu refused %8llu reset %6llu gave up\n", what,
                static_cast<unsigned long long>(endings[static_cast<std::size_t>(Ending::Served)]),
                static_cast<unsigned long long>(endings[static_cast<std::size_t>(Ending::Refused)]),
                static_cast<unsigned long long>(endings[static_cast<std::size_t>(Ending::Broken)]),
                static_cast<unsigned long long>(endings[static_cast<std::size_t>(Ending::GaveUp)]));
  };
  std::printf("%llu s of virtual time, %llu packets at the gateway\n",
              static_cast<unsigned long long>(virtual_seconds),
              static_cast<unsigned long long>(soak.network().packets()));
  row("allowed:", soak.tally().allowed);
  row("refused:", soak.tally().refused);
  std::printf("memory: %llu KB resident after the first tenth, %llu KB at the end\n",
              static_cast<unsigned long long>(resident_at_first),
              static_cast<unsigned long long>(resident_kilobytes()));
  for (const OutcomeRow& outcome : outcome_rows()) {
    if (const std::uint64_t count = soak.network().count(outcome.outcome); count != 0) {
      std::printf("  %-24s %12llu\n", std::string(outcome.counter).c_str(),
                  static_cast<unsigned long long>(count));
    }
  }
}

int run(double seconds, std::size_t visits, std::uint64_t seed) {
  std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
  Soak soak(visits, seed);
  using Wall = std::chrono::steady_clock;
  const auto begin = Wall::now();
  const std::chrono::duration<double> length(seconds);
  std::uint64_t virtual_seconds = 0;
  std::uint64_t resident_at_first = 0;
  while (Wall::now() - begin < length || virtual_seconds < 60) {
    soak.step();
    ++virtual_seconds;
    if (resident_at_first == 0 && Wall::now() - begin > length / 10) {
      resident_at_first = resident_kilobytes();
    }
  }
  soak.finish();
  report(soak, virtual_seconds, resident_at_first);
  const Tally& tally = soak.tally();
  require(tally.allowed[static_cast<std::size_t>(Ending::Served)] > 0 &&
              tally.refused[static_cast<std::size_t>(Ending::Refused)] > 0,
          "the soak reaches what it is to exercise");
  require(tally.allowed[static_cast<std::size_t>(Ending::Broken)] <=
              soak.network().count(Outcome::FailClosed),
          "who is allowed is reset at a bound only");
  require(tally.refused[static_cast<std::size_t>(Ending::GaveUp)] == 0 &&
              tally.allowed[static_cast<std::size_t>(Ending::GaveUp)] == 0,
          "nobody waits for an answer that never comes");
  return 0;
}

}  // namespace
}  // namespace luytre::dataplane::soak

int main(int argc, char** argv) {
  CLI::App app("Visits over bad links, with a gateway's worker in between.", "luytre-soak");
  // tests/run gives an hour, and what its caller says counts.
  app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  double seconds = 10;
  std::size_t visits = 200;
  std::uint64_t seed = std::random_device{}();
  app.add_option("--seconds", seconds, "How long to run, at least 60 s of virtual time");
  app.add_option("--visits", visits, "Visits at a time");
  app.add_option("--seed", seed, "Of everything that happens");
  CLI11_PARSE(app, argc, argv);
  return luytre::dataplane::soak::run(seconds, visits, seed);
}
