// SPDX-License-Identifier: Apache-2.0
#pragma once

// What is signed and how: DSSE 1.0 envelopes with Ed25519 (docs/list-protocol.md §4). The signatures
// are over the payload's exact octets and their type, so that nothing needs a canonical JSON and a
// signature for one type is none for another.

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "categories/signed/refusal.h"
#include "categories/signed/signing_key.h"

namespace luytre::categories {

inline constexpr std::string_view kRootType = "luytre-list-root-v1";
inline constexpr std::string_view kManifestType = "luytre-list-manifest-v1";
// Of the whole envelope; what is larger is not parsed.
inline constexpr std::size_t kMaxRootBytes = std::size_t{64} << 10U;
inline constexpr std::size_t kMaxManifestBytes = std::size_t{256} << 10U;
inline constexpr std::size_t kMaxSignatures = 64;

struct EnvelopeSignature {
  KeyId key{};
  std::string octets;  // as they came: another algorithm's may have another size
};

struct Envelope {
  std::string type;
  std::string payload;
  std::vector<EnvelopeSignature> signatures;

  // TooLarge, Malformed, or WrongType if it is not of `type`.
  [[nodiscard]] static Accepted<Envelope> parse(std::string_view text, std::string_view type);
  // The same envelope, always in the same octets; ends with a line feed.
  [[nodiscard]] std::string text() const;

  // Adds a signature over the payload.
  [[nodiscard]] Result<void> sign(const SigningKey& key);
  // How many of `keys` have signed; one that signed several times counts once, others do not count.
  [[nodiscard]] std::size_t signers(std::span<const PublicKey> keys) const;
  [[nodiscard]] bool signed_by(const PublicKey& key) const;
};

// DSSE's pre-authentication encoding: the octets that are signed.
[[nodiscard]] std::string signed_octets(std::string_view type, std::string_view payload);

}  // namespace luytre::categories
