// SPDX-License-Identifier: Apache-2.0
#pragma once

// Clients and servers with a worker in between, in virtual time, over links that lose, repeat and
// reorder packets.

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <queue>
#include <random>
#include <vector>

#include "dataplane/outcome.h"
#include "dataplane/worker.h"
#include "support/packet_builder.h"
#include "unit/dataplane/test_pool.h"
#include "unit/dataplane/test_world.h"

namespace luytre::dataplane::soak {

using luytre::test::Bytes;
using Clock = Worker::Clock;
using Time = Clock::time_point;
using std::chrono::milliseconds;

// In thousandths of the packets of each of the four links.
struct Weather {
  unsigned lost = 20;
  unsigned repeated = 10;
  unsigned late = 50;  // by up to 40 ms, which lets others overtake
};

class Network {
 public:
  // Gets every frame that arrives at the end of a link: at the clients or at the servers.
  using Arrival = std::function<void(Side at, const Bytes& frame)>;

  Network(const WorkerOptions& options, Weather weather, std::uint64_t seed, Arrival arrival);

  // Towards the gateway, from the clients' or the servers' side.
  void send(Side from, Bytes frame);
  // Calls `action` when it is time; actions are not cancelled.
  void after(milliseconds delay, std::function<void()> action);
  // Until nothing is due before `end`.
  void run_until(Time end);

  [[nodiscard]] Time now() const noexcept { return now_; }
  [[nodiscard]] std::mt19937_64& random() noexcept { return random_; }
  [[nodiscard]] std::size_t below(std::size_t bound) { return random_() % bound; }

  // What must hold at any time; ends the program where it does not.
  void check() const;
  // After everything is over: nothing is held, no flow is known any more.
  void check_empty();
  [[nodiscard]] std::uint64_t packets() const noexcept { return received_; }
  [[nodiscard]] const Worker& worker() const noexcept { return *worker_; }
  [[nodiscard]] std::uint64_t count(Outcome outcome) const noexcept;

 private:
  struct Event {
    Time at;
    std::uint64_t number;  // keeps the order of what is due at once
    std::function<void()> action;
    friend bool operator>(const Event& a, const Event& b) noexcept {
      return a.at != b.at ? a.at > b.at : a.number > b.number;
    }
  };

  void carry(Bytes frame, const std::function<void(Bytes)>& deliver);
  void pass_to_gateway();
  void collect();

  Weather weather_;
  std::mt19937_64 random_;
  Arrival arrival_;
  test::TestWorld lists_;
  World world_ = lists_.world();
  test::TestPool pool_{16384};
  std::unique_ptr<Worker> worker_;
  std::unique_ptr<Egress> egress_ = std::make_unique<Egress>();
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
  std::array<std::vector<Bytes>, 2> waiting_;  // at the gateway, by the side they come from
  Time now_{std::chrono::hours(1)};
  std::uint64_t next_number_ = 0;
  std::uint64_t received_ = 0;
};

// Ends the program with a sentence if it does not hold.
void require(bool holds, const char* what);

}  // namespace luytre::dataplane::soak
