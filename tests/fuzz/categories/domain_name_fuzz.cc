// SPDX-License-Identifier: Apache-2.0
// Input: any octets, read as wire form, as presentation form, as a host name and as a sort key.
// What one form gives, every other form must give back.

#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "categories/domain_name.h"
#include "categories/name_key.h"

namespace {

using luytre::categories::DomainName;
using luytre::categories::NameKey;

void require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

void check(const DomainName& name) {
  require(!name.wire().empty() && name.wire().size() <= DomainName::kMaxWireBytes);
  // An exact-size copy, so that AddressSanitizer sees one octet too far.
  const std::vector<std::uint8_t> wire(name.wire().begin(), name.wire().end());
  require(DomainName::from_wire(wire) == name);
  require(DomainName::from_text(name.to_text()) == name);
  require(NameKey::decode(NameKey(name).bytes()) == name);
  require(name.is_within(name) && name.is_within(DomainName{}));
  require(name.is_root() || !(name.parent() == name));
  require(name.is_within(name.parent()) && !(name < name.parent()));
  require(!DomainName::from_wire(std::vector(wire.begin(), wire.end() - 1)));
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's entry point.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string text(bytes, bytes + size);
  if (const auto name = DomainName::from_wire({bytes, size}); name) {
    check(*name);
  }
  if (const auto name = DomainName::from_text(text); name) {
    check(*name);
  }
  if (const auto name = DomainName::from_hostname(text); name) {
    check(*name);
    // A host name has no escapes: both readings of the text agree.
    require(DomainName::from_text(text) == *name);
  }
  if (const auto name = NameKey::decode({bytes, size}); name) {
    check(*name);
    const NameKey key(*name);
    require(std::vector<std::uint8_t>(key.bytes().begin(), key.bytes().end()) ==
            std::vector<std::uint8_t>(bytes, bytes + size));
  }
  return 0;
}
