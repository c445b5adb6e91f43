// SPDX-License-Identifier: Apache-2.0
#pragma once

// Builds ClientHellos (RFC 8446 §4.1.2) field by field, broken ones too, and cuts them into
// records. Lengths are derived; a test that wants a wrong one changes the bytes.

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <span>
#include <string_view>
#include <vector>

namespace luytre::test {

using Bytes = std::vector<std::uint8_t>;

inline void append(Bytes& bytes, std::span<const std::uint8_t> more) {
  std::ranges::copy(more, std::back_inserter(bytes));
}
inline void append(Bytes& bytes, std::string_view text) {
  std::ranges::copy(text, std::back_inserter(bytes));
}
// `size` as a big-endian number of `octets` octets.
inline void append_size(Bytes& bytes, std::size_t octets, std::size_t size) {
  for (std::size_t i = octets; i > 0; --i) {
    bytes.push_back(static_cast<std::uint8_t>(size >> 8U * (i - 1)));
  }
}
inline Bytes with_size(std::size_t octets, const Bytes& content) {
  Bytes bytes;
  append_size(bytes, octets, content.size());
  append(bytes, content);
  return bytes;
}

namespace extension {
inline constexpr std::uint16_t kServerName = 0;
inline constexpr std::uint16_t kSupportedGroups = 10;
inline constexpr std::uint16_t kSignatureAlgorithms = 13;
inline constexpr std::uint16_t kPadding = 21;
inline constexpr std::uint16_t kSupportedVersions = 43;
inline constexpr std::uint16_t kKeyShare = 51;
}  // namespace extension

// One entry of a ServerNameList.
inline Bytes server_name_entry(std::string_view name, std::uint8_t name_type = 0) {
  Bytes text;
  append(text, name);
  Bytes entry{name_type};
  append(entry, with_size(2, text));
  return entry;
}

class ClientHello {
 public:
  ClientHello& legacy_version(std::uint16_t value) { return legacy_version_ = value, *this; }
  ClientHello& session_id(std::size_t size) { return session_id_.assign(size, 0x5e), *this; }
  ClientHello& cipher_suites(Bytes value) { return cipher_suites_ = std::move(value), *this; }
  ClientHello& compression_methods(Bytes value) { return compression_ = std::move(value), *this; }
  // As before RFC 3546: the hello ends behind the compression methods.
  ClientHello& without_extensions() { return has_extensions_ = false, *this; }

  ClientHello& add(std::uint16_t type, const Bytes& body) {
    append_size(extensions_, 2, type);
    append(extensions_, with_size(2, body));
    return *this;
  }
  ClientHello& server_name(std::string_view name) {
    return server_name_list({server_name_entry(name)});
  }
  ClientHello& server_name_list(std::initializer_list<Bytes> entries) {
    Bytes list;
    for (const Bytes& entry : entries) {
      append(list, entry);
    }
    return add(extension::kServerName, with_size(2, list));
  }
  // What a browser sends besides the name: versions, groups, signature algorithms and a key share
  // of `share` octets (32 for X25519, 1,216 for X25519MLKEM768).
  ClientHello& browser_extensions(std::size_t share = 32) {
    const std::uint8_t group = share > 100 ? 0xec : 0x1d;
    const std::uint8_t group_high = share > 100 ? 0x11 : 0x00;
    Bytes entry{group_high, group};
    append(entry, with_size(2, Bytes(share, 0x4b)));
    add(extension::kSupportedVersions, {4, 3, 4, 3, 3});
    add(extension::kSupportedGroups, {0, 4, group_high, group, 0, 0x17});
    add(extension::kSignatureAlgorithms, {0, 4, 4, 3, 8, 4});
    return add(extension::kKeyShare, with_size(2, entry));
  }
  ClientHello& padding(std::size_t size) { return add(extension::kPadding, Bytes(size)); }

  // The handshake message with its header.
  [[nodiscard]] Bytes message() const {
    Bytes hello;
    append_size(hello, 2, legacy_version_);
    append(hello, Bytes(32, 0xaa));
    append(hello, with_size(1, session_id_));
    append(hello, with_size(2, cipher_suites_));
    append(hello, with_size(1, compression_));
    if (has_extensions_) {
      append(hello, with_size(2, extensions_));
    }
    Bytes message{1};
    append(message, with_size(3, hello));
    return message;
  }
  // The message in one record.
  [[nodiscard]] Bytes stream() const;

 private:
  std::uint16_t legacy_version_ = 0x0303;
  Bytes session_id_ = Bytes(32, 0x5e);
  Bytes cipher_suites_{0x13, 0x01, 0xc0, 0x2f, 0x00, 0x2f};
  Bytes compression_{0};
  Bytes extensions_;
  bool has_extensions_ = true;
};

inline Bytes tls_record(std::span<const std::uint8_t> fragment, std::uint8_t type = 22) {
  Bytes record{type, 3, 1};
  append_size(record, 2, fragment.size());
  append(record, fragment);
  return record;
}

// `message` in records that end at each of `cuts` (ascending offsets in the message) and at its
// end.
inline Bytes tls_records(std::span<const std::uint8_t> message,
                         std::initializer_list<std::size_t> cuts) {
  Bytes stream;
  std::size_t begin = 0;
  for (const std::size_t cut : cuts) {
    append(stream, tls_record(message.subspan(begin, cut - begin)));
    begin = cut;
  }
  append(stream, tls_record(message.subspan(begin)));
  return stream;
}

// `message` in records of `size` octets.
inline Bytes tls_records_of(std::span<const std::uint8_t> message, std::size_t size) {
  Bytes stream;
  for (; !message.empty(); message = message.subspan(std::min(size, message.size()))) {
    append(stream, tls_record(message.first(std::min(size, message.size()))));
  }
  return stream;
}

inline Bytes ClientHello::stream() const { return tls_record(message()); }

// A hello as today's browsers send it: about 1.8 KB, the name behind the key share.
inline ClientHello browser_hello(std::string_view name) {
  return ClientHello().browser_extensions(1216).server_name(name).padding(300);
}

}  // namespace luytre::test
