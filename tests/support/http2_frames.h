// SPDX-License-Identifier: Apache-2.0
#pragma once

// Frames of HTTP/2 for tests (RFC 9113 §4.1), with header blocks of literals (RFC 7541 §6.2).

#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <vector>

namespace luytre::test {

using Bytes = std::vector<std::uint8_t>;

inline constexpr std::string_view kHttp2Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

inline Bytes http2_frame(std::uint8_t type, std::uint8_t flags, const Bytes& payload) {
  Bytes frame{static_cast<std::uint8_t>(payload.size() >> 16U),
              static_cast<std::uint8_t>(payload.size() >> 8U),
              static_cast<std::uint8_t>(payload.size()),
              type,
              flags,
              0,
              0,
              0,
              1};
  frame.insert(frame.end(), payload.begin(), payload.end());
  return frame;
}
inline Bytes http2_settings() { return http2_frame(4, 0, {0, 3, 0, 0, 0, 100}); }

// GET / of this authority, which is added to the dynamic table.
inline Bytes http2_request_block(std::string_view authority) {
  Bytes block{0x82, 0x86, 0x84, 0x41, static_cast<std::uint8_t>(authority.size())};
  block.insert(block.end(), authority.begin(), authority.end());
  return block;
}
inline Bytes http2_request(std::string_view authority) {
  return http2_frame(1, 5, http2_request_block(authority));  // END_STREAM, END_HEADERS
}
inline Bytes http2_connection(std::initializer_list<Bytes> frames) {
  Bytes stream(kHttp2Preface.begin(), kHttp2Preface.end());
  for (const Bytes& frame : frames) {
    stream.insert(stream.end(), frame.begin(), frame.end());
  }
  return stream;
}

}  // namespace luytre::test
