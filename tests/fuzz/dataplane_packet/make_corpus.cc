// SPDX-License-Identifier: Apache-2.0
// Writes the stored corpus of frame_fuzz: make_frame_corpus FOLDER. Run by hand when the builder
// learns something new.

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <utility>

#include "tests/support/packet_builder.h"
#include "tests/support/tunnels.h"

int main(int argc, char** argv) {
  using luytre::test::Bytes;
  using luytre::test::kServiceTag;
  using luytre::test::packet;
  if (argc != 2) {
    std::fprintf(stderr, "usage: make_frame_corpus FOLDER\n");
    return 2;
  }
  const auto v4 = [] { return packet().ipv4("10.0.0.2", "192.0.2.1"); };
  const auto v6 = [] { return packet().ipv6("2001:db8::2", "2001:db8:1::1"); };
  const std::pair<const char*, Bytes> frames[] = {
      {"arp", packet().ether_type(0x0806).payload(Bytes(28)).build()},
      {"ipv4-dns", v4().udp(40000, 53).dns_query("example.org").build()},
      {"ipv4-dns-padded", v4().udp(40000, 53).dns_query("a.vn").padding(11).build()},
      {"ipv4-dns-priority-tag", v4().vlan(0).udp(40000, 53).dns_query("example.org").build()},
      {"ipv4-fragment", v4().udp(40000, 53).fragment(8, true).payload("abc").build()},
      {"ipv4-icmp-echo", v4().protocol(1).payload(Bytes{8, 0, 0xf7, 0xff}).build()},
      {"ipv4-no-udp-checksum", v4().udp(1, 53).with_transport_checksum(0).build()},
      {"ipv4-options-tcp", v4().ipv4_options({0x94, 4, 0, 0}).tcp(40000, 443).payload("x").build()},
      {"ipv4-qinq-tcp",
       v4().vlan(100, kServiceTag).vlan(7).tcp(40000, 443).seq(1).ack(2).payload("hello").build()},
      {"ipv4-three-tags", v4().vlan(1).vlan(2).vlan(3).udp(1, 53).build()},
      {"ipv6-atomic-fragment", v6().fragment(0, false).udp(1, 53).payload("x").build()},
      {"ipv6-every-extension",
       v6().hop_by_hop().routing().authentication().destination_options().tcp(1, 2).build()},
      {"ipv6-fragment", v6().fragment(16, true).udp(1, 53).payload("x").build()},
      {"ipv6-jumbogram",
       v6().extension(0, {0xc2, 4, 0, 1, 0, 0}).udp(1, 53).with_ip_length(0).build()},
      {"ipv6-vlan-dns", v6().vlan(10).udp(40000, 53).dns_query("example.org", 28).build()},
  };
  const auto write = [&](const std::string& name, const Bytes& frame) {
    std::ofstream out(std::string(argv[1]) + "/" + name, std::ios::binary);
    for (const std::uint8_t byte : frame) {
      out.put(static_cast<char>(byte));
    }
    if (!out.flush()) {
      std::fprintf(stderr, "%s/%s cannot be written\n", argv[1], name.c_str());
      std::exit(1);
    }
  };
  for (const auto& [name, frame] : frames) {
    write(name, frame);
  }
  for (const luytre::test::Wrapping& wrapping : luytre::test::wrappings()) {
    const auto wrap = [&](const Bytes& frame) {
      return wrapping.wrap(frame, luytre::test::Way::ToServer);
    };
    write(std::string("in-") + wrapping.name + "-ipv4-dns",
          wrap(v4().udp(40000, 53).dns_query("example.org").build()));
    write(std::string("in-") + wrapping.name + "-ipv6-tcp",
          wrap(v6().tcp(40000, 443).seq(1).ack(2).payload("hello").build()));
  }
  return 0;
}
