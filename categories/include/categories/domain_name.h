// SPDX-License-Identifier: Apache-2.0
#pragma once

// Trap: a DomainName is always lower case. Whoever must echo a question with its original case
// (0x20) keeps the original bytes beside it.

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

#include "base/expected.h"

namespace luytre::categories {

// Why text or bytes are not a domain name.
enum class NameError : std::uint8_t {
  Empty,  // no label at all (the root is a name only in wire form and as "." in presentation form)
  EmptyLabel,        // "a..b" or a leading dot
  LabelTooLong,      // over 63 octets (RFC 1035 §2.3.4)
  NameTooLong,       // over 255 octets in wire form (RFC 1035 §2.3.4)
  InvalidCharacter,  // a character outside letters, digits, hyphen and underscore in a host name
  BadEscape,         // a \ that is neither \DDD nor \X (RFC 1035 §5.1)
  Truncated,         // wire form without its root label
  Compressed,        // a compression pointer where none is allowed
  IpAddress,  // a host name whose last label is all digits, or an IPv6 literal: an address, not a
              // name
};

// A validated domain name, folded to lower case, as a fixed-size value: uncompressed wire form of 1
// to 255 octets (RFC 1035 §3.1) with its root label. Copying is a memcpy; nothing allocates but
// to_text().
class DomainName {
 public:
  static constexpr std::size_t kMaxWireBytes = 255;
  static constexpr std::size_t kMaxLabelBytes = 63;
  static constexpr std::size_t kMaxLabels = 127;

  // The root. Octets behind wire() are left as they are: clearing 255 of them costs more than
  // reading a name.
  DomainName() noexcept { wire_[0] = 0; }  // NOLINT(cppcoreguidelines-pro-type-member-init)

  // Presentation form (RFC 1035 §5.1) with \DDD and \X escapes; a trailing dot is optional, "." is
  // the root.
  [[nodiscard]] static Expected<DomainName, NameError> from_text(std::string_view text) noexcept;

  // A host name as TLS server_name, HTTP Host and block lists carry it: letters, digits, hyphens
  // and underscores, at most one trailing dot, no escapes, no port. IDNA A-labels pass as they are.
  // IpAddress for "192.0.2.1".
  [[nodiscard]] static Expected<DomainName, NameError> from_hostname(
      std::string_view text) noexcept;

  // Uncompressed wire form beginning at `bytes`; what follows the root label is ignored,
  // wire().size() says how much was read.
  [[nodiscard]] static Expected<DomainName, NameError> from_wire(
      std::span<const std::uint8_t> bytes) noexcept;
  // The same into a name that is there already, which stays as it is on an error: copying a name
  // costs as much as reading it.
  [[nodiscard]] Expected<void, NameError> assign_wire(std::span<const std::uint8_t> bytes) noexcept;

  // wire().data() may be read up to kMaxWireBytes, whatever the size: all of it is ours.
  [[nodiscard]] std::span<const std::uint8_t> wire() const noexcept {
    return {wire_.data(), size_};
  }
  // Labels without the root: 0 for ".", 2 for "example.com".
  [[nodiscard]] std::uint8_t label_count() const noexcept { return label_count_; }
  [[nodiscard]] bool is_root() const noexcept { return label_count_ == 0; }

  // Presentation form without the trailing dot ("." for the root); octets that do not print are
  // written \DDD, a dot or backslash inside a label \. and \\.
  [[nodiscard]] std::string to_text() const;

  // The name without its `count` leftmost labels; the root if there are no more.
  [[nodiscard]] DomainName parent(std::uint8_t count = 1) const noexcept;
  // True for `ancestor` itself and every name below it, on label boundaries.
  [[nodiscard]] bool is_within(const DomainName& ancestor) const noexcept;

  // Offsets of each label's length octet in wire(), leftmost first; returns how many were written
  // (label_count()).
  std::uint8_t label_offsets(std::span<std::uint8_t, kMaxLabels> offsets) const noexcept;

  friend bool operator==(const DomainName& a, const DomainName& b) noexcept {
    return a.size_ == b.size_ && std::memcmp(a.wire_.data(), b.wire_.data(), a.size_) == 0;
  }
  // Canonical DNS order (RFC 4034 §6.1): by labels from the right.
  friend bool operator<(const DomainName& a, const DomainName& b) noexcept;

 private:
  std::array<std::uint8_t, kMaxWireBytes> wire_;
  std::uint8_t size_ = 1;
  std::uint8_t label_count_ = 0;
};

// A sentence part for people: "label over 63 octets".
[[nodiscard]] std::string_view describe(NameError error) noexcept;

}  // namespace luytre::categories
