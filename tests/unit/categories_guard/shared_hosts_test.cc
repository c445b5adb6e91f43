// SPDX-License-Identifier: Apache-2.0
#include "categories/shared_hosts/shared_hosts.h"

#include "guard_fixture.h"

namespace luytre::categories {
namespace {

TEST(SharedHosts, SaysWhoStandsBelowAName) {
  const auto hosts = SharedHosts::load();
  ASSERT_TRUE(hosts) << hosts.error().message;
  const struct {
    const char* name;
    HostKind kind;
  } rows[] = {{"com.vn", HostKind::Registry},
              {"vn", HostKind::Registry},
              {"blogspot.com", HostKind::PrivateSuffix},
              {"ddns.net", HostKind::PrivateSuffix},
              {"apple-dns.net", HostKind::Apex},
              {"amazonaws.com", HostKind::Apex},
              {"google.com", HostKind::Portal},
              {"example.com", HostKind::Own},
              {"customer.blogspot.com", HostKind::Own},
              {"example.nonsense", HostKind::Own}};
  for (const auto& row : rows) {
    EXPECT_EQ(hosts->kind(testing::name(row.name)), row.kind) << row.name;
  }
  EXPECT_EQ(hosts->kind(DomainName()), HostKind::Registry);
}

}  // namespace
}  // namespace luytre::categories
