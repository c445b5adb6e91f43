// SPDX-License-Identifier: Apache-2.0
#include "subject_key.h"

#include <span>

namespace luytre::categories {
namespace {

constexpr unsigned kMappedBits = 96;
constexpr std::size_t kAddressBytes = 16;
constexpr std::size_t kHostNameKeyBytes = DomainName::kMaxWireBytes - 1;
static_assert(kHostNameKeyBytes + 1 + HostPath::kMaxPathBytes <= SubjectKey::kMaxSubjectBytes);

bool is_path(std::string_view path) noexcept {
  return path.size() > 1 && path.size() <= HostPath::kMaxPathBytes && path.front() == '/' &&
         std::ranges::all_of(path, [](char c) { return c > ' ' && c < 127; });
}

bool host_bits_are_zero(std::span<const std::uint8_t, kAddressBytes> octets,
                        unsigned length) noexcept {
  for (unsigned bit = length; bit < 8 * kAddressBytes; ++bit) {
    if ((octets[bit / 8] & (0x80U >> (bit % 8))) != 0) {
      return false;
    }
  }
  return true;
}

}  // namespace

std::vector<std::uint8_t> host_subject(const DomainName& host) {
  const NameKey key(host);
  std::vector<std::uint8_t> subject(key.bytes().begin(), key.bytes().end());
  subject.push_back(0);
  return subject;
}

std::optional<std::vector<std::uint8_t>> subject_of(const HostPath& path) {
  std::vector<std::uint8_t> subject = host_subject(path.host);
  subject.insert(subject.end(), path.path.begin(), path.path.end());
  const bool fits = subject.size() <= SubjectKey::kMaxSubjectBytes;
  return fits && !path.host.is_root() && is_path(path.path) ? std::optional(std::move(subject))
                                                            : std::nullopt;
}

std::optional<HostPath> decode_path(lmdb::Bytes subject) {
  constexpr std::array<std::uint8_t, 2> kHostEnd = {0, 0};
  const auto end = std::ranges::search(subject, kHostEnd).begin();
  if (end == subject.end()) {
    return std::nullopt;
  }
  const auto host_size = static_cast<std::size_t>(end - subject.begin()) + 1;
  const auto host = NameKey::decode(subject.first(host_size));
  HostPath path{.host = host.value_or(DomainName{}),
                .path = lmdb::as_text(subject.subspan(host_size + 1))};
  return host && is_path(path.path) ? std::optional(std::move(path)) : std::nullopt;
}

std::optional<std::vector<std::uint8_t>> subject_of(const IpPrefix& prefix) {
  const auto octets = prefix.address.octets();
  const unsigned length = prefix.length + (prefix.address.is_v4() ? kMappedBits : 0U);
  if (length > 8 * kAddressBytes || !host_bits_are_zero(octets, length)) {
    return std::nullopt;
  }
  std::vector<std::uint8_t> subject(octets.begin(), octets.end());
  subject.push_back(static_cast<std::uint8_t>(length));
  return subject;
}

std::optional<IpPrefix> decode_prefix(lmdb::Bytes subject) {
  if (subject.size() != kAddressBytes + 1) {
    return std::nullopt;
  }
  IpPrefix prefix{.address = IpAddress::v6(subject.first<kAddressBytes>()),
                  .length = subject[kAddressBytes]};
  if (prefix.address.is_v4()) {
    // A shorter length would be negative here, and come back as one that is too long.
    prefix.length = static_cast<std::uint8_t>(prefix.length - kMappedBits);
  }
  return subject_of(prefix) ? std::optional(prefix) : std::nullopt;
}

bool shares_bits(const IpPrefix& prefix, const IpAddress& address) noexcept {
  const auto a = prefix.address.octets();
  const auto b = address.octets();
  const unsigned length = prefix.length + (prefix.address.is_v4() ? kMappedBits : 0U);
  const unsigned whole = length / 8;
  const auto mask = static_cast<std::uint8_t>(0xff00U >> (length % 8));
  return std::memcmp(a.data(), b.data(), whole) == 0 &&
         (length % 8 == 0 || ((a[whole] ^ b[whole]) & mask) == 0);
}

std::string subject_text(SubjectKind kind, lmdb::Bytes subject) {
  switch (kind) {
    case SubjectKind::Name:
      if (const auto name = NameKey::decode(subject)) {
        return name->to_text();
      }
      break;
    case SubjectKind::Path:
      if (const auto path = decode_path(subject)) {
        return path->to_text();
      }
      break;
    case SubjectKind::Prefix:
      if (const auto prefix = decode_prefix(subject)) {
        return prefix->to_text();
      }
      break;
  }
  return "an entry";
}

}  // namespace luytre::categories
