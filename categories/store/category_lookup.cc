// SPDX-License-Identifier: Apache-2.0
// What covers a name, a request or an address, and what follows from it.
#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "categories/store/category_store.h"
#include "match_rules.h"
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

Result<std::vector<Entry>> CategoryStore::covering(const DomainName& name) const {
  std::vector<Entry> entries;
  const auto read =
      walk_snapshot([&](const auto& transaction, const auto& sources) -> Result<void> {
        for (DomainName ancestor = name;; ancestor = ancestor.parent()) {
          Entry entry{.name = ancestor, .statements = {}};
          if (!read_subject(transaction, tables_.names, sources, NameKey(ancestor).bytes(),
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
            return {};
          }
        }
      });
  return read ? Result<std::vector<Entry>>(std::move(entries)) : Unexpected<Error>(read.error());
}

Result<std::vector<PathEntry>> CategoryStore::covering_paths(const DomainName& host,
                                                             std::string_view target) const {
  std::vector<PathEntry> entries;
  const auto read =
      walk_snapshot([&](const auto& transaction, const auto& sources) -> Result<void> {
        TableMerge merge(transaction, tables_.paths, sources);
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
        return merge.failed() ? damaged() : Result<void>{};
      });
  std::ranges::reverse(entries);
  return read ? Result<std::vector<PathEntry>>(std::move(entries))
              : Unexpected<Error>(read.error());
}

Result<std::vector<PrefixEntry>> CategoryStore::covering_prefixes(const IpAddress& address) const {
  std::vector<PrefixEntry> entries;
  const auto read =
      walk_snapshot([&](const auto& transaction, const auto& sources) -> Result<void> {
        IpPrefix prefix{.address = address,
                        .length = address.is_v4() ? std::uint8_t{32} : std::uint8_t{128}};
        for (;; --prefix.length) {
          prefix.address = with_host_bits_cleared(address, prefix.length);
          PrefixEntry entry{.prefix = prefix, .statements = {}};
          const auto subject = subject_of(prefix);
          if (subject &&
              !read_subject(transaction, tables_.prefixes, sources, *subject, entry.statements)) {
            return damaged();
          }
          if (!entry.statements.empty()) {
            std::ranges::stable_sort(entry.statements, {}, &Statement::source);
            entries.push_back(std::move(entry));
          }
          if (prefix.length == 0) {
            return {};
          }
        }
      });
  return read ? Result<std::vector<PrefixEntry>>(std::move(entries))
              : Unexpected<Error>(read.error());
}

Result<NameMatch> CategoryStore::match(const DomainName& name, const Taxonomy& taxonomy) const {
  const auto sources = this->sources();
  const auto entries = covering(name);
  if (!sources || !entries) {
    return Unexpected<Error>(!sources ? sources.error() : entries.error());
  }
  return MatchRules(*entries, *sources, taxonomy).match();
}

}  // namespace luytre::categories
