// SPDX-License-Identifier: Apache-2.0
// Two passes: the survey walks the record headers and says whether a whole ClientHello is there;
// only then is it read. Where servers differ, this reader is as lenient as the most lenient one: a
// name that some server would see must be reported. Malformed is what none of them accepts, or what
// two of them would read as two names.

#include <algorithm>
#include <array>
#include <optional>

#include "base/byte_order.h"
#include "base/expected.h"
#include "dataplane/inspect/inspection.h"
#include "handshake_cursor.h"
#include "text_view.h"

namespace luytre::dataplane {
namespace {

using categories::DomainName;

constexpr std::size_t kHandshakeHeaderBytes = 4;  // msg_type, uint24 length
constexpr std::uint8_t kClientHello = 1;

// Bounds the walk. Browsers need one record, hello splitting tools a handful.
constexpr int kMaxRecords = 64;

// The grammar's own bound: version 2, random 32, session id 1 + 32, cipher suites 2 + 65,534,
// compression methods 1 + 255, extensions 2 + 65,535.
constexpr std::size_t kMaxHelloBytes = 2 + 32 + 33 + 65536 + 256 + 65537;

constexpr std::size_t kRandomBytes = 32;
constexpr std::uint8_t kMaxSessionIdBytes = 32;
constexpr std::uint16_t kServerName = 0;                 // extension (RFC 6066 §3)
constexpr std::uint8_t kHostName = 0;                    // NameType

// The handshake header as far as it has arrived; it may itself be cut by records.
class HandshakeHeader {
 public:
  void add(std::span<const std::uint8_t> fragment) noexcept {
    const std::size_t step = std::min(fragment.size(), bytes_.size() - have_);
    std::copy_n(fragment.begin(), step, bytes_.begin() + have_);
    have_ += step;
  }
  [[nodiscard]] bool is_other_message() const noexcept {
    return have_ > 0 && bytes_[0] != kClientHello;
  }
  [[nodiscard]] bool complete() const noexcept { return have_ == bytes_.size(); }
  [[nodiscard]] std::size_t hello_bytes() const noexcept {
    return std::size_t{bytes_[1]} << 16U | std::size_t{bytes_[2]} << 8U | bytes_[3];
  }

