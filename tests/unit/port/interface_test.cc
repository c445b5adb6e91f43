// SPDX-License-Identifier: Apache-2.0
#include "dataplane/port/interface.h"

#include <gtest/gtest.h>

#include "private_network.h"

namespace luytre::port {
namespace {

TEST(InterfaceTest, AnUnknownOneIsRefusedWithTheNamesOfThoseThatThereAre) {
  const auto state = inspect_interface("nosuchport0");
  ASSERT_FALSE(state);
  EXPECT_EQ(state.error().code, ErrorCode::NotFound);
  EXPECT_NE(state.error().message.find("nosuchport0"), std::string::npos);
  EXPECT_NE(state.error().message.find("lo"), std::string::npos);
}

TEST(InterfaceTest, ANameThatIsTooLongForTheKernelIsUnknown) {
  EXPECT_FALSE(inspect_interface(std::string(200, 'x')));
  EXPECT_FALSE(inspect_interface(""));
}

TEST(InterfaceTest, OneThatCarriesAnAddressIsRefused) {
  LUYTRE_NEEDS_PRIVATE_NETWORK();
  testing::run("ip address add 192.0.2.1/24 dev near");
  const auto prepared = prepare_interface("near");
  ASSERT_FALSE(prepared);
  EXPECT_EQ(prepared.error().code, ErrorCode::Conflict);
  EXPECT_NE(prepared.error().message.find("192.0.2.1"), std::string::npos);
}

TEST(InterfaceTest, APreparedOneIsUpAndJoinsNoPackets) {
  LUYTRE_NEEDS_PRIVATE_NETWORK();
  testing::run("ethtool -K near gro on");
  testing::run("ip link set near down");
  const auto notes = prepare_interface("near");
  ASSERT_TRUE(notes) << notes.error().message;
  EXPECT_TRUE(notes->empty()) << notes->front();
  testing::run("ip link show near up | grep -q near");
  testing::run("ethtool -k near | grep -q 'generic-receive-offload: off'");
  testing::run("grep -q 1 /proc/sys/net/ipv6/conf/near/disable_ipv6");
  EXPECT_EQ(inspect_interface("near")->mtu, 1500U);
}

}  // namespace
}  // namespace luytre::port
