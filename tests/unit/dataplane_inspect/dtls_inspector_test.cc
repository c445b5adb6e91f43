// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "dataplane/inspect/inspection.h"
#include "support/dtls_hello.h"

namespace luytre::test {
namespace {

using dataplane::Finding;

std::string dtls(const Bytes& datagram) {
  const dataplane::Inspection inspection = dataplane::inspect_dtls(datagram);
  switch (inspection.finding) {
    case Finding::Name:
      EXPECT_EQ(inspection.protocol, dataplane::Protocol::Dtls);
      return inspection.name.to_text();
    case Finding::NoName:
      return "no name";
    case Finding::Malformed:
      return "malformed";
    default:
      return "not this";
  }
}

TEST(DtlsInspector, ANameIsFoundWithAndWithoutACookie) {
  for (const std::size_t cookie : {0U, 20U, 255U}) {
    EXPECT_EQ(dtls(dtls_hello("www.example.org", cookie)), "www.example.org");
  }
}

TEST(DtlsInspector, AHelloWithoutANameIsTold) {
  const Bytes body = dtls_body(ClientHello().browser_extensions().message(), 0);
  EXPECT_EQ(dtls(dtls_record(dtls_fragment(body, 0, body.size()))), "no name");
}

TEST(DtlsInspector, FragmentsOfOneDatagramAreJoinedInAnyOrder) {
  const Bytes body = dtls_body(ClientHello().server_name("www.example.org").message(), 9);
  const std::size_t size = body.size();
  Bytes one_record = dtls_fragment(body, 60, size);
  append(one_record, dtls_fragment(body, 0, 70));
  EXPECT_EQ(dtls(dtls_record(one_record)), "www.example.org");
  Bytes records = dtls_record(dtls_fragment(body, 40, 80));
  append(records, dtls_record(dtls_fragment(body, 80, size)));
  append(records, dtls_record(dtls_fragment(body, 0, 40)));
  EXPECT_EQ(dtls(records), "www.example.org");
}

TEST(DtlsInspector, AHelloThatIsNotWholeIsNotRead) {
  const Bytes body = dtls_body(ClientHello().server_name("www.example.org").message(), 0);
  EXPECT_EQ(dtls(dtls_record(dtls_fragment(body, 0, body.size() - 1))), "not this");
  Bytes gap = dtls_record(dtls_fragment(body, 0, 40));
  append(gap, dtls_record(dtls_fragment(body, 41, body.size())));
  EXPECT_EQ(dtls(gap), "not this");
}

TEST(DtlsInspector, EveryTruncationIsNotRead) {
  const Bytes hello = dtls_hello("www.example.org", 20);
  for (std::size_t size = 0; size < hello.size(); ++size) {
    ASSERT_EQ(dtls({hello.begin(), hello.begin() + static_cast<std::ptrdiff_t>(size)}), "not this")
        << size;
  }
}

TEST(DtlsInspector, OtherRecordsAreNoHello) {
  const Bytes body = dtls_body(ClientHello().server_name("a.test").message(), 0);
  const Bytes fragment = dtls_fragment(body, 0, body.size());
  EXPECT_EQ(dtls(dtls_record(fragment, 23)), "not this");
  Bytes encrypted = dtls_record(fragment);
  encrypted[4] = 1;  // epoch
  EXPECT_EQ(dtls(encrypted), "not this");
  Bytes server = dtls_record(fragment);
  server[13] = 2;
  EXPECT_EQ(dtls(server), "not this");
  EXPECT_EQ(dtls(Bytes(1200, 22)), "not this");
}

TEST(DtlsInspector, OneByteChangedNeverCrashes) {
  const Bytes hello = dtls_hello("www.example.org", 3);
  for (std::size_t at = 0; at < hello.size(); ++at) {
    for (const std::uint8_t value : {std::uint8_t{0}, std::uint8_t{0x7f}, std::uint8_t{0xff}}) {
      Bytes changed = hello;
      changed[at] = value;
      EXPECT_NE(dtls(changed), "");
    }
  }
}

}  // namespace
}  // namespace luytre::test
