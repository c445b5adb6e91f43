// SPDX-License-Identifier: Apache-2.0
// Properties that hold whatever is sent; each failure prints its seed.
#include "storm.h"
#include "server_model.h"

namespace luytre::dataplane::test {
namespace {

class StormJourney : public GatewayTest {};

TEST_F(StormJourney, EveryPacketHasExactlyOneOutcomeAndNoneIsLost) {
  const std::uint64_t first_seed = std::random_device{}();
  for (std::uint64_t seed = first_seed; seed < first_seed + 40; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Storm storm(seed);
    start(storm_options(storm));
    std::uint64_t sent = 0;
    for (int burst = 0; burst < 50; ++burst) {
      const Side from = storm.side();
      std::vector<Bytes> frames(1 + storm.below(Worker::kBurst));
      for (Bytes& frame : frames) {
        frame = storm.frame(from);
      }
      pool_.set_limit(storm.one_in(10) ? 0 : 4000);
      receive(from, frames);
      sent += frames.size();
      ASSERT_EQ(total(), sent);
      ASSERT_EQ(pool_.in_use(), held());
      if (storm.one_in(4)) {
        pass(milliseconds(storm.below(400)));
        ASSERT_EQ(total(), sent);
        ASSERT_EQ(pool_.in_use(), held());
      }
      to_client();
      to_server();
    }
    drain();
    ASSERT_EQ(held(), 0U);
    ASSERT_EQ(total(), sent);
    ASSERT_EQ(pool_.in_use(), 0U);
    start({});
  }
}

// A client that sends pieces of its hello in any order, twice, overlapping, until each byte was
// there once.
std::vector<Bytes> pieces(Storm& storm, const Connection& connection, const Bytes& stream) {
  std::vector<Bytes> frames;
  std::size_t done = 0;
  while (done < stream.size() && frames.size() < 200) {
    const std::size_t begin = storm.one_in(3) ? storm.below(stream.size()) : done;
    const std::size_t size = 1 + storm.below(std::min<std::size_t>(120, stream.size() - begin));
    frames.push_back(connection.data(std::span(stream).subspan(begin, size), begin));
    if (begin <= done && begin + size > done) {
      done = begin + size;
    }
  }
  return frames;
}

TEST_F(StormJourney, NoOrderOfPiecesLetsAWholeRefusedHelloPass) {
  const std::uint64_t first_seed = std::random_device{}();
  const Bytes hello = hello_for("casino.test", 100);
  for (std::uint64_t seed = first_seed; seed < first_seed + 200; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Storm storm(seed);
    start({.fail_mode = FailMode::Closed});
    const Connection connection{.isn =
                                    static_cast<std::uint32_t>(storm.below(std::size_t{1} << 32U))};
    from_client({connection.syn()});
    to_server();
    ServerModel server(connection, ServerModel::Overlap::First);
    for (const Bytes& frame : pieces(storm, connection, hello)) {
      from_client({frame});
      server.receive(to_server());
      ASSERT_LT(server.stream().size(), hello.size());
    }
    ASSERT_TRUE(server.is_reset());
    const auto told = to_client();
    ASSERT_FALSE(told.empty());
    ASSERT_EQ(payload_of(told.front()).size(), 7U);
    ASSERT_EQ(counts()[Outcome::FailClosed], 0U);
  }
}

TEST_F(StormJourney, TheServerReceivesAnAllowedHelloWholeAndInOrder) {
  const std::uint64_t first_seed = std::random_device{}();
  const Bytes hello = hello_for("example.org", 100);
  for (std::uint64_t seed = first_seed; seed < first_seed + 200; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Storm storm(seed);
    start({});
    const Connection connection;
    from_client({connection.syn()});
    to_server();
    from_client(pieces(storm, connection, hello));
    Bytes received;
    for (const Bytes& passed : to_server()) {
      const PacketView view = view_of(passed);
      const std::size_t offset = view.tcp_sequence - connection.isn - 1;
      ASSERT_LE(offset, received.size()) << "a gap";
      const Bytes payload = payload_of(passed);
      if (offset + payload.size() > received.size()) {
        luytre::test::append(received, std::span(payload).subspan(received.size() - offset));
      }
    }
    ASSERT_EQ(received, hello);
  }
}

TEST_F(StormJourney, OneByteChangedInAHelloNeverCrashesAndNeverLeavesItUndecidedForever) {
  const Bytes hello = hello_for("casino.test");
  for (std::size_t at = 0; at < hello.size(); ++at) {
    for (const std::uint8_t value : {std::uint8_t{0}, std::uint8_t{0xff}}) {
      start({});
      Bytes changed = hello;
      changed[at] = value;
      const Connection connection;
      from_client({connection.syn(), connection.data(changed)});
      pass(seconds(1));
      ASSERT_EQ(held(), 0U);
      ASSERT_EQ(total(), 2U);
    }
  }
}

}  // namespace
}  // namespace luytre::dataplane::test
