// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "visit.h"

namespace luytre::dataplane::soak {

// A DNS question that is asked again every second.
class DnsVisit : public Visit {
 public:
  using Visit::Visit;
  void begin() override { ask(kTries); }
  void at_client(const PacketView& view, const Bytes& frame) override;
  void at_server(const PacketView& view, const Bytes& frame) override;

 private:
  static constexpr int kTries = 8;
  void ask(int tries);
};

// A browser's QUIC hello in two datagrams, which it sends again until it hears something.
class QuicVisit : public Visit {
 public:
  QuicVisit(Network& network, Target target);
  void begin() override { greet(kFirstTimeout, kTries); }
  void at_client(const PacketView& view, const Bytes& frame) override;
  void at_server(const PacketView& view, const Bytes& frame) override;

 private:
  static constexpr int kTries = 10;
  static constexpr milliseconds kFirstTimeout{300};
  void greet(milliseconds timeout, int tries);

  std::vector<Bytes> hello_;
};

}  // namespace luytre::dataplane::soak
