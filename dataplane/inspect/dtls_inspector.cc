// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstring>

#include "base/cursor.h"
#include "dataplane/inspect/dtls.h"
#include "dataplane/inspect/inspection.h"

namespace luytre::dataplane {
namespace {

constexpr std::uint8_t kHandshake = 22;
constexpr std::uint8_t kClientHello = 1;

// Walks the records of a datagram (RFC 6347 §4.1).
class Records {
 public:
  explicit Records(std::span<const std::uint8_t> datagram) noexcept : rest_(datagram) {}

  // The next one that is a handshake in the clear. False if there is none.
  [[nodiscard]] bool next_handshake(Cursor& record) noexcept {
    while (!rest_.empty()) {
      const std::uint8_t type = rest_.u8();
      rest_.skip(2);  // version
      const std::uint16_t epoch = rest_.u16();
      rest_.skip(6);  // sequence number
      record = rest_.sub(rest_.u16());
      if (!rest_.ok()) {
        return false;
      }
      if (type == kHandshake && epoch == 0) {
        return true;
      }
    }
    return false;
  }

 private:
  Cursor rest_;
};

// The next handshake message, or part of one, of a record.
struct Message {
  std::uint8_t type = 0;
  DtlsFragment fragment;
};
Message next_message(Cursor& record) noexcept {
  Message message;
  message.type = record.u8();
  message.fragment.hello_bytes = record.u24();
  message.fragment.message_sequence = record.u16();
  message.fragment.offset = record.u24();
  message.fragment.bytes = record.bytes(record.u24());
  return message;
}

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

bool has_dtls_handshake(std::span<const std::uint8_t> datagram) noexcept {
  Cursor record({});
  return Records(datagram).next_handshake(record);
}

DtlsFragments::DtlsFragments(std::span<const std::uint8_t> datagram) noexcept {
  Records records(datagram);
  Cursor record({});
  while (records.next_handshake(record)) {
    while (!record.empty()) {
      const Message message = next_message(record);
      if (record.ok() && message.type == kClientHello) {
        add(message.fragment);
      }
    }
  }
}

void DtlsFragments::add(const DtlsFragment& fragment) noexcept {
  if (fragment.bytes.empty() || fragment.end() > fragment.hello_bytes) {
    return;  // says nothing
  }
  const DtlsFragment& first = fragments_[0];
  if (count_ == kMax || (count_ != 0 && (fragment.message_sequence != first.message_sequence ||
                                         fragment.hello_bytes != first.hello_bytes))) {
    is_odd_ = true;
    return;
  }
  fragments_[count_++] = fragment;
}

std::size_t DtlsFragments::join(std::span<std::uint8_t> out) const noexcept {
  if (count_ == 0 || fragments_[0].hello_bytes > out.size()) {
    return 0;
  }
  std::size_t have = 0;
  for (bool grows = true; grows && have < fragments_[0].hello_bytes;) {
    grows = false;
    for (const DtlsFragment& fragment : list()) {
      if (fragment.offset <= have && fragment.end() > have) {
        std::memcpy(out.data() + have, fragment.bytes.data() + (have - fragment.offset),
                    fragment.end() - have);
        have = fragment.end();
        grows = true;
      }
    }
  }
  return have == fragments_[0].hello_bytes ? have : 0;
}

// The hello behind a handshake header of TLS, and without its cookie, is a hello of TLS.
Inspection inspect_dtls_hello(std::span<const std::uint8_t> body) noexcept {
  constexpr std::size_t kHeaderBytes = 4;
  Inspection inspection;
  inspection.finding = Finding::NotThis;
  const auto cookie = cookie_of(body);
  if (cookie.empty() || body.size() > kMaxDtlsHelloBytes) {
    return inspection;
  }
  const std::size_t before = static_cast<std::size_t>(cookie.data() - body.data());
  const std::size_t after = body.size() - before - cookie.size();
  const std::size_t size = before + after;
  std::array<std::uint8_t, kHeaderBytes + kMaxDtlsHelloBytes> message;
  message[0] = kClientHello;
  message[1] = 0;
  message[2] = static_cast<std::uint8_t>(size >> 8U);
  message[3] = static_cast<std::uint8_t>(size);
  std::ranges::copy(body.first(before), message.begin() + kHeaderBytes);
  std::ranges::copy(body.last(after), message.begin() + kHeaderBytes + before);
  inspection = inspect_client_hello(std::span(message).first(kHeaderBytes + size));
  inspection.protocol = Protocol::Dtls;
  return inspection;
}

Inspection inspect_dtls(std::span<const std::uint8_t> datagram) noexcept {
  Inspection inspection;
  inspection.finding = Finding::NotThis;
  if (!may_be_dtls_hello(datagram)) {
    return inspection;
  }
  const DtlsFragments fragments(datagram);
  if (fragments.is_odd()) {
    inspection.finding = Finding::Malformed;
    return inspection;
  }
  std::array<std::uint8_t, kMaxDtlsHelloBytes> body;
  return inspect_dtls_hello(std::span(body).first(fragments.join(body)));
}

}  // namespace luytre::dataplane
