// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "inspect.h"

namespace luytre::test {
namespace {

std::vector<std::uint8_t> bytes(std::string_view text) { return {text.begin(), text.end()}; }

TEST(InspectProxyHeader, IsSteppedOverInBothVersions) {
  using std::string_view_literals::operator""sv;
  for (const std::string_view header :
       {"PROXY TCP4 10.0.0.2 192.0.2.1 40000 80\r\n"sv, "PROXY UNKNOWN\r\n"sv,
        "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c"
        "abcdefghijkl"sv,
        "\r\n\r\n\0\r\nQUIT\n\x20\0\0\0"sv}) {
    for (std::size_t size = 0; size < header.size(); ++size) {
      const auto part = dataplane::inspect_proxy_header(bytes(header.substr(0, size)));
      EXPECT_TRUE(part.finding == Finding::NeedMore || part.unit_bytes > size) << size;
    }
    const auto whole = bytes(std::string(header) + "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n");
    const Inspection inspection = dataplane::read_stream(whole, {});
    EXPECT_EQ(words(inspection), "nothing");
    EXPECT_EQ(inspection.unit_bytes, header.size());
    const auto place = dataplane::StreamPlace{
        .reader = inspection.next, .from = static_cast<std::uint32_t>(inspection.unit_bytes)};
    EXPECT_EQ(words(dataplane::read_stream(whole, place)), "name:a.example");
  }
}

TEST(InspectProxyHeader, OtherBeginningsAreNone) {
  for (const std::string& text : {std::string("PROXIES"), std::string("GET / HTTP/1.1\r\n"),
                                  std::string("\r\n\r\nQ"), "PROXY " + std::string(110, 'x')}) {
    EXPECT_EQ(words(dataplane::inspect_proxy_header(bytes(text))), "not this") << text;
  }
}

}  // namespace
}  // namespace luytre::test
