// SPDX-License-Identifier: Apache-2.0
#pragma once

// The keys of the tables of names, paths and prefixes: source u16, then the subject. Both sort by
// octets as ListContent::normalise() sorts elements, so that a list and a table are walked side by
// side.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "base/byte_order.h"
#include "categories/entry.h"
#include "categories/lmdb/environment.h"
#include "categories/name_key.h"

namespace luytre::categories {

enum class SubjectKind : std::uint8_t { Name, Path, Prefix };
inline constexpr std::array kSubjectKinds = {SubjectKind::Name, SubjectKind::Path,
                                             SubjectKind::Prefix};

// Octet order, as LMDB sorts keys: negative, zero or positive.
[[nodiscard]] inline int compare_keys(lmdb::Bytes a, lmdb::Bytes b) noexcept {
  const std::size_t common = std::min(a.size(), b.size());
  const int order = common == 0 ? 0 : std::memcmp(a.data(), b.data(), common);
  if (order != 0 || a.size() == b.size()) {
    return order;
  }
  return a.size() < b.size() ? -1 : 1;
}

[[nodiscard]] inline bool begins_with(lmdb::Bytes key, lmdb::Bytes prefix) noexcept {
  return key.size() >= prefix.size() && compare_keys(key.first(prefix.size()), prefix) == 0;
}

class SubjectKey {
 public:
  static constexpr std::size_t kSourceBytes = 2;
  static constexpr std::size_t kMaxSubjectBytes = lmdb::kMaxKeyBytes - kSourceBytes;
  static_assert(NameKey::kMaxBytes <= kMaxSubjectBytes);

  // With an empty `subject`: the place where the source begins. Requires subject.size() <=
  // kMaxSubjectBytes.
  SubjectKey(SourceId source, lmdb::Bytes subject) noexcept
      : size_(kSourceBytes + subject.size()) {  // NOLINT(cppcoreguidelines-pro-type-member-init)
    store_be16(bytes_.data(), static_cast<std::uint16_t>(source));
    if (!subject.empty()) {
      std::memcpy(bytes_.data() + kSourceBytes, subject.data(), subject.size());
    }
  }
  [[nodiscard]] lmdb::Bytes bytes() const noexcept { return {bytes_.data(), size_}; }

  // Of a stored key; one that is too short is of no source that exists.
  [[nodiscard]] static std::optional<SourceId> source_of(lmdb::Bytes key) noexcept {
    return key.size() < kSourceBytes ? std::nullopt
                                     : std::optional(SourceId{load_be16(key.data())});
  }
  [[nodiscard]] static lmdb::Bytes subject_of(lmdb::Bytes key) noexcept {
    return key.subspan(kSourceBytes);
  }

 private:
  std::array<std::uint8_t, lmdb::kMaxKeyBytes> bytes_;
  std::size_t size_;
};

// A path's subject: the host's NameKey, a zero octet (no label is empty, so it ends the host), the
// path. Nothing for what HostPath::from_text() never gives: the root as host, a path that is too
// long or not printable, or a host of octets that no host name has whose key is then too long. All
// that it gives fits: without escapes the NameKey has 254 octets, and 2 + 254 + 1 + 250 = 507.
[[nodiscard]] std::optional<std::vector<std::uint8_t>> subject_of(const HostPath& path);
[[nodiscard]] std::optional<HostPath> decode_path(lmdb::Bytes subject);
// All paths of one host begin with this.
[[nodiscard]] std::vector<std::uint8_t> host_subject(const DomainName& host);

// A prefix's subject: the 16 octets of the address and the length within them, 96 more than an IPv4
// length. Nothing if the length is too long or host bits are set.
[[nodiscard]] std::optional<std::vector<std::uint8_t>> subject_of(const IpPrefix& prefix);
[[nodiscard]] std::optional<IpPrefix> decode_prefix(lmdb::Bytes subject);

// Whether the address begins with the prefix's bits. An IPv6 prefix may do so for the mapped form of
// an IPv4 address, which it does not cover: covers() is for ranges of one family.
[[nodiscard]] bool shares_bits(const IpPrefix& prefix, const IpAddress& address) noexcept;
[[nodiscard]] inline bool covers(const IpPrefix& prefix, const IpAddress& address) noexcept {
  return prefix.address.is_v4() == address.is_v4() && shares_bits(prefix, address);
}

// As people write it; for sentences.
[[nodiscard]] std::string subject_text(SubjectKind kind, lmdb::Bytes subject);

}  // namespace luytre::categories
