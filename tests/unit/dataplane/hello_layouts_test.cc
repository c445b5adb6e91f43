// SPDX-License-Identifier: Apache-2.0
// A browser's hello of 2 KB in every layout of segments and records: what the server would read is
// what is judged. Rows are generated; a failure prints its layout.
#include <numeric>
#include <random>

#include "server_model.h"

namespace luytre::dataplane::test {
namespace {

const Connection kConnection{.isn = 0xfffffc00U};  // wraps within the hello

Bytes hello_of_2_kb(std::string_view name) {
  return ClientHello().padding(400).browser_extensions(1216).server_name(name).stream();
}

// Pieces of a stream as [begin, end).
using Layout = std::vector<std::pair<std::size_t, std::size_t>>;

Layout cut_at(std::vector<std::size_t> cuts, std::size_t size) {
  cuts.push_back(size);
  Layout layout;
  std::size_t begin = 0;
  for (const std::size_t end : cuts) {
    layout.emplace_back(begin, end);
    begin = end;
  }
  return layout;
}
Layout in_pieces(std::size_t count, std::size_t size) {
  std::vector<std::size_t> cuts;
  for (std::size_t i = 1; i < count; ++i) {
    cuts.push_back(size * i / count);
  }
  return cut_at(cuts, size);
}

class HelloLayouts : public ServersBehindTest {
 protected:
  void send_layout(const Bytes& stream, const Layout& layout) {
    for (const auto& [begin, end] : layout) {
      send({kConnection.data(std::span(stream).subspan(begin, end - begin), begin)});
    }
  }
  // One layout of both hellos: the listed one is refused with the alert, the other one arrives.
  void expect_judged(const Layout& layout) {
    connect(kConnection);
    send_layout(blocked_, layout);
    const auto told = to_client();
    ASSERT_FALSE(told.empty());
    ASSERT_EQ(payload_of(told[0]), (Bytes{0x15, 3, 3, 0, 2, 2, 0x70}));
    for (const ServerModel& server : servers_) {
      ASSERT_LT(server.stream().size(), blocked_.size());
      if (layout.size() <= 8) {
        ASSERT_EQ(server.stream(), "");
      }
      ASSERT_TRUE(server.is_reset());
    }
    connect(kConnection);
    send_layout(allowed_, layout);
    expect_read(allowed_);
    ASSERT_EQ(held(), 0U);
  }

