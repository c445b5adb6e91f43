// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace luytre::dataplane::quic {

// What a version number means to a reader of Initial packets. Versions that share salt, labels and
// packet types are one.
enum class Version : std::uint8_t {
  V1,           // RFC 9000, RFC 9001; drafts 33 and 34
  V2,           // RFC 9369
  Draft29,      // drafts 29 to 32
  Draft23,      // drafts 23 to 28
  Negotiation,  // 0: Version Negotiation (RFC 8999 §6)
  Reserved,  // 0x?a?a?a?a: asks a server for its versions, and no server speaks it (RFC 9000 §15)
  Scone,  // no version: throughput advice in front of another packet (draft-ietf-scone-protocol §5)
  Unknown,
};
// The first ones have salts: what is_readable() says yes to.
inline constexpr std::size_t kReadableVersions = 4;

[[nodiscard]] constexpr bool is_readable(Version version) noexcept {
  return static_cast<std::size_t>(version) < kReadableVersions;
}

[[nodiscard]] constexpr Version version_of(std::uint32_t number) noexcept {
  constexpr std::uint32_t kDraft = 0xff000000;
  switch (number) {
    case 0x00000000:
      return Version::Negotiation;
    case 0x00000001:
    case kDraft + 33:
    case kDraft + 34:
      return Version::V1;
    case 0x6b3343cf:
      return Version::V2;
    case 0x6f7dc0fd:
    case 0xef7dc0fd:  // its highest bit is the lowest one of the signal
      return Version::Scone;
    default:
      break;
  }
  if (number >= kDraft + 29 && number <= kDraft + 32) {
    return Version::Draft29;
  }
  if (number >= kDraft + 23 && number <= kDraft + 28) {
    return Version::Draft23;
  }
  return (number & 0x0f0f0f0fU) == 0x0a0a0a0aU ? Version::Reserved : Version::Unknown;
}

}  // namespace luytre::dataplane::quic
