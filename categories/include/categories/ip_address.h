// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace luytre::categories {

// An IPv4 or IPv6 address as a value; IPv4 is held in its IPv4-mapped form (RFC 4291 §2.5.5.2), so
// that one table serves both.
class IpAddress {
 public:
  constexpr IpAddress() noexcept = default;  // ::
  // Inline: two of them are made for every packet.
  [[nodiscard]] static IpAddress v4(std::span<const std::uint8_t, 4> octets) noexcept {
    // Stored at once: whoever reads sixteen octets soon after need not wait for several stores.
    using Words [[gnu::vector_size(16)]] = std::uint32_t;
    std::uint32_t word = 0;
    std::memcpy(&word, octets.data(), sizeof word);
    const Words words = {0, 0, kMappedWord, word};
    IpAddress address;
    std::memcpy(address.octets_.data(), &words, sizeof words);
    return address;
  }
  [[nodiscard]] static IpAddress v6(std::span<const std::uint8_t, 16> octets) noexcept {
    IpAddress address;
    std::memcpy(address.octets_.data(), octets.data(), octets.size());
    return address;
  }
  [[nodiscard]] static std::optional<IpAddress> from_text(std::string_view text) noexcept;

  [[nodiscard]] bool is_v4() const noexcept {
    return std::memcmp(octets_.data(), kMappedPrefix.data(), kMappedPrefix.size()) == 0;
  }
  [[nodiscard]] std::span<const std::uint8_t, 16> octets() const noexcept { return octets_; }
  [[nodiscard]] std::string to_text() const;
  friend bool operator==(const IpAddress&, const IpAddress&) noexcept = default;

 private:
  static constexpr std::array<std::uint8_t, 12> kMappedPrefix = {0, 0, 0, 0, 0,    0,
                                                                 0, 0, 0, 0, 0xff, 0xff};
  static constexpr auto kMappedWord =
      std::bit_cast<std::uint32_t>(std::array<std::uint8_t, 4>{0, 0, 0xff, 0xff});

  std::array<std::uint8_t, 16> octets_{};
};

// An address range whose host bits are zero. `length` counts in the family of the address: 0–32 or
// 0–128.
struct IpPrefix {
  IpAddress address;
  std::uint8_t length = 0;

  // "192.0.2.7", "192.0.2.0/24", "2001:db8:1::/56"; host bits that are not zero are refused.
  [[nodiscard]] static std::optional<IpPrefix> from_text(std::string_view text) noexcept;
  [[nodiscard]] std::string to_text() const;
  friend bool operator==(const IpPrefix&, const IpPrefix&) noexcept = default;
};

}  // namespace luytre::categories
