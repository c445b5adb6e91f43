// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "dataplane/inspect/inspection.h"

namespace luytre::dataplane {

// What a jumbo frame holds. Clients with post-quantum key shares send 2 KB.
inline constexpr std::size_t kMaxDtlsHelloBytes = 9216;

// A part of a ClientHello of DTLS (RFC 6347 §4.2.2, RFC 9147 §5.2). Borrows from its datagram.
struct DtlsFragment {
  std::size_t hello_bytes = 0;  // of the whole body
  std::size_t offset = 0;
  std::uint16_t message_sequence = 0;
  std::span<const std::uint8_t> bytes;

  [[nodiscard]] std::size_t end() const noexcept { return offset + bytes.size(); }
};

// Whether a record of the datagram is a handshake in the clear: all but a connection's first few are not.
[[nodiscard]] bool has_dtls_handshake(std::span<const std::uint8_t> datagram) noexcept;

// The fragments of the ClientHello in one datagram, in any of its records (RFC 6347 §4.1). Other records
// and messages are stepped over, as servers do.
class DtlsFragments {
 public:
  static constexpr std::size_t kMax = 16;  // a whole hello needs one

  explicit DtlsFragments(std::span<const std::uint8_t> datagram) noexcept;

  [[nodiscard]] std::span<const DtlsFragment> list() const noexcept {
    return {fragments_.data(), count_};
  }
  // Parts of two hellos, or more parts than any client makes: servers may choose others than we do.
  [[nodiscard]] bool is_odd() const noexcept { return is_odd_; }
  // Puts the hello together in `out`; its size, zero if it is not whole.
  [[nodiscard]] std::size_t join(std::span<std::uint8_t> out) const noexcept;

 private:
  void add(const DtlsFragment& fragment) noexcept;

  std::array<DtlsFragment, kMax> fragments_;
  std::size_t count_ = 0;
  bool is_odd_ = false;
};

// Reads a ClientHello from its whole body. NotThis: none, or over kMaxDtlsHelloBytes.
[[nodiscard]] Inspection inspect_dtls_hello(std::span<const std::uint8_t> body) noexcept;

}  // namespace luytre::dataplane
