// SPDX-License-Identifier: Apache-2.0
// Writes the stored corpora of the QUIC targets: make_quic_corpus FOLDER. Run by hand when a format
// changes.

#include <cstdio>
#include <fstream>
#include <string>
#include <utility>

#include "support/quic_packets.h"

namespace {

using luytre::test::Bytes;
using namespace luytre::test::quic;

void write(const std::string& path, const Bytes& bytes) {
  std::ofstream out(path, std::ios::binary);
  out << std::string(bytes.begin(), bytes.end());
}
Bytes text(std::string_view letters) { return {letters.begin(), letters.end()}; }

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: make_quic_corpus FOLDER\n");
    return 2;
  }
  const std::string folder = argv[1];
  const Bytes message = luytre::test::ClientHello().server_name("casino.test").message();
  const Bytes hello = crypto(0, message);
  const Endpoint client;
  const Endpoint v2{.version = luytre::test::kQuicV2};
  const Endpoint draft{.version = luytre::test::kQuicDraft29, .grease_fixed_bit = true};
  Endpoint with_token = client;
  with_token.token = Bytes(70, 0x70);
  const std::pair<const char*, Bytes> initials[] = {
      {"v1", client.initial(hello, 250)},
      {"v2", v2.initial(hello, 250)},
      {"draft29-greased", draft.initial(hello, 250)},
      {"token", with_token.initial(hello, 300)},
      {"coalesced", joined({client.sealed(Type::ZeroRtt), client.initial(hello, 250),
                            client.sealed(Type::Handshake)})},
      {"scone", joined({scone(client), client.initial(hello, 250)})},
      {"retry", client.retry()},
      {"version-negotiation", version_negotiation(client)},
      {"google-quic", {0x0d, 1, 2, 3, 4, 5, 6, 7, 8, 'Q', '0', '4', '3', 1}},
      {"frames-all", joined({padding(3), ping(), ack(), ack_ecn(), part(message, 40, 80), close(),
                             part(message, 0, 40), part(message, 30, message.size())})},
      {"frames-conflict", joined({crypto(0, Bytes(20, 1)), crypto(10, Bytes(20, 2))})},
      {"frames-forbidden", joined({crypto(0, Bytes(20, 1)), Bytes{0x08, 0, 1, 2}})},
      {"frames-huge-numbers", {0x06, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01, 2}},
  };
  for (const auto& [name, bytes] : initials) {
    write(folder + "/initial/" + name, bytes);
  }
  const std::pair<const char*, Bytes> flows[] = {
      {"refused", joined({{0}, text("h"), {0, 255, 0}, text("bs"), {}, text("S"), {3}})},
      {"dtls-refused", joined({{0}, text("d"), {1, 20, 0}, text("d"), {1, 255, 20}})},
      {"dtls-allowed-then-replaced", joined({{0},
                                             text("d"),
                                             {0, 20, 0},
                                             text("d"),
                                             {0, 255, 18},
                                             text("bd"),
                                             {1, 255, 10},
                                             text("t"),
                                             {40},
                                             text("d"),
                                             {1, 20, 0}})},
      {"allowed-then-new-refused",
       joined({{0}, text("H"), {0, 255, 0}, text("bsS"), {4}, text("h"), {1, 255, 0}, text("s")})},
      {"two-parts-out-of-order", joined({{0}, text("h"), {0, 255, 20}, text("bh"), {0, 25, 0}})},
      {"interleaved", joined({{0},
                              text("H"),
                              {0, 20, 0},
                              text("h"),
                              {1, 20, 0},
                              text("H"),
                              {0, 255, 15},
                              text("bh"),
                              {1, 255, 15}})},
      {"zero-rtt-first", joined({{2}, text("z"), {0}, text("bh"), {0, 255, 0}})},
      {"time-out-closed", joined({{2}, text("h"), {0, 20, 0}, text("t\xff"), text("s")})},
      {"no-place", joined({{1}, text("h"), {0, 20, 0}, text("ph"), {0, 255, 0}})},
      {"few-tokens", joined({{4},
                             text("h"),
                             {0, 9, 0},
                             text("h"),
                             {0, 9, 0},
                             text("h"),
                             {0, 9, 0},
                             text("h"),
                             {0, 9, 0},
                             text("h"),
                             {0, 9, 0}})},
      {"frames", joined({{0},
                         text("i"),
                         {0, 1, 12},
                         crypto(0, Bytes(9, 1)),
                         text("i"),
                         {0, 1, 12},
                         crypto(0, Bytes(9, 2))})},
      {"scone-and-junk", joined({{8}, text("cu"), {5, 1, 2, 3, 4, 5}, text("R"), text("c")})},
  };
  for (const auto& [name, bytes] : flows) {
    write(folder + "/flow/" + name, bytes);
  }
  return 0;
}
