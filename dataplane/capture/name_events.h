// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "dataplane/worker.h"

namespace luytre::dataplane {

// A name that a client showed, with the flow it showed it on. Member order is the order of reports.
struct NameEvent {
  std::string protocol;  // "dns", "http", "tls"
  std::string source;    // the client
  std::uint16_t source_port = 0;
  std::string destination;
  std::uint16_t destination_port = 0;
  std::string name;
  std::uint16_t qtype = 0;            // DNS only
  std::vector<policy::VlanId> vlans;  // outermost first
  std::vector<std::string>
      encapsulation;  // the other layers below the innermost IP header, likewise

  friend auto operator<=>(const NameEvent&, const NameEvent&) = default;
};

// Collects what a worker's inspectors find: each event once, with how often it occurred.
class NameEvents final : public NameObserver {
 public:
  void on_inspection(const PacketView& first_packet, const Inspection& inspection,
                     std::span<const std::uint8_t> bytes) noexcept override;

  [[nodiscard]] const std::map<NameEvent, std::uint64_t>& all() const noexcept { return events_; }

 private:
  std::map<NameEvent, std::uint64_t> events_;
};

}  // namespace luytre::dataplane