 private:
  std::array<std::uint8_t, kHandshakeHeaderBytes> bytes_{};
  std::size_t have_ = 0;
};

// Why a record that is not handshake cannot be stepped over, if so. Some servers forgive warning
// alerts (several libraries) and an empty ChangeCipherSpec before the hello (OpenSSL).
std::optional<Finding> objection_to_other(std::span<const std::uint8_t> record, std::size_t size,
                                          bool first) noexcept {
  const Finding other = first ? Finding::NotThis : Finding::Malformed;
  if (record[0] == TlsRecord::kChangeCipherSpec) {
    return size == 0 && first ? std::nullopt : std::optional(other);
  }
  if (size != TlsRecord::kAlertBytes) {
    return other;
  }
  if (record.size() == TlsRecord::kHeaderBytes) {
    return Finding::NeedMore;
  }
  const bool warning = record[TlsRecord::kHeaderBytes] == TlsRecord::kAlertWarning;
  return warning ? std::nullopt : std::optional(other);
}

// Why the survey cannot go through the record at the beginning of `record`, if so. A wrong first
// record means another protocol, a later one a broken hello.
std::optional<Finding> objection_to(std::span<const std::uint8_t> record, bool first) noexcept {
  const Finding other = first ? Finding::NotThis : Finding::Malformed;
  if (record.empty()) {
    return Finding::NeedMore;
  }
  if (record[0] < TlsRecord::kChangeCipherSpec || record[0] > TlsRecord::kHandshake) {
    return other;
  }
  // The minor version is anything: "MUST be ignored for all purposes" (RFC 8446 §5.1).
  if (record.size() > 1 && record[1] != TlsRecord::kVersionMajor) {
    return other;
  }
  if (record.size() < TlsRecord::kHeaderBytes) {
    return Finding::NeedMore;
  }
  const std::size_t size = load_be16(record.data() + 3);
  if (record[0] != TlsRecord::kHandshake) {
    return objection_to_other(record, size, first);
  }
  return size > TlsRecord::kMaxFragmentBytes ? std::optional(Finding::Malformed) : std::nullopt;
}

struct Survey {
  std::size_t hello_bytes = 0;   // its header not counted
  std::size_t stream_bytes = 0;  // up to the end of the record in which it ends
};

// Where the ClientHello is, once all of it is there; otherwise the finding so far.
Expected<Survey, Finding> survey(std::span<const std::uint8_t> stream) noexcept {
  HandshakeHeader header;
  std::size_t handshake_bytes = 0;
  auto rest = stream;
  for (int record = 0; record < kMaxRecords; ++record) {
    if (const auto objection = objection_to(rest, handshake_bytes == 0)) {
      return Unexpected(*objection);
    }
    const bool is_handshake = rest[0] == TlsRecord::kHandshake;
    const std::size_t size = load_be16(rest.data() + 3);
    rest = rest.subspan(TlsRecord::kHeaderBytes);
    const auto fragment = rest.first(std::min(size, rest.size()));
    if (is_handshake) {
      // An empty fragment is against RFC 8446 §5.1, and OpenSSL steps over it all the same.
      header.add(fragment);
      handshake_bytes += fragment.size();
    }
    if (header.is_other_message()) {
      return Unexpected(Finding::NotThis);
    }
    if (header.complete() && header.hello_bytes() > kMaxHelloBytes) {
      return Unexpected(Finding::Malformed);
    }
    if (header.complete() && handshake_bytes >= kHandshakeHeaderBytes + header.hello_bytes()) {
      // What else the record holds no server reads as a message of its own kind.
      const auto before = static_cast<std::size_t>(rest.data() - stream.data());
      return Survey{.hello_bytes = header.hello_bytes(), .stream_bytes = before + size};
    }
    if (fragment.size() < size) {
      return Unexpected(Finding::NeedMore);
    }
    rest = rest.subspan(size);
  }
  // More records than anybody needs: reading on would cost more with each packet.
  return Unexpected(Finding::Malformed);
}

// ServerNameList (RFC 6066 §3). Other name types are stepped over, as their length is known.
Finding read_server_name(HandshakeCursor& extension, Inspection& inspection) noexcept {
  const std::size_t list_bytes = extension.u16();
  if (!extension.ok() || list_bytes != extension.remaining()) {
    return Finding::Malformed;
  }
  std::array<std::uint8_t, DomainName::kMaxWireBytes> text;  // only its first text_bytes are read
  std::size_t text_bytes = 0;
  bool found = false;
  while (!extension.empty()) {
    const std::uint8_t name_type = extension.u8();
    const std::uint16_t size = extension.u16();
    if (name_type != kHostName) {
      extension.skip(size);
      continue;
    }
    // "MUST NOT contain more than one name of the same name_type".
    if (found) {
      return Finding::Malformed;
    }
    found = extension.ok();
    // What is longer than any name is not one; the list is read on for its form.
    if (size > text.size()) {
      extension.skip(size);
      continue;
    }
    text_bytes = size;
    extension.copy(std::span(text).first(size));
  }
  if (!extension.ok()) {
    return Finding::Malformed;
  }
  // Octets as they stand: from_hostname takes letters of A-labels and refuses addresses and
  // whatever else is odd.
  const auto given = text_view(std::span(text).first(text_bytes));
  const auto host_name = DomainName::from_hostname(given);
  if (!host_name) {
    inspection.address = categories::IpAddress::from_text(given);
    return Finding::NoName;
  }
  inspection.name = *host_name;
  return Finding::Name;
}

// ClientHello (RFC 8446 §4.1.2, RFC 5246 §7.4.1.2). legacy_version is not looked at: servers
// negotiate down from any.
Finding read_client_hello(HandshakeCursor& hello, Inspection& inspection) noexcept {
  hello.skip(2 + kRandomBytes);
  const std::uint8_t session_id_bytes = hello.u8();
  hello.skip(session_id_bytes);
  const std::uint16_t cipher_suites_bytes = hello.u16();
  hello.skip(cipher_suites_bytes);
  const std::uint8_t compression_methods = hello.u8();
  hello.skip(compression_methods);
  if (!hello.ok() || session_id_bytes > kMaxSessionIdBytes || cipher_suites_bytes == 0 ||
      cipher_suites_bytes % 2 != 0 || compression_methods == 0) {
    return Finding::Malformed;
  }
  if (hello.empty()) {
    return Finding::NoName;  // without extensions, as before RFC 3546
  }
  const std::size_t extensions_bytes = hello.u16();
  if (!hello.ok() || extensions_bytes != hello.remaining()) {
    return Finding::Malformed;
  }
  bool found = false;
  HandshakeCursor server_name({}, 0);
  while (!hello.empty()) {
    const std::uint16_t type = hello.u16();
    const std::uint16_t size = hello.u16();
    if (type != kServerName) {
      // Others may come twice: some servers accept unknown ones twice, and no name depends on them.
      hello.skip(size);
      continue;
    }
    if (found) {
      return Finding::Malformed;
    }
    found = hello.ok();
    server_name = hello.sub(size);
  }
  if (!hello.ok()) {
    return Finding::Malformed;
  }
  return found ? read_server_name(server_name, inspection) : Finding::NoName;
}

}  // namespace

Inspection inspect_tls(std::span<const std::uint8_t> stream) noexcept {
  Inspection inspection;
  if (const auto surveyed = survey(stream)) {
    HandshakeCursor hello(stream, kHandshakeHeaderBytes + surveyed->hello_bytes);
    hello.skip(kHandshakeHeaderBytes);
    inspection.finding = read_client_hello(hello, inspection);
    inspection.unit_bytes = surveyed->stream_bytes;
    inspection.next = Reader::TlsNext;
  } else {
    inspection.finding = surveyed.error();
  }
  if (inspection.finding != Finding::NotThis && !stream.empty()) {
    inspection.protocol = Protocol::Tls;
  }
  return inspection;
}

Inspection inspect_client_hello(std::span<const std::uint8_t> message) noexcept {
  Inspection inspection;
  HandshakeHeader header;
  header.add(message);
  if (header.is_other_message()) {
    inspection.finding = Finding::NotThis;
    return inspection;
  }
  if (!header.complete()) {
    return inspection;
  }
  if (header.hello_bytes() > kMaxHelloBytes) {
    inspection.finding = Finding::Malformed;
  } else if (message.size() - kHandshakeHeaderBytes >= header.hello_bytes()) {
    auto hello =
        HandshakeCursor::of_message(message.subspan(kHandshakeHeaderBytes, header.hello_bytes()));
    inspection.finding = read_client_hello(hello, inspection);
  }
  return inspection;
}

// After a HelloRetryRequest the client sends one ChangeCipherSpec, for middleboxes (RFC 8446 §D.4),
// and another hello; after any other answer of the server no hello follows.
Inspection inspect_tls_next(std::span<const std::uint8_t> stream) noexcept {
  constexpr std::array<std::uint8_t, 4> kDummy = {TlsRecord::kChangeCipherSpec,
                                                  TlsRecord::kVersionMajor, 0x03, 0x00};
  constexpr std::size_t kDummyBytes = TlsRecord::kHeaderBytes + 1;
  std::size_t skipped = 0;
  if (std::ranges::equal(stream.first(std::min(stream.size(), kDummy.size())),
                         std::span(kDummy).first(std::min(stream.size(), kDummy.size())))) {
    if (stream.size() <= kDummyBytes) {
      Inspection waiting;
      waiting.protocol = Protocol::Tls;
      return waiting;
    }
    skipped = stream[kDummy.size()] == 1 ? kDummyBytes : 0;
  }
  Inspection inspection = inspect_tls(stream.subspan(skipped));
  inspection.unit_bytes += skipped;
  return inspection;
}

}  // namespace luytre::dataplane
