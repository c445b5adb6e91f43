// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstring>

#include "base/cursor.h"
#include "dataplane/inspect/inspection.h"

namespace luytre::dataplane {
namespace {

constexpr std::uint8_t kHandshake = 22;
constexpr std::uint8_t kClientHello = 1;
constexpr std::size_t kMaxFragments = 16;     // a whole hello needs one
constexpr std::size_t kMaxHelloBytes = 9216;  // what a jumbo frame holds

// A part of the ClientHello (RFC 6347 §4.2.2, RFC 9147 §5.2).
struct Fragment {
  std::size_t hello_bytes = 0;
  std::size_t offset = 0;
  std::uint16_t message_sequence = 0;
  std::span<const std::uint8_t> bytes;
};

class Fragments {
 public:
  // Reads the records of a datagram (RFC 6347 §4.1), and in them the fragments of the first
  // ClientHello.
  void read(std::span<const std::uint8_t> datagram) noexcept {
    Cursor records(datagram);
    while (!records.empty() && count_ < kMaxFragments) {
      const std::uint8_t type = records.u8();
      records.skip(2);  // version
      const std::uint16_t epoch = records.u16();
      records.skip(6);  // sequence number
      Cursor record = records.sub(records.u16());
      if (!records.ok() || type != kHandshake || epoch != 0) {
        return;
      }
      while (!record.empty() && count_ < kMaxFragments) {
        read_fragment(record);
      }
    }
  }
  // Puts the hello together in `out`; its size, zero if it is not whole.
  [[nodiscard]] std::size_t join(std::span<std::uint8_t> out) const noexcept {
    if (count_ == 0 || fragments_[0].hello_bytes > out.size()) {
      return 0;
    }
    std::size_t have = 0;
    for (bool grows = true; grows && have < fragments_[0].hello_bytes;) {
      grows = false;
      for (std::size_t i = 0; i < count_; ++i) {
        const Fragment& fragment = fragments_[i];
        const std::size_t end = fragment.offset + fragment.bytes.size();
        if (fragment.offset <= have && end > have) {
          std::memcpy(out.data() + have, fragment.bytes.data() + (have - fragment.offset),
                      end - have);
          have = end;
          grows = true;
        }
      }
    }
    return have == fragments_[0].hello_bytes ? have : 0;
  }

 private:
  void read_fragment(Cursor& record) noexcept {
    const std::uint8_t type = record.u8();
    Fragment fragment;
    fragment.hello_bytes = record.u24();
    fragment.message_sequence = record.u16();
    fragment.offset = record.u24();
    fragment.bytes = record.bytes(record.u24());
    const bool is_part = record.ok() && type == kClientHello &&
                         fragment.offset + fragment.bytes.size() <= fragment.hello_bytes;
    const bool is_of_the_first =
        count_ == 0 || (fragment.message_sequence == fragments_[0].message_sequence &&
                        fragment.hello_bytes == fragments_[0].hello_bytes);
    if (is_part && is_of_the_first) {
      fragments_[count_++] = fragment;
    }
  }

  std::array<Fragment, kMaxFragments> fragments_;
  std::size_t count_ = 0;
};

// Where the cookie of a hello lies, with its length byte: between session id and cipher suites (RFC
// 6347 §4.2.1). Empty if it does not fit.
std::span<const std::uint8_t> cookie_of(std::span<const std::uint8_t> hello) noexcept {
  Cursor cursor(hello);
  cursor.skip(2 + 32);  // version, random
  cursor.skip(cursor.u8());
  const std::size_t begin = cursor.position();
  cursor.skip(cursor.u8());
  return cursor.ok() ? hello.subspan(begin, cursor.position() - begin)
                     : std::span<const std::uint8_t>{};
}

}  // namespace

Inspection inspect_dtls(std::span<const std::uint8_t> datagram) noexcept {
  Inspection inspection;
  inspection.finding = Finding::NotThis;
  if (!may_be_dtls_hello(datagram)) {
    return inspection;
  }
  // The hello behind a handshake header of TLS, and without its cookie, is a hello of TLS.
  constexpr std::size_t kHeaderBytes = 4;
  std::array<std::uint8_t, kHeaderBytes + kMaxHelloBytes> message;
  const auto body = std::span(message).subspan(kHeaderBytes);
  Fragments fragments;
  fragments.read(datagram);
  const std::size_t hello_bytes = fragments.join(body);
  const auto cookie = cookie_of(body.first(hello_bytes));
  if (cookie.empty()) {
    return inspection;
  }
  const std::size_t before = static_cast<std::size_t>(cookie.data() - body.data());
  const std::size_t after = hello_bytes - before - cookie.size();
  const std::size_t size = before + after;
  std::memmove(body.data() + before, body.data() + before + cookie.size(), after);
  message[0] = kClientHello;
  message[1] = 0;
  message[2] = static_cast<std::uint8_t>(size >> 8U);
  message[3] = static_cast<std::uint8_t>(size);
  inspection = inspect_client_hello(std::span(message).first(kHeaderBytes + size));
  inspection.protocol = Protocol::Dtls;
  return inspection;
}

}  // namespace luytre::dataplane
