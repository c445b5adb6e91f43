// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "categories/domain_name.h"

namespace luytre::dataplane {

enum class Protocol : std::uint8_t { Unknown, Dns, Tls, Quic, Http };

// What the first client bytes of a stream, read so far, say.
enum class Finding : std::uint8_t {
  NeedMore,    // a valid beginning; the name is not complete yet
  Name,        // `name` is what the client asks for
  NoName,      // the hello or request was read whole and carries no usable name (none, an address, an odd one)
  NotThis,     // no continuation of these bytes is this protocol
  Malformed,   // this protocol, broken: no server would accept it
};

struct Inspection {
  Finding finding = Finding::NeedMore;
  Protocol protocol = Protocol::Unknown;
  categories::DomainName name;  // with Finding::Name only
};

// Reads a ClientHello (RFC 8446 §4.1.2, RFC 5246 §7.4.1.2) from the start of a TCP stream: over any number of
// bytes so far and over several records. Name is server_name (RFC 6066 §3). Duplicate extensions, two host names and
// lengths that do not match are Malformed. Costs O(1) until the record is complete.
[[nodiscard]] Inspection inspect_tls(std::span<const std::uint8_t> stream) noexcept;

// Reads the first HTTP/1 request of a TCP stream up to its Host (RFC 9112 §3.2): absolute-form wins over Host, CONNECT's
// authority is the name. Bounded to 16 KiB of head. HTTP/2 prior knowledge is NotThis for now.
[[nodiscard]] Inspection inspect_http(std::span<const std::uint8_t> stream) noexcept;

// Tries each protocol that a stream can begin with. NeedMore as long as one of them may still match; Unknown and
// NotThis when none does.
[[nodiscard]] Inspection inspect_stream(std::span<const std::uint8_t> stream) noexcept;

}  // namespace luytre::dataplane
