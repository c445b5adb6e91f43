// SPDX-License-Identifier: Apache-2.0
// SHA-256 block by block, with OpenSSL's SHA256_Transform: deprecated in OpenSSL 3.0, but EVP's
// HKDF and HMAC cost several microseconds and allocate with every key, where a whole derivation
// takes less than one here. Every message of this schedule fits into one block.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "dataplane/quic/initial_keys.h"

#include <openssl/sha.h>

#include <algorithm>
#include <cstring>
#include <string_view>

#include "base/byte_order.h"
#include "dataplane/quic/packet.h"

namespace luytre::dataplane::quic {
namespace {

constexpr std::size_t kBlockBytes = 64;
constexpr std::size_t kHashBytes = 32;
constexpr std::size_t kSaltBytes = 20;

using Block = std::array<std::uint8_t, kBlockBytes>;
using Hash = std::array<std::uint8_t, kHashBytes>;

struct VersionRow {
  std::array<std::uint8_t, kSaltBytes> salt;
  std::string_view key_label;
  std::string_view iv_label;
  std::string_view header_protection_label;
};

// In the order of Version.
constexpr std::array<VersionRow, kReadableVersions> kVersions = {{
    {{0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17,  // RFC 9001 §5.2
      0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a},
     "quic key",
     "quic iv",
     "quic hp"},
    {{0x0d, 0xed, 0xe3, 0xde, 0xf7, 0x00, 0xa6, 0xdb, 0x81, 0x93,  // RFC 9369 §3.3.1
      0x81, 0xbe, 0x6e, 0x26, 0x9d, 0xcb, 0xf9, 0xbd, 0x2e, 0xd9},
     "quicv2 key",
     "quicv2 iv",
     "quicv2 hp"},
    {{0xaf, 0xbf, 0xec, 0x28, 0x99, 0x93, 0xd2, 0x4c, 0x9e, 0x97,  // draft-ietf-quic-tls-29 §5.2
      0x86, 0xf1, 0x9c, 0x61, 0x11, 0xe0, 0x43, 0x90, 0xa8, 0x99},
     "quic key",
     "quic iv",
     "quic hp"},
    {{0xc3, 0xee, 0xf7, 0x12, 0xc7, 0x2e, 0xbb, 0x5a, 0x11, 0xa7,  // draft-ietf-quic-tls-23 §5.2
      0xd2, 0x43, 0x2b, 0xb4, 0x63, 0x65, 0xbe, 0xf9, 0xf5, 0x02},
     "quic key",
     "quic iv",
     "quic hp"},
}};

// FIPS 180-4 §5.3.3.
constexpr Sha256State kInitialState = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                       0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

Sha256State next_state(const Sha256State& state, const Block& block) noexcept {
  SHA256_CTX context;  // the transformation reads and writes h alone
  std::memcpy(context.h, state.data(), sizeof state);
  SHA256_Transform(&context, block.data());
  Sha256State next;
  std::memcpy(next.data(), context.h, sizeof next);
  return next;
}

Hash to_bytes(const Sha256State& state) noexcept {
  Hash hash;
  for (std::size_t i = 0; i < state.size(); ++i) {
    store_be32(hash.data() + 4 * i, state[i]);
  }
  return hash;
}

// The state behind a block of `key`, at most 64 bytes, combined with the constant of HMAC's inner
// or outer hash.
Sha256State padded_key_state(std::span<const std::uint8_t> key, std::uint8_t constant) noexcept {
  Block block;
  block.fill(constant);
  for (std::size_t i = 0; i < key.size(); ++i) {
    block[i] ^= key[i];
  }
  return next_state(kInitialState, block);
}

// The last block of a message of which one whole block went before (FIPS 180-4 §5.1.1): at most 55
// bytes, a bit, zeros, the size in bits.
class LastBlock {
 public:
  void add(std::uint8_t octet) noexcept { block_[size_++] = octet; }
  void add(std::span<const std::uint8_t> bytes) noexcept {
    std::memcpy(block_.data() + size_, bytes.data(), bytes.size());
    size_ += bytes.size();
  }
  void add(std::string_view text) noexcept {
    std::memcpy(block_.data() + size_, text.data(), text.size());
    size_ += text.size();
  }
  [[nodiscard]] Sha256State finish(const Sha256State& state) noexcept {
    block_[size_] = 0x80;
    store_be64(block_.data() + kBlockBytes - 8, 8 * (kBlockBytes + size_));
    return next_state(state, block_);
  }

 private:
  Block block_{};
  std::size_t size_ = 0;
};

Hash hmac_finish(const Sha256State& inner, const Sha256State& outer, LastBlock& message) noexcept {
  const Hash inner_hash = to_bytes(message.finish(inner));
  LastBlock outer_message;
  outer_message.add(inner_hash);
  return to_bytes(outer_message.finish(outer));
}

constexpr std::uint8_t kInnerPad = 0x36;
constexpr std::uint8_t kOuterPad = 0x5c;

// HKDF-Expand-Label (RFC 8446 §7.1) without context, of one block of output (RFC 5869 §2.3): the
// longest label makes it 2 + 1 + 6 + 10 + 1 + 1 bytes.
class Expansion {
 public:
  explicit Expansion(std::span<const std::uint8_t> secret) noexcept
      : inner_(padded_key_state(secret, kInnerPad)), outer_(padded_key_state(secret, kOuterPad)) {}

  void label(std::string_view label, std::span<std::uint8_t> out) const noexcept {
    constexpr std::string_view kPrefix = "tls13 ";
    LastBlock info;
    info.add(std::uint8_t{0});
    info.add(static_cast<std::uint8_t>(out.size()));
    info.add(static_cast<std::uint8_t>(kPrefix.size() + label.size()));
    info.add(kPrefix);
    info.add(label);
    info.add(std::uint8_t{0});  // no context
    info.add(std::uint8_t{1});  // the first block
    const Hash hash = hmac_finish(inner_, outer_, info);
    std::memcpy(out.data(), hash.data(), out.size());
  }

 private:
  Sha256State inner_;
  Sha256State outer_;
};

}  // namespace

InitialKeySchedule::InitialKeySchedule() noexcept {
  for (std::size_t i = 0; i < kReadableVersions; ++i) {
    salts_[i] = {.inner = padded_key_state(kVersions[i].salt, kInnerPad),
                 .outer = padded_key_state(kVersions[i].salt, kOuterPad)};
  }
}

void InitialKeySchedule::derive(Version version, std::span<const std::uint8_t> destination_id,
                                Sender sender, InitialKeys& keys) const noexcept {
  const auto row = static_cast<std::size_t>(version) % kReadableVersions;
  LastBlock id;
  id.add(destination_id.first(std::min(destination_id.size(), kMaxConnectionIdBytes)));
  const Hash initial_secret = hmac_finish(salts_[row].inner, salts_[row].outer, id);
  Hash secret;
  Expansion(initial_secret).label(sender == Sender::Client ? "client in" : "server in", secret);
  const Expansion expansion(secret);
  expansion.label(kVersions[row].key_label, keys.key);
  expansion.label(kVersions[row].iv_label, keys.iv);
  expansion.label(kVersions[row].header_protection_label, keys.header_protection);
}

}  // namespace luytre::dataplane::quic
