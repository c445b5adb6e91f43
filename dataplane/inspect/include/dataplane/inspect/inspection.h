// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "categories/domain_name.h"
#include "categories/ip_address.h"
#include "dataplane/inspect/bypass.h"

namespace luytre::dataplane {

enum class Protocol : std::uint8_t { Unknown, Dns, Tls, Quic, Http, Dtls };

// What the first client bytes of a stream, read so far, say. Where servers differ the inspectors
// are as lenient as the most lenient one: a name that some server would see is reported.
enum class Finding : std::uint8_t {
  NeedMore,  // a valid beginning; the name is not complete yet
  Name,      // `name` is what the client asks for
  NoName,    // the hello or request was read whole and carries no usable name (none, an address, an
             // odd one); of DNS: a message that is answered with an error
  Nothing,   // read whole, and nothing in it is to be judged: read on behind it
  NotThis,   // no continuation of these bytes is this protocol
  Malformed,  // this protocol, broken: no server would accept it, two could read two names, or a
              // bound is reached
};

// What a stream's bytes are read as, from the first that no verdict covers on.
enum class Reader : std::uint8_t {
  Start,    // the beginning of a stream, of any protocol
  TlsNext,  // what follows a ClientHello: another one after a HelloRetryRequest (RFC 8446 §4.1.4)
  Http,     // the next request of a connection that is kept (RFC 9112 §9.3)
  HttpChunk,    // a chunk of a request's content, or the last one (RFC 9112 §7.1)
  HttpTrailer,  // the trailer section behind it (§7.1.2)
  Dns,          // messages with their lengths (RFC 7766 §8)
  Http2,        // frames of a connection with prior knowledge (RFC 9113 §3.3)
  Done,         // nothing more is read
};

struct Inspection {
  Finding finding = Finding::NeedMore;
  Protocol protocol =
      Protocol::Unknown;        // with NeedMore the only one that may still match, if there is one
  categories::DomainName name;  // with Finding::Name only
  // With Finding::Name of an HTTP request: path and query that it asks for (RFC 9112 §3.2.1, §3.2.2),
  // without a fragment; empty for CONNECT. Borrows from the stream.
  std::string_view target = {};
  // With NoName: the address that stands in place of a name.
  std::optional<categories::IpAddress> address = {};
  // With Name, NoName and Nothing: the bytes that this is about, from the first one read on, and what
  // follows them. May be more than has arrived.
  std::uint64_t unit_bytes = 0;
  Reader next = Reader::Done;
  bool is_http2 = false;
  // With Malformed of an HTTP request: no client writes it so, and servers that take it could read
  // another name than the next one. Not a matter of the fail mode.
  bool is_evasive = false;
  Bypass bypass =
      Bypass::None;      // with NoName of no protocol: the stream begins a VPN or asks a proxy
};

// Reads a ClientHello (RFC 8446 §4.1.2, RFC 5246 §7.4.1.2) from the start of a TCP stream: over any
// number of bytes so far and over up to 64 records; warning alerts before it are stepped over, as
// servers do. Name is server_name (RFC 6066 §3), said once the whole hello is there: a second one
// could follow. A second server_name, two host names and lengths that do not match are Malformed.
// Costs O(1) until the record is complete.
[[nodiscard]] Inspection inspect_tls(std::span<const std::uint8_t> stream) noexcept;

// Reads a ClientHello from the start of a handshake message without TLS records around it, as QUIC
// carries it in CRYPTO frames (RFC 9001 §4.1.3). NotThis: another message. The protocol is the
// caller's to say.
[[nodiscard]] Inspection inspect_client_hello(std::span<const std::uint8_t> message) noexcept;

// The first bytes of a datagram of DTLS records in the clear; most datagrams end here. A record of any
// kind (RFC 6347 §4.1: 20 to 25) may stand in front of the hello.
[[nodiscard]] inline bool may_be_dtls_hello(std::span<const std::uint8_t> datagram) noexcept {
  constexpr std::uint8_t kFirstType = 20;
  constexpr std::uint8_t kLastType = 25;
  constexpr std::uint8_t kVersionMajor = 254;
  return datagram.size() > 13 && datagram[1] == kVersionMajor && datagram[0] >= kFirstType &&
         datagram[0] <= kLastType;
}
// Reads a ClientHello of DTLS (RFC 6347 §4.2, RFC 9147 §5) from one datagram, over up to 16 fragments
// and any number of records in it. NotThis: no whole hello; see dtls.h for one over several datagrams.
// Malformed: parts of two.
[[nodiscard]] Inspection inspect_dtls(std::span<const std::uint8_t> datagram) noexcept;

// Reads what follows a ClientHello: NotThis unless it is another one.
[[nodiscard]] Inspection inspect_tls_next(std::span<const std::uint8_t> stream) noexcept;

// Reads an HTTP/1 request at the beginning of a TCP stream (RFC 9112 §3.2): CONNECT's authority is the
// name. Host is said at the end of the head; two that differ, or one that differs from an
// absolute-form, are Malformed. At 16 KiB or 256 field lines the Host seen so far decides, and a head
// without one is Malformed, and so is a request whose end two servers could see in two places (RFC
// 9112 §6.3).
[[nodiscard]] Inspection inspect_http(std::span<const std::uint8_t> stream) noexcept;

// Reads what follows a request: empty lines alone are Nothing, so that nobody waits for more.
[[nodiscard]] Inspection inspect_http_next(std::span<const std::uint8_t> stream) noexcept;

// Reads a connection of HTTP/2 with prior knowledge (RFC 9113 §3.3): from its preface on, and from a
// frame on in front of which no request stood. Name is the :authority of all requests that are
// there (two that differ are Malformed), and nothing is read behind them; Nothing is settings alone.
[[nodiscard]] Inspection inspect_http2(std::span<const std::uint8_t> stream) noexcept;
[[nodiscard]] Inspection inspect_http2_frames(std::span<const std::uint8_t> stream) noexcept;

// Reads the header in which a proxy says whom it speaks for (the PROXY protocol of HAProxy, version 1
// and 2): Nothing, and a stream of any protocol begins behind it.
[[nodiscard]] Inspection inspect_proxy_header(std::span<const std::uint8_t> stream) noexcept;

// Reads one DNS message of a TCP stream (RFC 7766 §8): Name is its question's. NoName is a message
// that a gateway answers with an error, Nothing one that asks for nothing.
[[nodiscard]] Inspection inspect_dns_stream(std::span<const std::uint8_t> stream) noexcept;

// Tries each protocol that a stream can begin with. NeedMore as long as one of them may still
// match; Unknown and NotThis when none does.
[[nodiscard]] Inspection inspect_stream(std::span<const std::uint8_t> stream) noexcept;

// What `reader` finds in a stream from offset `from` on. `stream` begins earlier, for readers that
// need what came before. `port`: the server's.
struct StreamPlace {
  Reader reader = Reader::Start;
  std::uint32_t from = 0;
  std::uint16_t port = 0;
};
[[nodiscard]] Inspection read_stream(std::span<const std::uint8_t> stream,
                                     const StreamPlace& place) noexcept;

}  // namespace luytre::dataplane
