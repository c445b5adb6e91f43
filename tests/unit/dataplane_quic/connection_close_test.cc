// SPDX-License-Identifier: Apache-2.0
#include "dataplane/quic/connection_close.h"

#include <gtest/gtest.h>

#include "support/quic_packets.h"

namespace luytre::dataplane::quic {
namespace {

using luytre::test::Bytes;
using luytre::test::quic::Endpoint;

// Read as the client reads it: addressed to its own id, authentic under the server's Initial keys.
void expect_closes(const Endpoint& client) {
  const InitialKeySchedule schedule;
  InitialCipher cipher;
  std::array<std::uint8_t, kMaxConnectionCloseBytes> out;
  const Version version = version_of(client.version);
  const std::size_t size = write_connection_close({.version = version,
                                                   .version_number = client.version,
                                                   .destination_id = client.destination_id,
                                                   .source_id = client.source_id},
                                                  schedule, cipher, out);
  const Bytes packet(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(size));
  const Datagram datagram = take_apart(packet);
  ASSERT_EQ(datagram.initial_count, 1U);
  const InitialPacket& initial = datagram.initials[0];
  EXPECT_EQ(initial.version_number, client.version);
  EXPECT_EQ(initial.packet.size(), packet.size());
  EXPECT_TRUE(std::ranges::equal(initial.destination_id, client.source_id));
  InitialKeys keys;
  schedule.derive(version, client.destination_id, Sender::Server, keys);
  const auto frames = cipher.open(initial, keys);
  ASSERT_TRUE(frames.has_value());
  EXPECT_EQ(Bytes(frames->begin(), frames->end()), (Bytes{0x1c, 0x41, 0x70, 0x06, 0x00}));
  schedule.derive(version, client.destination_id, Sender::Client, keys);
  EXPECT_FALSE(cipher.open(initial, keys).has_value());
}

TEST(ConnectionClose, IsWhatTheClientOfEachVersionAccepts) {
  for (const std::uint32_t version : {1U, luytre::test::kQuicV2, luytre::test::kQuicDraft29}) {
    expect_closes({.version = version});
  }
}

TEST(ConnectionClose, IdsMayBeEmptyOrOfTheFullSize) {
  expect_closes({.destination_id = Bytes(20, 0xd1), .source_id = Bytes(20, 0x51)});
  expect_closes({.destination_id = Bytes(8, 0xd1), .source_id = {}});
}

}  // namespace
}  // namespace luytre::dataplane::quic
