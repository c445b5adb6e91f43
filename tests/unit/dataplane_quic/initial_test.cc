// SPDX-License-Identifier: Apache-2.0
// Keys and protection of Initial packets against the examples of RFC 9001 and RFC 9369, Appendix A.
#include <gtest/gtest.h>

#include <string>

#include "dataplane/inspect/inspection.h"
#include "dataplane/quic/crypto_stream.h"
#include "dataplane/quic/initial_cipher.h"
#include "support/quic_packets.h"

namespace luytre::dataplane::quic {
namespace {

using luytre::test::Bytes;
using luytre::test::ClientHello;
using luytre::test::quic::Endpoint;

Bytes hex(std::string_view text) {
  Bytes bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    bytes.push_back(
        static_cast<std::uint8_t>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}
std::string hex(std::span<const std::uint8_t> bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t octet : bytes) {
    text += kDigits[octet >> 4U];
    text += kDigits[octet & 15U];
  }
  return text;
}

const Bytes kClientId = hex("8394c8f03e515708");

// The hello of both RFCs in its CRYPTO frame; 917 bytes of PADDING follow it.
Bytes sample_frames() {
  Bytes frames =
      hex("060040f1010000ed0303ebf8fa56f12939b9584a3896472ec40bb863cfd3e868"
          "04fe3a47f06a2b69484c00000413011302010000c000000010000e00000b6578"
          "616d706c652e636f6dff01000100000a00080006001d00170018001000070005"
          "04616c706e000500050100000000003300260024001d00209370b2c9caa47fba"
          "baf4559fedba753de171fa71f50f1ce15d43e994ec74d748002b000302030400"
          "0d0010000e0403050306030203080408050806002d00020101001c0002400100"
          "3900320408ffffffffffffffff05048000ffff07048000ffff08011001048000"
          "75300901100f088394c8f03e51570806048000ffff");
  frames.resize(frames.size() + 917);
  return frames;
}

InitialKeys derive(Version version, Sender sender) {
  static const InitialKeySchedule schedule;
  InitialKeys keys;
  schedule.derive(version, kClientId, sender, keys);
  return keys;
}

Bytes sealed(std::string_view header, const Bytes& frames, std::size_t number_bytes,
             const InitialKeys& keys) {
  InitialCipher cipher;
  Bytes packet = hex(header);
  const std::size_t frames_at = packet.size();
  luytre::test::append(packet, frames);
  packet.resize(packet.size() + InitialCipher::kTagBytes);
  EXPECT_TRUE(cipher.seal(packet, number_bytes, frames_at, keys));
  return packet;
}

TEST(InitialKeys, AreThoseOfRfc9001AppendixA1) {
  const InitialKeys client = derive(Version::V1, Sender::Client);
  EXPECT_EQ(hex(client.key), "1f369613dd76d5467730efcbe3b1a22d");
  EXPECT_EQ(hex(client.iv), "fa044b2f42a3fd3b46fb255c");
  EXPECT_EQ(hex(client.header_protection), "9f50449e04a0e810283a1e9933adedd2");
  const InitialKeys server = derive(Version::V1, Sender::Server);
  EXPECT_EQ(hex(server.key), "cf3a5331653c364c88f0f379b6067e37");
  EXPECT_EQ(hex(server.iv), "0ac1493ca1905853b0bba03e");
  EXPECT_EQ(hex(server.header_protection), "c206b8d9b9f0f37644430b490eeaa314");
}

TEST(InitialKeys, AreThoseOfRfc9369AppendixA1) {
  const InitialKeys client = derive(Version::V2, Sender::Client);
  EXPECT_EQ(hex(client.key), "8b1a0bc121284290a29e0971b5cd045d");
  EXPECT_EQ(hex(client.iv), "91f73e2351d8fa91660e909f");
  EXPECT_EQ(hex(client.header_protection), "45b95e15235d6f45a6b19cbcb0294ba9");
  const InitialKeys server = derive(Version::V2, Sender::Server);
  EXPECT_EQ(hex(server.key), "82db637861d55e1d011f19ea71d5d2a7");
  EXPECT_EQ(hex(server.iv), "dd13c276499c0249d3310652");
  EXPECT_EQ(hex(server.header_protection), "edf6d05c83121201b436e16877593c3a");
}

// The tag depends on every bit of header and ciphertext, so beginning and tag stand for all of it.
TEST(InitialCipher, SealsTheClientsInitialOfRfc9001) {
  const Bytes packet = sealed("c300000001088394c8f03e5157080000449e00000002", sample_frames(), 4,
                              derive(Version::V1, Sender::Client));
  EXPECT_EQ(packet.size(), 1200U);
  EXPECT_EQ(hex(std::span(packet).first(38)),
            "c000000001088394c8f03e5157080000449e7b9aec34d1b1c98dd7689fb8ec11d242b123dc9b");
  EXPECT_EQ(hex(std::span(packet).last(16)), "e221af44860018ab0856972e194cd934");
}

TEST(InitialCipher, SealsTheServersInitialOfRfc9001) {
  const Bytes frames =
      hex("02000000000600405a020000560303eefce7f7b37ba1d1632e96677825ddf739"
          "88cfc79825df566dc5430b9a045a1200130100002e00330024001d00209d3c94"
          "0d89690b84d08a60993c144eca684d1081287c834d5311bcf32bb9da1a002b00"
          "020304");
  EXPECT_EQ(hex(sealed("c1000000010008f067a5502a4262b50040750001", frames, 2,
                       derive(Version::V1, Sender::Server))),
            "cf000000010008f067a5502a4262b5004075c0d95a482cd0991cd25b0aac406a"
            "5816b6394100f37a1c69797554780bb38cc5a99f5ede4cf73c3ec2493a1839b3"
            "dbcba3f6ea46c5b7684df3548e7ddeb9c3bf9c73cc3f3bded74b562bfb19fb84"
            "022f8ef4cdd93795d77d06edbb7aaf2f58891850abbdca3d20398c276456cbc4"
            "2158407dd074ee");
}

TEST(InitialCipher, SealsTheInitialsOfRfc9369) {
  const Bytes client = sealed("d36b3343cf088394c8f03e5157080000449e00000002", sample_frames(), 4,
                              derive(Version::V2, Sender::Client));
  EXPECT_EQ(hex(std::span(client).first(38)),
            "d76b3343cf088394c8f03e5157080000449ea0c95e82ffe67b6abcdb4298b485dd04de806071");
  EXPECT_EQ(hex(std::span(client).last(16)), "a18b2faa745b6fe189cf772a9f84cbfc");
  const Bytes frames =
      hex("02000000000600405a020000560303eefce7f7b37ba1d1632e96677825ddf739"
          "88cfc79825df566dc5430b9a045a1200130100002e00330024001d00209d3c94"
          "0d89690b84d08a60993c144eca684d1081287c834d5311bcf32bb9da1a002b00"
          "020304");
  EXPECT_EQ(hex(sealed("d16b3343cf0008f067a5502a4262b50040750001", frames, 2,
                       derive(Version::V2, Sender::Server))),
            "dc6b3343cf0008f067a5502a4262b5004075d92faaf16f05d8a4398c47089698"
            "baeea26b91eb761d9b89237bbf87263017915358230035f7fd3945d88965cf17"
            "f9af6e16886c61bfc703106fbaf3cb4cfa52382dd16a393e42757507698075b2"
            "c984c707f0a0812d8cd5a6881eaf21ceda98f4bd23f6fe1a3e2c43edd9ce7ca8"
            "4bed8521e2e140");
}

// A client's datagram as the gateway reads it: taken apart, opened, put together, read.
std::string name_in(std::span<const std::uint8_t> payload) {
  InitialCipher cipher;
  const InitialKeySchedule schedule;
  const Datagram datagram = take_apart(payload);
  Bytes buffer(CryptoStream::kMaxBytes);
  CryptoStream stream;
  for (const InitialPacket& packet : datagram.all()) {
    InitialKeys keys;
    schedule.derive(packet.version, packet.destination_id, Sender::Client, keys);
    const auto frames = cipher.open(packet, keys);
    if (!frames) {
      return "not authentic";
    }
    EXPECT_EQ(read_initial_frames(*frames, stream, buffer), CryptoStream::Added::Ok);
  }
  const Inspection inspection = inspect_client_hello(std::span(buffer).first(stream.contiguous()));
  return inspection.finding == Finding::Name ? inspection.name.to_text() : "no name";
}

TEST(InitialCipher, OpensTheClientsInitialsOfBothRfcs) {
  const Bytes v1 = sealed("c300000001088394c8f03e5157080000449e00000002", sample_frames(), 4,
                          derive(Version::V1, Sender::Client));
  EXPECT_EQ(name_in(v1), "example.com");
  const Bytes v2 = sealed("d36b3343cf088394c8f03e5157080000449e00000002", sample_frames(), 4,
                          derive(Version::V2, Sender::Client));
  EXPECT_EQ(name_in(v2), "example.com");
}

TEST(InitialCipher, OpensEveryVersionThatHasASalt) {
  const Bytes hello = ClientHello().server_name("casino.test").message();
  for (const std::uint32_t version : {0x00000001U, 0x6b3343cfU, 0xff000017U, 0xff00001cU,
                                      0xff00001dU, 0xff000020U, 0xff000021U, 0xff000022U}) {
    const Endpoint client{.version = version};
    EXPECT_EQ(name_in(client.initial(luytre::test::quic::crypto(0, hello))), "casino.test")
        << std::hex << version;
  }
}

TEST(InitialCipher, AGreasedFixedBitHidesNothing) {
  const Bytes hello = ClientHello().server_name("casino.test").message();
  const Endpoint client{.grease_fixed_bit = true};
  EXPECT_EQ(name_in(client.initial(luytre::test::quic::crypto(0, hello))), "casino.test");
}

TEST(InitialCipher, ALongTokenHidesNothing) {
  const Bytes hello = ClientHello().server_name("casino.test").message();
  for (const std::size_t size : {1U, 63U, 64U, 700U, 5000U}) {
    const Endpoint client{.token = Bytes(size, 0x70)};
    EXPECT_EQ(name_in(client.initial(luytre::test::quic::crypto(0, hello))), "casino.test") << size;
  }
}

TEST(InitialCipher, OneFlippedBitAnywhereMakesItUnreadable) {
  const Bytes hello = ClientHello().server_name("casino.test").message();
  const Bytes packet = Endpoint{}.initial(luytre::test::quic::crypto(0, hello), 300);
  for (std::size_t bit = 0; bit < packet.size() * 8; ++bit) {
    Bytes changed = packet;
    changed[bit / 8] = static_cast<std::uint8_t>(changed[bit / 8] ^ 1U << bit % 8);
    ASSERT_NE(name_in(changed), "casino.test") << bit;
  }
}

TEST(InitialCipher, EveryTruncationIsUnreadable) {
  const Bytes hello = ClientHello().server_name("casino.test").message();
  const Bytes packet = Endpoint{}.initial(luytre::test::quic::crypto(0, hello), 300);
  for (std::size_t size = 0; size < packet.size(); ++size) {
    const Bytes cut(packet.begin(), packet.begin() + static_cast<std::ptrdiff_t>(size));
    ASSERT_NE(name_in(cut), "casino.test") << size;
  }
}

}  // namespace
}  // namespace luytre::dataplane::quic
