// SPDX-License-Identifier: Apache-2.0
// HTTP/2 without TLS, by prior knowledge.
#include "server_model.h"
#include "tests/support/http2_frames.h"

namespace luytre::dataplane::test {
namespace {

using luytre::test::http2_connection;
using luytre::test::http2_request;
using luytre::test::http2_settings;

const Connection kHttp{.server_port = 80};

class Http2Journey : public ServersBehindTest {};

TEST_F(Http2Journey, AListedAuthorityIsResetHoweverItsFramesAreCut) {
  const Bytes stream = http2_connection({http2_settings(), http2_request("casino.test")});
  for (std::size_t size = 1; size <= stream.size(); ++size) {
    connect(kHttp);
    send(kHttp.segments(stream, size));
    expect_never_asked_for("casino");
    EXPECT_TRUE(servers_[0].is_reset()) << size;
    EXPECT_GE(counts()[Outcome::HttpReset], 1U) << size;
  }
}

TEST_F(Http2Journey, AnAllowedAuthorityPassesAndSoDoesWhatFollows) {
  Bytes stream = http2_connection({http2_settings(), http2_request("example.org")});
  for (const std::size_t size : {7U, 50U, 1400U}) {
    connect(kHttp);
    send(kHttp.segments(stream, size));
    const Bytes more(100, 0x55);
    send({kHttp.data(more, stream.size())});
    Bytes all = stream;
    luytre::test::append(all, more);
    expect_read(all);
    EXPECT_GE(counts()[Outcome::HttpAllowed], 1U);
  }
}

// The server's settings may be waited for.
TEST_F(Http2Journey, SettingsAloneAreNotHeld) {
  const Bytes settings = http2_connection({http2_settings()});
  connect(kHttp);
  send({kHttp.data(settings)});
  expect_read(settings);
  EXPECT_EQ(held(), 0U);
  send({kHttp.data(http2_request("casino.test"), settings.size())});
  expect_never_asked_for("casino");
  EXPECT_EQ(counts()[Outcome::HttpReset], 1U);
}

}  // namespace
}  // namespace luytre::dataplane::test
