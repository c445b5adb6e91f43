// SPDX-License-Identifier: Apache-2.0
#include "categories/name_key.h"

namespace luytre::categories {
namespace {

constexpr std::uint8_t kEscape = 1;  // followed by the octet plus one

}  // namespace

NameKey::NameKey(const DomainName& name) noexcept {
  std::array<std::uint8_t, DomainName::kMaxLabels> offsets;
  const std::span<const std::uint8_t> wire = name.wire();
  for (std::size_t label = name.label_offsets(offsets); label-- > 0;) {
    const std::size_t at = offsets[label];
    for (const std::uint8_t octet : wire.subspan(at + 1, wire[at])) {
      if (octet <= kEscape) {
        bytes_[size_++] = kEscape;
        bytes_[size_++] = static_cast<std::uint8_t>(octet + 1);
      } else {
        bytes_[size_++] = octet;
      }
    }
    bytes_[size_++] = 0;
  }
}

std::optional<DomainName> NameKey::decode(std::span<const std::uint8_t> bytes) noexcept {
  // The wire form is filled from its end: the key begins with the last label.
  std::array<std::uint8_t, DomainName::kMaxWireBytes> wire;
  std::array<std::uint8_t, DomainName::kMaxLabelBytes> label;
  std::size_t begin = wire.size() - 1;
  wire[begin] = 0;
  std::size_t label_size = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::uint8_t octet = bytes[i];
    if (octet == 0) {
      if (label_size == 0 || begin < label_size + 1) {
        return std::nullopt;
      }
      begin -= label_size;
      std::memcpy(wire.data() + begin, label.data(), label_size);
      wire[--begin] = static_cast<std::uint8_t>(label_size);
      label_size = 0;
      continue;
    }
    if (octet == kEscape) {
      ++i;
      if (i == bytes.size() || bytes[i] == 0 || bytes[i] > kEscape + 1) {
        return std::nullopt;
      }
      octet = static_cast<std::uint8_t>(bytes[i] - 1);
    }
    // Names are lower case, and so are their keys: two keys never mean one name.
    if (label_size == label.size() || (octet >= 'A' && octet <= 'Z')) {
      return std::nullopt;
    }
    label[label_size++] = octet;
  }
  if (label_size != 0) {
    return std::nullopt;
  }
  const auto name = DomainName::from_wire(std::span<const std::uint8_t>(wire).subspan(begin));
  return name ? std::optional(*name) : std::nullopt;
}

}  // namespace luytre::categories