  Bytes blocked_ = hello_of_2_kb("www.casino.test");
  Bytes allowed_ = hello_of_2_kb("www.example.org");
};

std::string text_of(const Layout& layout) {
  std::string text = "layout";
  for (const auto& [begin, end] : layout) {
    text += " " + std::to_string(begin) + "-" + std::to_string(end);
  }
  return text;
}

TEST_F(HelloLayouts, EveryCutIntoTwoSegmentsInBothOrders) {
  for (std::size_t cut = 1; cut < blocked_.size(); ++cut) {
    Layout layout = cut_at({cut}, blocked_.size());
    SCOPED_TRACE(text_of(layout));
    ASSERT_NO_FATAL_FAILURE(expect_judged(layout));
    std::ranges::reverse(layout);
    ASSERT_NO_FATAL_FAILURE(expect_judged(layout));
  }
}

TEST_F(HelloLayouts, AllOrdersOfFourSegments) {
  Layout layout = in_pieces(4, blocked_.size());
  do {
    SCOPED_TRACE(text_of(layout));
    ASSERT_NO_FATAL_FAILURE(expect_judged(layout));
  } while (std::ranges::next_permutation(layout).found);
}

TEST_F(HelloLayouts, TwoToTwelveSegmentsForwardsBackwardsAndShuffled) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  for (std::size_t count = 2; count <= 12; ++count) {
    Layout layout = in_pieces(count, blocked_.size());
    ASSERT_NO_FATAL_FAILURE(expect_judged(layout));
    std::ranges::reverse(layout);
    ASSERT_NO_FATAL_FAILURE(expect_judged(layout));
    for (int round = 0; round < 20; ++round) {
      std::ranges::shuffle(layout, random);
      SCOPED_TRACE(text_of(layout));
      ASSERT_NO_FATAL_FAILURE(expect_judged(layout));
    }
  }
}

TEST_F(HelloLayouts, OneByteAtATimeInFrontOfTheRest) {
  std::vector<std::size_t> cuts(100);
  std::iota(cuts.begin(), cuts.end(), 1);
  Layout layout = cut_at(cuts, blocked_.size());
  expect_judged(layout);
}

TEST_F(HelloLayouts, EveryCutIntoTwoRecords) {
  const auto records = [](std::string_view name, std::size_t cut) {
    const Bytes message =
        ClientHello().padding(400).browser_extensions(1216).server_name(name).message();
    Bytes stream = luytre::test::tls_record(std::span(message).first(cut));
    luytre::test::append(stream, luytre::test::tls_record(std::span(message).subspan(cut)));
    return stream;
  };
  const std::size_t size = ClientHello()
                               .padding(400)
                               .browser_extensions(1216)
                               .server_name("www.casino.test")
                               .message()
                               .size();
  for (std::size_t cut = 1; cut < size - 20; ++cut) {
    SCOPED_TRACE(testing::Message() << "record cut at " << cut);
    blocked_ = records("www.casino.test", cut);
    allowed_ = records("www.example.org", cut);
    Layout layout = cut_at({cut, blocked_.size() - 20}, blocked_.size());
    std::swap(layout[0], layout[2]);
    ASSERT_NO_FATAL_FAILURE(expect_judged(layout));
  }
}

TEST_F(HelloLayouts, DuplicatesAndOverlapsWithTheSameBytesChangeNothing) {
  const std::size_t size = blocked_.size();
  const std::size_t third = size / 3;
  for (const Layout& layout : {
           Layout{{0, third}, {0, third}, {third, 2 * third}, {0, 2 * third}, {2 * third, size}},
           Layout{{third, size}, {third, size}, {0, third}},
           Layout{{third, 2 * third}, {2 * third, size}, {third - 50, size}, {0, third}},
           Layout{{0, third}, {third - 10, 2 * third}, {2 * third - 10, size}},
           Layout{{10, 20}, {30, 40}, {50, 60}, {5, 70}, {0, size}},
           Layout{{size - 1, size}, {1, size}, {0, size}},
       }) {
    SCOPED_TRACE(text_of(layout));
    ASSERT_NO_FATAL_FAILURE(expect_judged(layout));
  }
}

TEST_F(HelloLayouts, RandomOverlapsUntilAllIsSent) {
  const auto seed = std::random_device{}();
  std::mt19937 random(seed);
  for (int round = 0; round < 300; ++round) {
    SCOPED_TRACE(testing::Message() << "seed " << seed << " round " << round);
    Layout layout;
    for (int piece = 0; piece < 12; ++piece) {
      const std::size_t begin = random() % blocked_.size();
      layout.emplace_back(begin, begin + 1 + random() % (blocked_.size() - begin));
    }
    layout.emplace_back(0, blocked_.size());
    ASSERT_NO_FATAL_FAILURE(expect_judged(layout));
  }
}

TEST_F(HelloLayouts, TheLastPieceMayCarryTheFin) {
  Layout layout = in_pieces(3, blocked_.size());
  connect(kConnection);
  for (const std::size_t i : {2U, 0U, 1U}) {
    const auto [begin, end] = layout[i];
    send({kConnection.data(std::span(blocked_).subspan(begin, end - begin), begin,
                           i == 2 ? tcp_flag::kFin : std::uint8_t{0})});
  }
  EXPECT_EQ(counts()[Outcome::TlsBlocked], 3U);
  expect_never_asked_for("casino");
}

TEST_F(HelloLayouts, WhatIsAheadOfAGapForTooLongHasToComeAgain) {
  connect(kConnection);
  send_layout(blocked_, {{100, blocked_.size()}});
  EXPECT_EQ(held(), 1U);
  pass(milliseconds(500));
  EXPECT_EQ(held(), 0U);
  EXPECT_EQ(counts()[Outcome::OutOfOrderDropped], 1U);
  send_layout(blocked_, {{0, 100}, {100, blocked_.size()}});
  expect_never_asked_for("casino");
  EXPECT_EQ(counts()[Outcome::TlsBlocked], 2U);
}

TEST_F(HelloLayouts, WhatIsFarOutsideOfTheWindowIsDropped) {
  connect(kConnection);
  send({kConnection.data(Bytes(100), 65500), kConnection.data(Bytes(100), 1U << 30U),
        kConnection.data(Bytes(100), 0x80000000U), kConnection.data(Bytes(100), 0xfffffff0U)});
  EXPECT_EQ(held(), 0U);
  EXPECT_EQ(counts()[Outcome::OutOfOrderDropped] + counts()[Outcome::DuplicateDropped], 4U);
  send({kConnection.data(blocked_)});
  EXPECT_EQ(counts()[Outcome::TlsBlocked], 1U);
}

TEST_F(HelloLayouts, AHelloOf20KbInSmallSegmentsIsRead) {
  blocked_ = ClientHello().padding(15900).server_name("www.casino.test").stream();
  allowed_ = ClientHello().padding(15900).server_name("www.example.org").stream();
  expect_judged(in_pieces(100, blocked_.size()));
}

}  // namespace
}  // namespace luytre::dataplane::test
