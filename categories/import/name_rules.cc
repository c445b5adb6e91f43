// SPDX-License-Identifier: Apache-2.0
#include "name_rules.h"

#include <libpsl.h>

#include <algorithm>
#include <string>
#include <string_view>

namespace luytre::categories {
namespace {

// Names whose answer tells a client something by itself; they hold with all that is below them.
// dibdot's list of encrypted resolvers, for one, lists the first of them itself.
constexpr std::string_view kCanaryNames[] = {
    "use-application-dns.net",  // Firefox
    "doh.test",                 // Firefox, steering
    "mask.icloud.com",
    "mask-h2.icloud.com",  // iCloud Private Relay
    "mask-api.icloud.com",
    "mask-canary.icloud.com",
    "resolver.arpa",  // RFC 9462 §4
};

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
void NameRules::Free::operator()(psl_ctx_st* suffixes) const noexcept { psl_free(suffixes); }

Result<NameRules> NameRules::load(const Taxonomy& taxonomy) {
  NameRules rules;
  rules.suffixes_.reset(psl_latest(nullptr));
  if (rules.suffixes_ == nullptr) {
    return fail(ErrorCode::NotFound,
                "There is no public suffix list. Install the package publicsuffix.");
  }
  rules.canaries_ = parse_all(kCanaryNames);
  rules.shared_apexes_ = parse_all(kSharedApexes);
  rules.portals_ = parse_all(kPortals);
  rules.never_block_ =
      taxonomy.tier(CategoryTier::NeverBlock1) | taxonomy.tier(CategoryTier::NeverBlock2);
  for (const Category& category : taxonomy.categories()) {
    if (category.private_suffixes) {
      rules.private_suffixes_ |= CategorySet::of(category.id);
    }
  }
  return rules;
}

Expected<Reach, SkipCause> NameRules::judge(const ListedName& listed) const {
  const auto covers = [&](const DomainName& canary) { return listed.name.is_within(canary); };
  if (std::ranges::any_of(canaries_, covers)) {
    return Unexpected(SkipCause::CanaryName);
  }
  if (listed.reach == Reach::Exact) {
    return Reach::Exact;
  }
  const bool permits =
      listed.polarity == Polarity::Withdraws || (listed.categories - never_block_).empty();
  const std::string text = listed.name.to_text();
  const bool registry = is_suffix(suffixes_.get(), text, PSL_TYPE_ICANN);
  const bool shared = registry || is_suffix(suffixes_.get(), text, PSL_TYPE_PRIVATE) ||
                      contains(shared_apexes_, listed.name);
  if (permits) {
    return shared || contains(portals_, listed.name) ? Reach::Exact : Reach::Subtree;
  }
  const bool meant = !registry && (listed.categories - private_suffixes_).empty();
  if (shared && !meant) {
    return Unexpected(SkipCause::PublicSuffix);
  }
  return Reach::Subtree;
}

}  // namespace luytre::categories
