// SPDX-License-Identifier: Apache-2.0
#include "categories/signed/signing_key.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <cstring>
#include <utility>

namespace luytre::categories {
namespace {

struct FreeBio {
  void operator()(BIO* bio) const noexcept { BIO_free(bio); }
};
struct FreeContext {
  void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
};
struct FreeKey {
  void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
};
using Bio = std::unique_ptr<BIO, FreeBio>;
using Context = std::unique_ptr<EVP_MD_CTX, FreeContext>;
using Key = std::unique_ptr<EVP_PKEY, FreeKey>;

// OpenSSL keeps a queue of errors a thread; what is left in it would confuse its next user.
Unexpected<Error> failed(ErrorCode code, const char* message) {
  ERR_clear_error();
  return fail(code, message);
}

const unsigned char* octets_of(std::string_view text) noexcept {
  // OpenSSL takes octets as unsigned char.
  return reinterpret_cast<const unsigned char*>(text.data());  // NOLINT
}

std::string content(BIO* bio) {
  char* begin = nullptr;
  const long size = BIO_get_mem_data(bio, &begin);
  return size > 0 ? std::string(begin, static_cast<std::size_t>(size)) : std::string();
}

// Without it OpenSSL would ask on the terminal.
int give_passphrase(char* buffer, int size, int /*writing*/, void* user) {
  const auto* passphrase = static_cast<const std::string*>(user);
  if (passphrase->empty() || std::cmp_greater(passphrase->size(), size)) {
    return -1;
  }
  std::memcpy(buffer, passphrase->data(), passphrase->size());
  return static_cast<int>(passphrase->size());
}

bool is_ed25519(const EVP_PKEY* key) noexcept { return EVP_PKEY_get_id(key) == EVP_PKEY_ED25519; }

Result<PublicKey> public_part(const EVP_PKEY* key) {
  PublicKey part;
  std::size_t size = part.octets.size();
  if (!is_ed25519(key) || EVP_PKEY_get_raw_public_key(key, part.octets.data(), &size) != 1 ||
      size != part.octets.size()) {
    return failed(ErrorCode::Invalid,
                  "The key is no Ed25519 key; 'luytrectl list key new' makes one");
  }
  return part;
}

}  // namespace

KeyId PublicKey::id() const {
  return sha256({reinterpret_cast<const char*>(octets.data()), octets.size()});  // NOLINT
}

bool PublicKey::verifies(std::string_view message, std::string_view signature) const {
  const Key key(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, octets.data(), octets.size()));
  const Context context(EVP_MD_CTX_new());
  const bool good =
      signature.size() == Signature{}.size() && key && context &&
      EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
      EVP_DigestVerify(context.get(), octets_of(signature), signature.size(), octets_of(message),
                       message.size()) == 1;
  ERR_clear_error();
  return good;
}

Result<PublicKey> PublicKey::from_pem(std::string_view text) {
  const Bio bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  const Key key(bio ? PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr) : nullptr);
  if (!key) {
    return failed(ErrorCode::Invalid, "The file holds no public key in PEM form");
  }
  return public_part(key.get());
}

Result<std::string> PublicKey::to_pem() const {
  const Key key(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, octets.data(), octets.size()));
  const Bio bio(BIO_new(BIO_s_mem()));
  if (!key || !bio || PEM_write_bio_PUBKEY(bio.get(), key.get()) != 1) {
    return failed(ErrorCode::System, "OpenSSL cannot write the public key");
  }
  return content(bio.get());
}

void SigningKey::Free::operator()(evp_pkey_st* key) const noexcept { EVP_PKEY_free(key); }

SigningKey::SigningKey(Handle key, const PublicKey& public_key)
    : key_(std::move(key)), public_key_(public_key) {}

Result<SigningKey> SigningKey::take(evp_pkey_st* key) {
  Handle handle(key);
  const auto part = public_part(key);
  return part ? Result<SigningKey>(SigningKey(std::move(handle), *part))
              : Unexpected<Error>(part.error());
}

Result<SigningKey> SigningKey::generate() {
  EVP_PKEY* key = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
  return key == nullptr ? failed(ErrorCode::System, "OpenSSL cannot make a key") : take(key);
}

Result<SigningKey> SigningKey::from_seed(std::span<const std::uint8_t, 32> seed) {
  EVP_PKEY* key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), seed.size());
  return key == nullptr ? failed(ErrorCode::System, "OpenSSL does not take the key") : take(key);
}

Result<SigningKey> SigningKey::from_pem(std::string_view text, const std::string& passphrase) {
  const Bio bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  std::string given = passphrase;
  EVP_PKEY* key =
      bio ? PEM_read_bio_PrivateKey(bio.get(), nullptr, give_passphrase, &given) : nullptr;
  if (key == nullptr) {
    const bool encrypted = text.find("ENCRYPTED") != std::string_view::npos;
    return encrypted ? failed(ErrorCode::Permission,
                              "The key is encrypted and the passphrase is "
                              "missing or wrong")
                     : failed(ErrorCode::Invalid, "The file holds no private key in PEM form");
  }
  return take(key);
}

Result<std::string> SigningKey::to_pem(const std::string& passphrase) const {
  const Bio bio(BIO_new(BIO_s_mem()));
  std::string given = passphrase;
  const EVP_CIPHER* cipher = passphrase.empty() ? nullptr : EVP_aes_256_cbc();
  if (!bio || PEM_write_bio_PKCS8PrivateKey(bio.get(), key_.get(), cipher, nullptr, 0,
                                            give_passphrase, &given) != 1) {
    return failed(ErrorCode::System, "OpenSSL cannot write the private key");
  }
  return content(bio.get());
}

Result<Signature> SigningKey::sign(std::string_view message) const {
  Signature signature{};
  std::size_t size = signature.size();
  const Context context(EVP_MD_CTX_new());
  if (!context || EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_.get()) != 1 ||
      EVP_DigestSign(context.get(), signature.data(), &size, octets_of(message), message.size()) !=
          1 ||
      size != signature.size()) {
    return failed(ErrorCode::System, "OpenSSL cannot sign");
  }
  return signature;
}

}  // namespace luytre::categories
