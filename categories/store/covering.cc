// SPDX-License-Identifier: Apache-2.0
#include "covering.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "statement_codec.h"
#include "subject_key.h"
#include "table_merge.h"

namespace luytre::categories {
namespace {

Unexpected<Error> damaged() { return fail(ErrorCode::Corrupt, std::string(kDamaged)); }

// `length` counts in the family of the address.
IpAddress with_host_bits_cleared(const IpAddress& address, unsigned length) {
  std::array<std::uint8_t, 16> octets{};
  std::ranges::copy(address.octets(), octets.begin());
  for (unsigned bit = length + (address.is_v4() ? 96U : 0U); bit < 128; ++bit) {
    octets[bit / 8] &= static_cast<std::uint8_t>(~(0x80U >> (bit % 8)));
  }
  return IpAddress::v6(octets);
}

}  // namespace

Result<std::vector<Entry>> Snapshot::covering(const DomainName& name) const {
  std::vector<Entry> entries;
  for (DomainName ancestor = name;; ancestor = ancestor.parent()) {
    Entry entry{.name = ancestor, .statements = {}};
    if (!read_subject(transaction, tables.names, sources, NameKey(ancestor).bytes(),
                      entry.statements)) {
      return damaged();
    }
    if (!(ancestor == name)) {
      std::erase_if(entry.statements,
                    [](const Statement& said) { return said.reach == Reach::Exact; });
    }
    if (!entry.statements.empty()) {
      std::ranges::stable_sort(entry.statements, {}, &Statement::source);
      entries.push_back(std::move(entry));
    }
    if (ancestor.is_root()) {
      return entries;
    }
  }
}

Result<std::vector<PathEntry>> Snapshot::covering_paths(const DomainName& host,
                                                        std::string_view target) const {
  std::vector<PathEntry> entries;
  TableMerge merge(transaction, tables.paths, sources);
  merge.seek(host_subject(host));
  while (merge.next()) {
    auto path = decode_path(merge.key());
    if (!path) {
      return damaged();
    }
    if (path->covers(target)) {
      entries.push_back({.path = std::move(*path), .statements = merge.statements()});
    }
  }
  if (merge.failed()) {
    return damaged();
  }
  std::ranges::reverse(entries);
  return entries;
}

Result<std::vector<PrefixEntry>> Snapshot::covering_prefixes(const IpAddress& address) const {
  std::vector<PrefixEntry> entries;
  for (int length = address.is_v4() ? 32 : 128; length >= 0; --length) {
    const IpPrefix prefix{.address = with_host_bits_cleared(address, static_cast<unsigned>(length)),
                          .length = static_cast<std::uint8_t>(length)};
    PrefixEntry entry{.prefix = prefix, .statements = {}};
    const auto subject = subject_of(prefix);
    if (!subject ||
        !read_subject(transaction, tables.prefixes, sources, *subject, entry.statements)) {
      return damaged();
    }
    if (!entry.statements.empty()) {
      std::ranges::stable_sort(entry.statements, {}, &Statement::source);
      entries.push_back(std::move(entry));
    }
  }
  return entries;
}

}  // namespace luytre::categories
