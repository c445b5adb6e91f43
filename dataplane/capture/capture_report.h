// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "capture_inspection.h"

namespace luytre::dataplane {

// One JSON object a line and event: file, proto, src, sport, dst, dport, name; qtype for DNS, vlan
// where the frame was tagged (outermost first), encap where IP does not stand directly in Ethernet
// (likewise; IP in IP as "ipv6/ip"), n where the event occurred more than once.
[[nodiscard]] std::string events_as_json_lines(const CaptureReport& report);

// The same as a table for people.
[[nodiscard]] std::string events_as_table(const CaptureReport& report);

// How the packets' journeys ended, and which packets were not looked into and why.
[[nodiscard]] std::string summary(const CaptureReport& report);

}  // namespace luytre::dataplane
