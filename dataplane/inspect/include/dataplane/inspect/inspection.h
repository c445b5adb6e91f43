// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "categories/domain_name.h"

namespace luytre::dataplane {

enum class Protocol : std::uint8_t { Unknown, Dns, Tls, Quic, Http };

// What the first client bytes of a stream, read so far, say. Where servers differ the inspectors
// are as lenient as the most lenient one: a name that some server would see is reported.
enum class Finding : std::uint8_t {
  NeedMore,  // a valid beginning; the name is not complete yet
  Name,      // `name` is what the client asks for
  NoName,    // the hello or request was read whole and carries no usable name (none, an address, an
             // odd one)
  NotThis,   // no continuation of these bytes is this protocol
  Malformed,  // this protocol, broken: no server would accept it, two could read two names, or a
              // bound is reached
};

struct Inspection {
  Finding finding = Finding::NeedMore;
  Protocol protocol =
      Protocol::Unknown;        // with NeedMore the only one that may still match, if there is one
  categories::DomainName name;  // with Finding::Name only
  // With Finding::Name of an HTTP request: path and query that it asks for (RFC 9112 §3.2.1, §3.2.2),
  // without a fragment; empty for CONNECT. Borrows from the stream.
  std::string_view target = {};
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

// Reads the first HTTP/1 request of a TCP stream (RFC 9112 §3.2): absolute-form wins over Host,
// CONNECT's authority is the name. Host is said at the end of the head; two that differ are
// Malformed. At 16 KiB or 256 field lines the Host seen so far decides, and a head without one is
// Malformed. HTTP/2 prior knowledge is NotThis for now.
[[nodiscard]] Inspection inspect_http(std::span<const std::uint8_t> stream) noexcept;

// Tries each protocol that a stream can begin with. NeedMore as long as one of them may still
// match; Unknown and NotThis when none does.
[[nodiscard]] Inspection inspect_stream(std::span<const std::uint8_t> stream) noexcept;

}  // namespace luytre::dataplane
