// SPDX-License-Identifier: Apache-2.0
#include "prefix_ranges.h"

#include <algorithm>

#include "range_table.h"

namespace luytre::categories {

namespace {

constexpr unsigned kAddressBits = 128;
constexpr unsigned kMappedBits = 96;  // of the prefix that all mapped IPv4 addresses share

}  // namespace

void PrefixRanges::add(const IpPrefix& prefix, const IndexAnswer& answer) {
  const unsigned length = prefix.length + (prefix.address.is_v4() ? kMappedBits : 0U);
  const unsigned host_bits = kAddressBits - std::min(length, kAddressBits);
  // Shifting by all 128 bits is not defined; :: with length 0 is the one prefix that would.
  const RangeStart mask =
      host_bits == kAddressBits ? ~RangeStart{0} : (RangeStart{1} << host_bits) - 1;
  const RangeStart first = range_number(prefix.address) & ~mask;
  prefixes_.push_back({.first = first, .last = first | mask, .answer = answer});
}

// Prefixes lie inside each other or apart. In the order of their beginnings, the longer after the
// shorter, those that are open at an address stand on a stack, and the last one is its answer.
Result<std::vector<PrefixRanges::Range>> PrefixRanges::resolve(ValueTable& values) const {
  if (prefixes_.empty()) {
    return std::vector<Range>{};
  }
  // A prefix of one family says nothing about the other: the range of all mapped IPv4 addresses is
  // cut out of the IPv6 prefixes around it.
  constexpr RangeStart kFirstV4 = RangeStart{0xffff} << 32U;
  constexpr RangeStart kLastV4 = kFirstV4 | 0xffffffffU;
  std::vector<Prefix> sorted = prefixes_;
  if (std::ranges::none_of(sorted, [](const Prefix& prefix) {
        return prefix.first == kFirstV4 && prefix.last == kLastV4;
      })) {
    sorted.push_back({.first = kFirstV4, .last = kLastV4, .answer = {}});
  }
  std::ranges::sort(sorted, [](const Prefix& a, const Prefix& b) {
    return a.first != b.first ? a.first < b.first : a.last > b.last;
  });
  struct Open {
    RangeStart last;
    std::uint32_t value;
  };
  std::vector<Open> open{{.last = ~RangeStart{0}, .value = values.number_of(IndexAnswer{})}};
  std::vector<Range> ranges{{.start = 0, .value = open.front().value}};
  const auto cut = [&ranges](RangeStart start, std::uint32_t value) {
    if (ranges.back().start == start) {
      ranges.pop_back();
    }
    if (ranges.empty() || ranges.back().value != value) {
      ranges.push_back({.start = start, .value = value});
    }
  };
  // Closes what ends before `address`; the bottom of the stack covers everything.
  const auto close_before = [&](RangeStart address) {
    while (open.back().last < address) {
      const RangeStart next = open.back().last + 1;
      open.pop_back();
      cut(next, open.back().value);
    }
  };
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    const Prefix& prefix = sorted[i];
    if (i > 0 && sorted[i - 1].first == prefix.first && sorted[i - 1].last == prefix.last) {
      return fail(ErrorCode::Conflict, "a prefix was added to the index twice");
    }
    close_before(prefix.first);
    open.push_back({.last = prefix.last, .value = values.number_of(prefix.answer)});
    cut(prefix.first, open.back().value);
  }
  close_before(~RangeStart{0});
  return ranges;
}

}  // namespace luytre::categories
