// SPDX-License-Identifier: Apache-2.0
#include "categories/shared_hosts/shared_hosts.h"

#include <libpsl.h>

#include <algorithm>
#include <string>
#include <string_view>

namespace luytre::categories {
namespace {

// Apexes of CDNs and hosting under which unrelated people's hosts live, and which the public suffix
// list does not hold (all of) as suffixes. A name below one of them is one customer and may be
// listed.
constexpr std::string_view kSharedApexes[] = {
    "aaplimg.com",    "akadns.net",     "akamai.net",       "akamaiedge.net",
    "akamaihd.net",   "akamaized.net",  "alicdn.com",       "aliyuncs.com",
    "amazonaws.com",  "apple-dns.net",  "azure.com",        "azureedge.net",
    "azurefd.net",    "b-cdn.net",      "bizflycloud.vn",   "bunnycdn.com",
    "cdn77.org",      "cdnetworks.net", "cdngc.net",        "cloudapp.net",
    "cloudflare.net", "cloudfront.net", "edgecastcdn.net",  "edgekey.net",
    "edgesuite.net",  "fastly.net",     "fastlylb.net",     "footprint.net",
    "gcdn.co",        "ggpht.com",      "googleapis.com",   "googleusercontent.com",
    "gstatic.com",    "gvt1.com",       "gvt2.com",         "hwcdn.net",
    "jsdelivr.net",   "kxcdn.com",      "lldns.net",        "llnwd.net",
    "msecnd.net",     "msedge.net",     "myqcloud.com",     "nsatc.net",
    "r2.dev",         "rackcdn.com",    "stackpathdns.com", "trafficmanager.net",
    "unpkg.com",      "vnetwork.vn",    "vnncdn.net",       "vngcdn.vn",
    "windows.net",    "wpengine.com",   "yahoodns.net",
};

// Portals under which one company offers everything, what users publish included. Listing one of
// them among updates or libraries means its own page; blocking one whole is the operator's decision
// and stays possible.
constexpr std::string_view kPortals[] = {
    "amazon.com", "apple.com",  "cloudflare.com", "facebook.com",  "github.com",
    "google.com", "icloud.com", "live.com",       "microsoft.com", "sourceforge.net",
    "yahoo.com",  "zing.vn",    "zoho.com",
};

bool is_suffix(const psl_ctx_st* suffixes, const std::string& name, int section) {
  // Without the star rule, which takes every unknown top-level domain for a suffix.
  return psl_is_public_suffix2(suffixes, name.c_str(), section | PSL_TYPE_NO_STAR_RULE) != 0;
}

constexpr auto kBefore = [](const DomainName& a, const DomainName& b) { return a < b; };

bool contains(const std::vector<DomainName>& names, const DomainName& name) {
  return std::ranges::binary_search(names, name, kBefore);
}

template <typename Names>
std::vector<DomainName> parse_all(const Names& names) {
  std::vector<DomainName> parsed;
  for (const std::string_view name : names) {
    parsed.push_back(DomainName::from_hostname(name).value_or(DomainName{}));
  }
  std::ranges::sort(parsed, kBefore);
  return parsed;
}

}  // namespace

// The library's own list is not ours to free, which psl_free() knows.
void SharedHosts::Free::operator()(psl_ctx_st* suffixes) const noexcept { psl_free(suffixes); }

Result<SharedHosts> SharedHosts::load() {
  SharedHosts hosts;
  hosts.suffixes_.reset(psl_latest(nullptr));
  if (hosts.suffixes_ == nullptr) {
    return fail(ErrorCode::NotFound,
                "There is no public suffix list. Install the package publicsuffix.");
  }
  hosts.apexes_ = parse_all(kSharedApexes);
  hosts.portals_ = parse_all(kPortals);
  return hosts;
}

HostKind SharedHosts::kind(const DomainName& name) const {
  const std::string text = name.to_text();
  if (name.is_root() || is_suffix(suffixes_.get(), text, PSL_TYPE_ICANN)) {
    return HostKind::Registry;
  }
  if (is_suffix(suffixes_.get(), text, PSL_TYPE_PRIVATE)) {
    return HostKind::PrivateSuffix;
  }
  if (contains(apexes_, name)) {
    return HostKind::Apex;
  }
  return contains(portals_, name) ? HostKind::Portal : HostKind::Own;
}

}  // namespace luytre::categories
