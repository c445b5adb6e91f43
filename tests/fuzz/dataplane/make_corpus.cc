// SPDX-License-Identifier: Apache-2.0
// Writes the stored corpus of journey_fuzz: make_journey_corpus FOLDER. Run by hand when the format
// changes.

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>

#include "tests/support/client_hello.h"
#include "tests/support/packet_builder.h"

namespace {

using luytre::test::Bytes;

// Steps of journey_fuzz as text.
class Steps {
 public:
  explicit Steps(std::uint8_t options = 0) { bytes_.push_back(options); }

  Steps& then(std::string_view letters) {
    bytes_.insert(bytes_.end(), letters.begin(), letters.end());
    return *this;
  }
  Steps& sized(std::string_view letters, const Bytes& argument) {
    then(letters);
    bytes_.push_back(static_cast<std::uint8_t>(argument.size()));
    bytes_.insert(bytes_.end(), argument.begin(), argument.end());
    return *this;
  }
  // `stream` as new client data, `piece` bytes a segment.
  Steps& stream(const Bytes& stream, std::size_t piece) {
    for (std::size_t at = 0; at < stream.size(); at += piece) {
      const std::size_t end = std::min(stream.size(), at + piece);
      sized("d", {stream.begin() + static_cast<std::ptrdiff_t>(at),
                  stream.begin() + static_cast<std::ptrdiff_t>(end)});
    }
    return *this;
  }
  [[nodiscard]] const Bytes& bytes() const { return bytes_; }

 private:
  Bytes bytes_;
};

}  // namespace

int main(int argc, char** argv) {
  using luytre::test::bytes_of;
  using luytre::test::ClientHello;
  if (argc != 2) {
    std::fprintf(stderr, "usage: make_journey_corpus FOLDER\n");
    return 2;
  }
  const auto hello = [](std::string_view name) { return ClientHello().server_name(name).stream(); };
  const Bytes refused = hello("casino.test");
  const Bytes get = bytes_of("GET / HTTP/1.1\r\nHost: casino.test\r\n\r\n");
  const Bytes half(refused.begin(), refused.begin() + 60);
  const Bytes query = {0,   1,   1,   0,   0, 1,   0,   0,   0,   0, 0, 0, 6, 'c', 'a',
                       's', 'i', 'n', 'o', 4, 't', 'e', 's', 't', 0, 0, 1, 0, 1};
  const std::pair<const char*, Bytes> scripts[] = {
      {"allowed-then-data", Steps()
                                .then("s1a")
                                .stream(hello("example.org"), 200)
                                .sized("d", Bytes(50))
                                .then("f")
                                .bytes()},
      {"dns-query-refused", Steps().sized("q", query).bytes()},
      {"fail-closed-after-time",
       Steps(4).then("s1").sized("d", half).then("t\xff").sized("d", half).bytes()},
      {"fin-behind-half-a-hello", Steps().then("s1").sized("d", half).then("f").bytes()},
      {"gap-then-whole", Steps().then("s1").sized("g", half).stream(refused, 60).bytes()},
      {"http-byte-by-byte", Steps().then("s1").stream(get, 1).bytes()},
      {"malformed-frame", Steps(8).sized("w", Bytes(40, 0x45)).bytes()},
      {"mid-flow-pick-up", Steps().stream(refused, 100).bytes()},
      {"new-syn-while-held",
       Steps().then("s1").sized("d", half).then("s9").stream(refused, 255).bytes()},
      {"overlap-with-other-bytes",
       Steps().then("s1").sized("d", half).sized("r\x20", Bytes(64, 0x41)).bytes()},
      {"refused-then-closes",
       Steps().then("s1").stream(refused, 255).then("bafa").sized("S", half).bytes()},
      {"refused-in-one-burst-with-more",
       Steps().then("s1").stream(refused, 50).sized("d", half).then("fx").bytes()},
      {"reset-while-held",
       Steps().then("s1").sized("d", half).then("xb").stream(refused, 255).bytes()},
      {"too-few-places",
       Steps(1).then("s1").sized("d", half).then("ps1").sized("d", half).then("R").bytes()},
      {"too-many-bytes",
       Steps(2)
           .then("s1")
           .stream(ClientHello().padding(400).server_name("casino.test").stream(), 120)
           .bytes()},
  };
  for (const auto& [name, bytes] : scripts) {
    std::ofstream out(std::string(argv[1]) + "/" + name, std::ios::binary);
    out << std::string(bytes.begin(), bytes.end());
  }
  return 0;
}
