// SPDX-License-Identifier: Apache-2.0
#include "dataplane/quic/initial_cipher.h"

#include <openssl/evp.h>

#include <array>
#include <cstdlib>
#include <cstring>

namespace luytre::dataplane::quic {
namespace {

constexpr std::size_t kMaxDatagramBytes = 65535;
constexpr std::size_t kSampleBytes = 16;
constexpr std::size_t kSampleOffset = 4;       // behind a packet number of the largest size
constexpr std::uint8_t kProtectedBits = 0x0f;  // of a long header's first byte (RFC 9001 §5.4.1)
constexpr std::uint8_t kPacketNumberBits = 0x03;

// The packet number, which the receiver extends from 32 bits on, is in an Initial its lowest bits
// as they stand: nobody sends so many.
std::array<std::uint8_t, 12> nonce_of(const InitialKeys& keys,
                                      std::span<const std::uint8_t> packet_number) noexcept {
  std::array<std::uint8_t, 12> nonce = keys.iv;
  for (std::size_t i = 0; i < packet_number.size(); ++i) {
    nonce[nonce.size() - packet_number.size() + i] ^= packet_number[i];
  }
  return nonce;
}

}  // namespace

void InitialCipher::Free::operator()(evp_cipher_st* cipher) const noexcept {
  EVP_CIPHER_free(cipher);
}
void InitialCipher::Free::operator()(evp_cipher_ctx_st* context) const noexcept {
  EVP_CIPHER_CTX_free(context);
}

// The cipher is fetched once and set once: a key alone is then given without a search or an
// allocation. Padding stays as it is: whole blocks are encrypted and nothing is finished that could
// be padded, and once it was switched off, OpenSSL would switch it off again with each key.
InitialCipher::Context InitialCipher::context(const Cipher& cipher, bool encrypts) const {
  Context made(EVP_CIPHER_CTX_new());
  if (cipher == nullptr || made == nullptr ||
      EVP_CipherInit_ex2(made.get(), cipher.get(), nullptr, nullptr, encrypts ? 1 : 0, nullptr) !=
          1) {
    std::abort();
  }
  return made;
}

InitialCipher::InitialCipher()
    : gcm_(EVP_CIPHER_fetch(nullptr, "AES-128-GCM", nullptr)),
      ecb_(EVP_CIPHER_fetch(nullptr, "AES-128-ECB", nullptr)),
      opening_(context(gcm_, false)),
      sealing_(context(gcm_, true)),
      masking_(context(ecb_, true)),
      header_(kMaxDatagramBytes),
      plaintext_(kMaxDatagramBytes) {}

bool InitialCipher::mask(const std::uint8_t* sample, const InitialKeys& keys,
                         std::span<std::uint8_t, 5> mask) noexcept {
  std::array<std::uint8_t, kSampleBytes> block;
  int size = 0;
  if (EVP_EncryptInit_ex(masking_.get(), nullptr, nullptr, keys.header_protection.data(),
                         nullptr) != 1 ||
      EVP_EncryptUpdate(masking_.get(), block.data(), &size, sample, kSampleBytes) != 1) {
    return false;
  }
  std::memcpy(mask.data(), block.data(), mask.size());
  return true;
}

std::optional<std::span<const std::uint8_t>> InitialCipher::open(const InitialPacket& packet,
                                                                 const InitialKeys& keys) noexcept {
  const auto bytes = packet.packet;
  const std::size_t number_at = packet.packet_number_at;
  std::array<std::uint8_t, 5> mask_bytes;
  // The header is authenticated as it was before its protection; of that a copy is made, because
  // the packet must leave as it came.
  const std::span<std::uint8_t> header(header_);
  if (bytes.size() < number_at + kSampleOffset + kSampleBytes || bytes.size() > header.size() ||
      !mask(bytes.data() + number_at + kSampleOffset, keys, mask_bytes)) {
    return std::nullopt;
  }
  const auto first = static_cast<std::uint8_t>(bytes[0] ^ (mask_bytes[0] & kProtectedBits));
  const std::size_t number_bytes = (first & kPacketNumberBits) + std::size_t{1};
  const std::size_t frames_at = number_at + number_bytes;
  std::memcpy(header.data(), bytes.data(), frames_at);
  header[0] = first;
  for (std::size_t i = 0; i < number_bytes; ++i) {
    header[number_at + i] ^= mask_bytes[1 + i];
  }
  const auto nonce = nonce_of(keys, header.subspan(number_at, number_bytes));
  const auto ciphertext = bytes.subspan(frames_at, bytes.size() - frames_at - kTagBytes);
  std::array<std::uint8_t, kTagBytes> tag;
  std::memcpy(tag.data(), bytes.data() + bytes.size() - kTagBytes, kTagBytes);
  EVP_CIPHER_CTX* const context = opening_.get();
  int size = 0;
  int rest = 0;
  if (EVP_DecryptInit_ex(context, nullptr, nullptr, keys.key.data(), nonce.data()) != 1 ||
      EVP_DecryptUpdate(context, nullptr, &size, header.data(), static_cast<int>(frames_at)) != 1 ||
      EVP_DecryptUpdate(context, plaintext_.data(), &size, ciphertext.data(),
                        static_cast<int>(ciphertext.size())) != 1 ||
      EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, kTagBytes, tag.data()) != 1 ||
      EVP_DecryptFinal_ex(context, plaintext_.data() + size, &rest) != 1) {
    return std::nullopt;
  }
  return std::span<const std::uint8_t>(plaintext_).first(static_cast<std::size_t>(size));
}

bool InitialCipher::seal(std::span<std::uint8_t> packet, std::size_t packet_number_bytes,
                         std::size_t frames_at, const InitialKeys& keys) noexcept {
  const std::size_t number_at = frames_at - packet_number_bytes;
  const auto frames = packet.subspan(frames_at, packet.size() - frames_at - kTagBytes);
  const auto nonce = nonce_of(keys, packet.subspan(number_at, packet_number_bytes));
  EVP_CIPHER_CTX* const context = sealing_.get();
  std::array<std::uint8_t, 5> mask_bytes;
  int size = 0;
  int rest = 0;
  if (EVP_EncryptInit_ex(context, nullptr, nullptr, keys.key.data(), nonce.data()) != 1 ||
      EVP_EncryptUpdate(context, nullptr, &size, packet.data(), static_cast<int>(frames_at)) != 1 ||
      EVP_EncryptUpdate(context, frames.data(), &size, frames.data(),
                        static_cast<int>(frames.size())) != 1 ||
      EVP_EncryptFinal_ex(context, frames.data() + size, &rest) != 1 ||
      EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, kTagBytes,
                          packet.data() + packet.size() - kTagBytes) != 1 ||
      !mask(packet.data() + number_at + kSampleOffset, keys, mask_bytes)) {
    return false;
  }
  packet[0] = static_cast<std::uint8_t>(packet[0] ^ (mask_bytes[0] & kProtectedBits));
  for (std::size_t i = 0; i < packet_number_bytes; ++i) {
    packet[number_at + i] ^= mask_bytes[1 + i];
  }
  return true;
}

}  // namespace luytre::dataplane::quic
