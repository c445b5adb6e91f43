// SPDX-License-Identifier: Apache-2.0
// One table of names and bands, asked in each way that a client has: whatever it speaks, the verdict is the same.
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "quic_test.h"

namespace luytre::dataplane::test {
namespace {

constexpr std::size_t kNames = 1000;
const std::vector<std::string> kBands = {"b0", "b1", "b2", "b3", "off"};

std::string line_address(std::size_t band) { return "10.0.9." + std::to_string(band + 1); }

// A line for each band, and names of which two thirds are listed, in one or two categories, exactly or with what is below.
class Table {
 public:
  Table() : index_(make_index()), policy_(make_policy()) {}

  [[nodiscard]] World world() const {
    World world = shared_world().world();
    world.index = &index_;
    world.policy = policy_.get();
    return world;
  }
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }

 private:
  categories::LayeredIndex make_index() {
    categories::IndexBuilder builder(shared_world().taxonomy(), {3, 4});
    const auto categories = shared_world().taxonomy().categories();
    std::mt19937 random(20);
    const auto some = [&] {
      return categories::CategorySet::of(categories[random() % categories.size()].id);
    };
    for (std::size_t i = 0; i < kNames; ++i) {
      const std::string name = "site" + std::to_string(i) + ".test";
      const bool asks_below = random() % 3 == 0;
      if (i % 3 != 0) {
        const auto set = random() % 4 == 0 ? some() | some() : some();
        builder.add(TestWorld::name(name),
                    {.exact = set, .subtree = random() % 2 == 0 ? set : categories::CategorySet()});
      }
      names_.push_back(asks_below ? "www." + name : name);
    }
    return categories::LayeredIndex(
        std::make_shared<const categories::Index>(must(builder.build(1))));
  }
  static std::unique_ptr<const policy::PolicySnapshot> make_policy() {
    std::vector<policy::Line> lines(kBands.size());
    for (std::size_t band = 0; band < kBands.size(); ++band) {
      lines[band].id = kBands[band];
      lines[band].band = kBands[band];
      lines[band].keys.push_back(must(policy::parse_line_key(line_address(band))));
    }
    return must(policy::PolicySnapshot::compile(shared_world().preset(), lines, {}, {}));
  }

  std::vector<std::string> names_;
  categories::LayeredIndex index_;
  std::unique_ptr<const policy::PolicySnapshot> policy_;
};

class SameVerdict : public GatewayTest {
 protected:
  // The names that were refused, one character a name: '1' refused, '0' passed, '?' neither.
  template <typename Ask>
  std::string refused(const std::vector<std::string>& names, Outcome blocks, Outcome passes,
                      Ask ask) {
    std::string row;
    start({});
    Counts before;
    for (std::size_t i = 0; i < names.size(); ++i) {
      ask(names[i], static_cast<std::uint16_t>(20000 + i));
      to_server();
      to_client();
      Counts after = counts();
      const bool was_blocked = after[blocks] > before[blocks];
      const bool has_passed = after[passes] > before[passes];
      row += was_blocked == has_passed ? '?' : was_blocked ? '1' : '0';
      before = after;
      pass(seconds(1));  // a line is told so many refusals a second
    }
    return row;
  }
};

TEST_F(SameVerdict, WhateverTheClientSpeaks) {
  const Table table;
  world_ = table.world();
  for (std::size_t band = 0; band < kBands.size(); ++band) {
    SCOPED_TRACE(kBands[band]);
    const std::string line = line_address(band);
    const auto tcp = [&](std::uint16_t port, std::uint16_t server_port) {
      return Connection{.client = line, .client_port = port, .server_port = server_port};
    };
    const auto quic = [&](std::uint32_t version) {
      return [this, &line, version](const std::string& name, std::uint16_t port) {
        from_client(QuicPath{.client = line, .client_port = port}.all_from_client(
            large_hello(Endpoint{.version = version}, name)));
      };
    };
    const std::string by_dns = refused(
        table.names(), Outcome::DnsBlocked, Outcome::DnsAllowed,
        [&](const std::string& name, std::uint16_t) {
          from_client(
              {packet().eth().ipv4(line, "192.0.2.53").udp(40000, 53).dns_query(name).build()});
        });
    EXPECT_EQ(by_dns.find('?'), std::string::npos);
    EXPECT_EQ(by_dns,
              refused(table.names(), Outcome::TlsBlocked, Outcome::TlsAllowed,
                      [&](const std::string& name, std::uint16_t port) {
                        from_client({tcp(port, 443).syn(), tcp(port, 443).data(hello_for(name))});
                      }));
    EXPECT_EQ(by_dns,
              refused(table.names(), Outcome::HttpRedirected, Outcome::HttpAllowed,
                      [&](const std::string& name, std::uint16_t port) {
                        from_client({tcp(port, 80).syn(), tcp(port, 80).data(get_request(name))});
                      }));
    EXPECT_EQ(by_dns,
              refused(table.names(), Outcome::QuicBlocked, Outcome::QuicAllowed, quic(kQuicV1)));
    EXPECT_EQ(by_dns,
              refused(table.names(), Outcome::QuicBlocked, Outcome::QuicAllowed, quic(kQuicV2)));
    // The table tells bands apart at all: children have refusals and passes, adults hardly any refusals.
    const auto refusals = static_cast<std::size_t>(std::ranges::count(by_dns, '1'));
    EXPECT_GT(refusals, kBands[band] == "off" ? 0U : kNames / 20);
    EXPECT_LT(refusals, kNames * 9 / 10);
  }
}

}  // namespace
}  // namespace luytre::dataplane::test
