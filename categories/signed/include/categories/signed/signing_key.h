// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"
#include "categories/signed/digest.h"

struct evp_pkey_st;  // OpenSSL's EVP_PKEY

namespace luytre::categories {

// SHA-256 of a public key's 32 octets: a key cannot claim another one's id.
using KeyId = Sha256;
using Signature = std::array<std::uint8_t, 64>;

// Who may have signed: an Ed25519 public key (RFC 8032) as its 32 octets.
struct PublicKey {
  std::array<std::uint8_t, 32> octets{};

  [[nodiscard]] KeyId id() const;
  // False for a signature of any other size, too.
  [[nodiscard]] bool verifies(std::string_view message, std::string_view signature) const;

  // PEM as "openssl pkey -pubout" writes it (RFC 8410).
  [[nodiscard]] static Result<PublicKey> from_pem(std::string_view text);
  [[nodiscard]] Result<std::string> to_pem() const;

  friend bool operator==(const PublicKey&, const PublicKey&) = default;
};

// Who signs. The secret is in OpenSSL's hands, which clears it from memory.
class SigningKey {
 public:
  [[nodiscard]] static Result<SigningKey> generate();
  // For test vectors.
  [[nodiscard]] static Result<SigningKey> from_seed(std::span<const std::uint8_t, 32> seed);
  // PKCS #8 in PEM. Permission: encrypted, and `passphrase` is not the right one or empty.
  [[nodiscard]] static Result<SigningKey> from_pem(std::string_view text,
                                                   const std::string& passphrase);
  // Encrypted (AES-256) unless `passphrase` is empty.
  [[nodiscard]] Result<std::string> to_pem(const std::string& passphrase) const;

  [[nodiscard]] const PublicKey& public_key() const noexcept { return public_key_; }
  [[nodiscard]] Result<Signature> sign(std::string_view message) const;

 private:
  struct Free {
    void operator()(evp_pkey_st* key) const noexcept;
  };
  using Handle = std::unique_ptr<evp_pkey_st, Free>;

  SigningKey(Handle key, const PublicKey& public_key);
  [[nodiscard]] static Result<SigningKey> take(evp_pkey_st* key);

  Handle key_;
  PublicKey public_key_;
};

}  // namespace luytre::categories
