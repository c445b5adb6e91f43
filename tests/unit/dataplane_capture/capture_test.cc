// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "capture_file.h"
#include "capture_inspection.h"
#include "capture_report.h"
#include "captured_frame.h"
#include "dataplane/decode.h"
#include "tests/support/packet_builder.h"
#include "unread.h"

namespace luytre::dataplane {
namespace {

using test::Bytes;
using test::packet;
using test::PacketBuilder;

const std::filesystem::path kCases = std::filesystem::path(LUYTRE_SOURCE_DIR) / "tests/corpus";

std::string file_content(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// A file that goes away with the test.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& content)
      : path_(std::filesystem::path(::testing::TempDir()) /
              ("luytre_capture_" + std::to_string(::getpid()) + ".pcap")) {
    std::ofstream(path_, std::ios::binary) << content;
  }
  ~TemporaryFile() { std::filesystem::remove(path_); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

CaptureReport inspected(const std::filesystem::path& path, std::size_t burst = 1) {
  Result<CaptureFile> capture = CaptureFile::open(path);
  EXPECT_TRUE(capture) << capture.error().message;
  const Result<CaptureReport> report = inspect_capture(*capture, path, burst);
  EXPECT_TRUE(report) << report.error().message;
  return *report;
}

TEST(CaptureInspection, EveryPacketEndsItsJourneyOnceAndComesBack) {
  for (const auto& folder : std::filesystem::directory_iterator(kCases)) {
    if (!std::filesystem::exists(folder.path() / "input.pcap")) {
      continue;
    }
    for (const std::size_t burst : {1U, 7U, 32U}) {
      SCOPED_TRACE(folder.path().string() + ", bursts of " + std::to_string(burst));
      const CaptureReport report = inspected(folder.path() / "input.pcap", burst);
      std::uint64_t outcomes = 0;
      for (const std::uint64_t packets : report.outcomes) {
        outcomes += packets;
      }
      EXPECT_EQ(outcomes, report.packets);
      EXPECT_EQ(report.unreturned_packets, 0U);
      EXPECT_EQ(report.damage, "");
    }
  }
}

TEST(CaptureInspection, CutCaptureIsReportedUpToTheCut) {
  const std::string whole = file_content(kCases / "dns-in-vlans/input.pcap");
  ASSERT_GT(whole.size(), 24U);
  const CaptureReport complete = inspected(kCases / "dns-in-vlans/input.pcap");
  std::uint64_t packets = 0;
  constexpr std::size_t kStep = 7;  // a worker is made for each cut
  for (std::size_t size = 24; size < whole.size(); size += kStep) {
    const TemporaryFile file(whole.substr(0, size));
    const CaptureReport report = inspected(file.path());
    EXPECT_GE(report.packets, packets);
    EXPECT_LT(report.packets, complete.packets);
    packets = report.packets;
  }
  EXPECT_EQ(packets, complete.packets - 1);
  const TemporaryFile cut(whole.substr(0, whole.size() - 1));
  EXPECT_NE(inspected(cut.path()).damage, "");
}

TEST(CaptureFile, OtherFilesAreRefusedInASentence) {
  const TemporaryFile text("no capture at all, but long enough for a header");
  const Result<CaptureFile> not_a_capture = CaptureFile::open(text.path());
  ASSERT_FALSE(not_a_capture);
  EXPECT_TRUE(not_a_capture.error().message.starts_with(text.path().string()));
  EXPECT_FALSE(CaptureFile::open("/nonexistent/capture.pcap"));
  EXPECT_FALSE(CaptureFile::open(kCases));
}

TEST(CaptureFile, OtherLinkTypesAreNamed) {
  std::string content = file_content(kCases / "dns-in-vlans/input.pcap");
  content[20] = 105;  // LINKTYPE_IEEE802_11
  const TemporaryFile file(content);
  const Result<CaptureFile> capture = CaptureFile::open(file.path());
  ASSERT_TRUE(capture);
  EXPECT_FALSE(capture->link_layer());
  EXPECT_EQ(capture->link_type(), "IEEE802_11");
}

TEST(CaptureFile, LinkTypesOfHostsAreKnown) {
  const std::string content = file_content(kCases / "dns-in-vlans/input.pcap");
  const std::pair<std::uint16_t, LinkLayer> types[] = {
      {1, LinkLayer::Ethernet},    {101, LinkLayer::RawIp},       {228, LinkLayer::RawIp},
      {229, LinkLayer::RawIp},     {113, LinkLayer::LinuxCooked}, {276, LinkLayer::LinuxCookedV2},
      {0, LinkLayer::BsdLoopback}, {108, LinkLayer::BsdLoopback},
  };
  for (const auto& [type, layer] : types) {
    std::string changed = content;
    changed[20] = static_cast<char>(type & 0xffU);
    changed[21] = static_cast<char>(type >> 8U);
    const TemporaryFile file(changed);
    const Result<CaptureFile> capture = CaptureFile::open(file.path());
    ASSERT_TRUE(capture);
    EXPECT_EQ(capture->link_layer(), layer) << type;
  }
}

TEST(CapturedFrame, EveryLinkLayerBecomesEthernet) {
  const auto dns = [](PacketBuilder ip) {
    const Bytes frame = ip.udp(40000, 53).dns_query("a.example").build();
    return Bytes(frame.begin() + 14, frame.end());
  };
  for (const bool v4 : {true, false}) {
    const Bytes ip = dns(v4 ? packet().ipv4("10.0.0.2", "192.0.2.1")
                            : packet().ipv6("2001:db8::2", "2001:db8::1"));
    const std::uint8_t type_high = v4 ? 0x08 : 0x86;
    const std::uint8_t type_low = v4 ? 0x00 : 0xdd;
    const std::pair<LinkLayer, Bytes> headers[] = {
        {LinkLayer::RawIp, {}},
        {LinkLayer::LinuxCooked, {0, 4, 0, 1, 0, 6, 1, 2, 3, 4, 5, 6, 0, 0, type_high, type_low}},
        {LinkLayer::LinuxCookedV2,
         {type_high, type_low, 0, 0, 0, 0, 0, 2, 0, 1, 4, 6, 1, 2, 3, 4, 5, 6, 0, 0}},
        {LinkLayer::BsdLoopback, {2, 0, 0, 0}},
        {LinkLayer::BsdLoopback, {0, 0, 0, 30}},
    };
    for (const auto& [layer, header] : headers) {
      Bytes frame = header;
      frame.insert(frame.end(), ip.begin(), ip.end());
      Bytes ethernet;
      as_ethernet(layer, frame, ethernet);
      PacketView view;
      EXPECT_EQ(decode(ethernet, view), DecodeResult::Ok);
      EXPECT_EQ(view.destination_port, 53);
      for (std::size_t size = 0; size < frame.size(); ++size) {
        as_ethernet(layer, std::span(frame).first(size), ethernet);
        EXPECT_NE(decode(ethernet, view), DecodeResult::Ok) << size;
      }
    }
  }
}

TEST(CaptureReport, JsonEscapesWhatJsonMust) {
  CaptureReport report;
  report.path = "a\"b\\c\nd.pcap";
  report.events[{.protocol = "tls",
                 .source = "10.0.0.2",
                 .source_port = 1,
                 .destination = "192.0.2.1",
                 .destination_port = 443,
                 .name = "odd\\004.example",
                 .vlans = {100, 7},
                 .encapsulation = {"vxlan", "ip/ip"}}] = 2;
  EXPECT_EQ(
      events_as_json_lines(report),
      "{\"file\":\"a\\\"b\\\\c\\u000ad.pcap\",\"proto\":\"tls\",\"src\":\"10.0.0.2\",\"sport\":1,"
      "\"dst\":\"192.0.2.1\",\"dport\":443,\"name\":\"odd\\\\004.example\",\"vlan\":[100,7],"
      "\"encap\":[\"vxlan\",\"ip/ip\"],\"n\":2}\n");
}

TEST(OffloadedLength, IsRestoredForTcpOnly) {
  const auto v4 = [] { return packet().vlan(10).ipv4("10.0.0.2", "192.0.2.1").with_ip_length(0); };
  const auto v6 = [] { return packet().ipv6("2001:db8::2", "2001:db8::1").with_ip_length(0); };
  PacketView view;
  Bytes tcp4 = v4().tcp(40000, 443).payload(Bytes(3000)).build();
  restore_offloaded_length(tcp4);
  EXPECT_EQ(decode(tcp4, view), DecodeResult::Ok);
  EXPECT_EQ(view.payload_size, 3000U);
  Bytes tcp6 = v6().tcp(40000, 443).payload(Bytes(3000)).build();
  restore_offloaded_length(tcp6);
  EXPECT_EQ(decode(tcp6, view), DecodeResult::Ok);
  EXPECT_EQ(view.payload_size, 3000U);
  Bytes udp4 = v4().udp(40000, 53).payload("x").build();
  const Bytes before = udp4;
  restore_offloaded_length(udp4);
  EXPECT_EQ(udp4, before);
}

TEST(OffloadedLength, EveryPrefixOfAFrameIsSafe) {
  const Bytes frame =
      packet().vlan(10).vlan(7).ipv4("10.0.0.2", "192.0.2.1").with_ip_length(0).tcp(1, 2).build();
  for (std::size_t size = 0; size <= frame.size(); ++size) {
    Bytes cut(frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(size));
    restore_offloaded_length(cut);
    static_cast<void>(why_unread(cut, size < frame.size()));
  }
}

TEST(Unread, SnapLengthIsToldFromDamage) {
  Bytes frame = packet().ipv4("10.0.0.2", "192.0.2.1").udp(1, 53).dns_query("a.example").build();
  EXPECT_EQ(why_unread(frame, false), std::nullopt);
  frame.erase(frame.end() - 5, frame.end());
  EXPECT_EQ(why_unread(frame, true), Unread::SnapLength);
  EXPECT_EQ(why_unread(frame, false), Unread::Malformed);
}

TEST(Unread, RowsStandInTheOrderOfTheEnum) {
  for (std::size_t i = 0; i < kUnreadCount; ++i) {
    EXPECT_EQ(static_cast<std::size_t>(unread_rows()[i].cause), i);
    EXPECT_FALSE(unread_rows()[i].word.empty());
  }
}

}  // namespace
}  // namespace luytre::dataplane
