// SPDX-License-Identifier: Apache-2.0
#include "address_rules.h"

#include <gtest/gtest.h>

namespace luytre::categories {
namespace {

bool may(std::string_view text) {
  const auto prefix = IpPrefix::from_text(text);
  EXPECT_TRUE(prefix) << text;
  return prefix && may_be_listed(*prefix);
}

TEST(AddressRules, PublicAddressesMayBeListed) {
  for (const char* text : {"1.1.1.1", "8.0.0.0/8", "9.255.255.255", "11.0.0.0/8", "100.63.255.255",
                           "100.128.0.0/9", "172.32.0.0/11", "192.167.0.0/16", "223.255.255.255",
                           "2001:4860::/32", "2606:4700:4700::1111", "2a00::/16"}) {
    EXPECT_TRUE(may(text)) << text;
  }
}

TEST(AddressRules, WhatNoListCanMeanIsRefused) {
  for (const char* text : {"0.0.0.0",         "0.1.2.3",     "10.1.2.3",     "10.0.0.0/8",
                           "100.64.0.0/10",   "127.0.0.1",   "169.254.1.1",  "172.16.0.0/12",
                           "172.31.255.255",  "192.168.1.1", "192.0.2.1",    "198.51.100.0/24",
                           "203.0.113.9",     "198.19.0.1",  "224.0.0.251",  "239.0.0.0/8",
                           "255.255.255.255", "240.0.0.0/8", "::",           "::1",
                           "fe80::1",         "fc00::/16",   "fd00::1",      "ff02::1",
                           "ff00::/16",       "2001:db8::1", "64:ff9b::/96", "3fff::1",
                           "::ffff:10.0.0.1"}) {
    EXPECT_FALSE(may(text)) << text;
  }
}

TEST(AddressRules, ARangeAroundAReservedOneIsRefusedToo) {
  for (const char* text : {"172.0.0.0/8", "192.0.0.0/8", "192.0.0.0/16", "100.0.0.0/8",
                           "2001:d00::/24", "2001::/16"}) {
    EXPECT_FALSE(may(text)) << text;
  }
}

TEST(AddressRules, RangesWiderThanAnyListMeansAreRefused) {
  for (const char* text :
       {"0.0.0.0/0", "8.0.0.0/7", "64.0.0.0/2", "::/0", "2000::/3", "2a00::/15"}) {
    EXPECT_FALSE(may(text)) << text;
  }
}

}  // namespace
}  // namespace luytre::categories
