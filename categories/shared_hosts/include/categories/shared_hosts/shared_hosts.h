// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/error.h"
#include "categories/domain_name.h"

struct psl_ctx_st;

namespace luytre::categories {

// Who stands below a name: what a subtree entry for it would judge.
enum class HostKind : std::uint8_t {
  Own,            // its owner's hosts, as far as anybody knows
  Registry,       // com.vn: everybody who registered there; the root too
  PrivateSuffix,  // blogspot.com, ddns.net: a company's customers, as it says itself
  Apex,           // akamaiedge.net: customers of a CDN or hoster
  Portal,         // google.com: one company's services, with what users publish there
};

// Names under which unrelated people have their hosts: the public suffix list and our own tables.
// Immutable; any thread.
class SharedHosts {
 public:
  // Reads the system's public suffix list, or the library's own if that is newer.
  [[nodiscard]] static Result<SharedHosts> load();

  [[nodiscard]] HostKind kind(const DomainName& name) const;

 private:
  SharedHosts() noexcept = default;

  struct Free {
    void operator()(psl_ctx_st* suffixes) const noexcept;
  };
  std::unique_ptr<psl_ctx_st, Free> suffixes_;
  std::vector<DomainName> apexes_;  // sorted, as the next
  std::vector<DomainName> portals_;
};

}  // namespace luytre::categories
