// SPDX-License-Identifier: Apache-2.0
#pragma once

// Small tar, gzip and Zstandard files, built so that tests need neither the tools nor their
// libraries.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

namespace luytre::categories::testing {

// POSIX ustar: a 512-octet header and the content padded to 512 for each member, then two empty
// blocks.
class TarBuilder {
 public:
  TarBuilder& folder(const std::string& path) { return member(path + "/", '5', "", ""); }
  TarBuilder& file(const std::string& path, std::string_view content) {
    return member(path, '0', content, "");
  }
  TarBuilder& link(const std::string& path, const std::string& target) {
    return member(path, '2', "", target);
  }
  [[nodiscard]] std::string build() const { return blocks_ + std::string(2 * kBlock, '\0'); }

 private:
  static constexpr std::size_t kBlock = 512;

  static std::string octal(std::size_t value, int digits) {
    char text[16];
    std::snprintf(text, sizeof text, "%0*zo", digits, value);
    return text;
  }

  TarBuilder& member(const std::string& path, char type, std::string_view content,
                     const std::string& target) {
    std::string header(kBlock, '\0');
    header.replace(0, path.size(), path);
    header.replace(100, 7, octal(0644, 7));
    header.replace(108, 7, octal(0, 7));
    header.replace(116, 7, octal(0, 7));
    header.replace(124, 11, octal(content.size(), 11));
    header.replace(136, 11, octal(0, 11));
    header.replace(148, 8, "        ");  // the checksum counts itself as blanks
    header[156] = type;
    header.replace(157, target.size(), target);
    header.replace(257, 8, std::string("ustar\00000", 8));
    std::size_t sum = 0;
    for (const char c : header) {
      sum += static_cast<unsigned char>(c);
    }
    header.replace(148, 7, octal(sum, 6) + '\0');
    blocks_ += header;
    blocks_ += content;
    blocks_ += std::string((kBlock - content.size() % kBlock) % kBlock, '\0');
    return *this;
  }

  std::string blocks_;
};

inline std::string little_endian(std::uint32_t value, int octets) {
  std::string bytes;
  for (int i = 0; i < octets; ++i) {
    bytes += static_cast<char>(value >> (8 * i) & 0xFFU);
  }
  return bytes;
}

// RFC 1952 around one stored block (RFC 1951 §3.2.4). Content up to 65,535 octets.
inline std::string gzip(std::string_view content) {
  std::uint32_t crc = 0xFFFFFFFFU;
  for (const char c : content) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) {
      crc = crc >> 1U ^ (0xEDB88320U & (0U - (crc & 1U)));
    }
  }
  const auto size = static_cast<std::uint32_t>(content.size());
  std::string bytes("\x1f\x8b\x08\0\0\0\0\0\0\x03", 10);
  bytes += '\x01' + little_endian(size, 2) + little_endian(~size & 0xFFFFU, 2);
  bytes += content;
  return bytes + little_endian(~crc, 4) + little_endian(size, 4);
}

// RFC 8878: one frame with a 4-octet content size and one raw block. Content up to 128 KiB.
inline std::string zstd(std::string_view content) {
  const auto size = static_cast<std::uint32_t>(content.size());
  std::string bytes("\x28\xb5\x2f\xfd\xa0", 5);
  bytes += little_endian(size, 4) + little_endian(size << 3U | 1U, 3);
  return bytes + std::string(content);
}

}  // namespace luytre::categories::testing
