// SPDX-License-Identifier: Apache-2.0
#pragma once

// DTLS datagrams with ClientHellos (RFC 6347 §4.1, §4.2.2), from the messages that ClientHello makes.

#include <initializer_list>

#include "client_hello.h"

namespace luytre::test {

inline Bytes dtls_record(const Bytes& fragment, std::uint8_t type = 22, std::uint8_t minor = 0xfd) {
  Bytes record{type, 0xfe, minor, 0, 0, 0, 0, 0, 0, 0, 0};
  append(record, with_size(2, fragment));
  return record;
}

// The body of `message` with a cookie between session id and cipher suites.
inline Bytes dtls_body(const Bytes& message, std::size_t cookie_bytes) {
  const std::size_t cookie_at = 4 + 2 + 32 + 1 + std::size_t{message[4 + 2 + 32]};
  Bytes body(message.begin() + 4, message.begin() + static_cast<std::ptrdiff_t>(cookie_at));
  append(body, with_size(1, Bytes(cookie_bytes, 0xc0)));
  append(body, std::span(message).subspan(cookie_at));
  return body;
}

// The part [begin, end) of a hello's body, in its handshake header.
inline Bytes dtls_fragment(const Bytes& body, std::size_t begin, std::size_t end,
                           std::uint16_t sequence = 0) {
  Bytes fragment{1};
  append_size(fragment, 3, body.size());
  append_size(fragment, 2, sequence);
  append_size(fragment, 3, begin);
  append(fragment, with_size(3, {body.begin() + static_cast<std::ptrdiff_t>(begin),
                                 body.begin() + static_cast<std::ptrdiff_t>(end)}));
  return fragment;
}

inline Bytes dtls_hello(std::string_view name, std::size_t cookie_bytes = 0) {
  const Bytes body =
      dtls_body(ClientHello().browser_extensions().server_name(name).message(), cookie_bytes);
  return dtls_record(dtls_fragment(body, 0, body.size()));
}

}  // namespace luytre::test
