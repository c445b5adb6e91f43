// SPDX-License-Identifier: Apache-2.0
#include "tcp_options.h"

#include <random>
#include <vector>

#include "base/byte_order.h"
#include "dataplane/decode.h"
#include "gateway_test.h"

namespace luytre::dataplane::test {
namespace {

// The frame in memory that ends where it ends, so that a sanitizer sees what is read behind it.
std::optional<TcpTimestamps> timestamps_in(const Bytes& frame) {
  Bytes exact = frame;
  exact.shrink_to_fit();
  const Packet sample{.bytes = exact.data(),
                      .size = static_cast<std::uint32_t>(exact.size()),
                      .capacity = static_cast<std::uint32_t>(exact.size()),
                      .owner = nullptr};
  PacketView view;
  EXPECT_EQ(decode(exact, view), DecodeResult::Ok);
  return timestamps_of(sample, view);
}
Bytes segment_with(const Bytes& options) {
  return Connection{}.from_client().seq(1).ack(2).tcp_options(options).build();
}

struct OptionCase {
  const char* description;
  Bytes options;
  bool has_timestamps;
};

TEST(TcpOptions, TimestampsAreFoundAmongOthersAndOnlyWhole) {
  const Bytes timestamps = {8, 10, 0, 0, 0, 9, 0, 0, 0, 7};
  const auto behind = [&](Bytes first) {
    first.insert(first.end(), timestamps.begin(), timestamps.end());
    return first;
  };
  const std::vector<OptionCase> cases = {
      {"none", {}, false},
      {"alone", timestamps, true},
      {"as Linux sends them", behind({1, 1}), true},
      {"behind SACK", behind({1, 1, 5, 10, 0, 0, 0, 1, 0, 0, 0, 2}), true},
      {"behind an unknown option", behind({77, 4, 1, 2}), true},
      {"behind the end of the list", behind({0}), false},
      {"behind an option of length 0", behind({77, 0}), false},
      {"behind an option of length 1", behind({77, 1}), false},
      {"behind an option that says it reaches further", behind({77, 40}), false},
      {"too short", {8, 9, 0, 0, 0, 9, 0, 0, 0}, false},
      {"too long", {8, 11, 0, 0, 0, 9, 0, 0, 0, 7, 0}, false},
      {"without a length, last of the list", {1, 1, 1, 8}, false},
      {"cut by the end of the list", {1, 1, 8, 10, 0, 0, 0, 9}, false},
  };
  for (const OptionCase& row : cases) {
    SCOPED_TRACE(row.description);
    const auto found = timestamps_in(segment_with(row.options));
    ASSERT_EQ(found.has_value(), row.has_timestamps);
    if (found) {
      EXPECT_EQ(found->value, 9U);
      EXPECT_EQ(found->echo, 7U);
    }
  }
}

TEST(TcpOptions, NoListOfOptionsIsReadBehindItsEnd) {
  std::mt19937 random(20260114);
  for (int round = 0; round < 20000; ++round) {
    Bytes options(random() % 11 * 4);
    for (std::uint8_t& octet : options) {  // mostly what a list may begin with
      octet = static_cast<std::uint8_t>(random() % 3 == 0 ? random() : random() % 12);
    }
    const Bytes frame = segment_with(options);
    if (const auto found = timestamps_in(frame)) {
      // It stands somewhere in the list as its length says.
      bool stands = false;
      for (std::size_t at = 0; at + 10 <= options.size(); ++at) {
        stands |= options[at] == 8 && options[at + 1] == 10 &&
                  load_be32(options.data() + at + 2) == found->value;
      }
      EXPECT_TRUE(stands) << "round " << round;
    }
  }
}

}  // namespace
}  // namespace luytre::dataplane::test
