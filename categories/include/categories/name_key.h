// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "categories/domain_name.h"

namespace luytre::categories {

// A domain name as a sort key: its labels from the right, each closed by a zero octet
// ("com\0example\0www\0"). Octets 0 and 1 inside a label are written 1,1 and 1,2, so that zero only
// ever closes a label. Comparing keys octet by octet gives the canonical DNS order (RFC 4034 §6.1),
// and the key of a parent is a prefix of its children's: parents come first, a subtree is one
// range. The root is the empty key.
class NameKey {
 public:
  // With n labels the wire form leaves 254 - n octets for their content; all escaped and closed
  // that is 2 * (254 - n) + n = 508 - n, and 254 octets need at least 4 labels of 63. LMDB takes
  // keys up to 511.
  static constexpr std::size_t kMaxBytes = 504;

  explicit NameKey(const DomainName& name) noexcept;

  [[nodiscard]] std::span<const std::uint8_t> bytes() const noexcept {
    return {bytes_.data(), size_};
  }

  // The name that `bytes` is the key of; nothing if they are no key.
  [[nodiscard]] static std::optional<DomainName> decode(
      std::span<const std::uint8_t> bytes) noexcept;

 private:
  std::array<std::uint8_t, kMaxBytes> bytes_;
  std::uint16_t size_ = 0;
};

}  // namespace luytre::categories
