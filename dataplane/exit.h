// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "datagram.h"
#include "dataplane/forge.h"
#include "dataplane/outcome.h"
#include "dataplane/packet.h"
#include "dataplane/packet_view.h"
#include "hop_limits.h"

namespace luytre::dataplane {

// What packets of the other direction taught about how to speak to clients. Each may be nullptr: nothing.
struct Learnt {
  const ReturnPaths* return_paths = nullptr;
  HopLimits* hop_limits = nullptr;
};

// The one way out for the packets of a burst: each received packet passes here once and is counted
// there.
class Exit {
 public:
  // `from`: the side that the packets came from.
  Exit(PacketPool& pool, Counters& counters, Egress& egress, Side from,
       const Learnt& learnt = {}) noexcept
      : pool_(pool), counters_(counters), egress_(egress), from_(from), learnt_(learnt) {}

  // To the other side, to the side it came from, to nowhere.
  // A packet that stands for fragments is each of them; it cannot be an answer.
  void forward(const Packet& packet, Outcome outcome) noexcept {
    if (packet.datagram != nullptr) [[unlikely]] {
      forward_all(*packet.datagram, outcome);
    } else {
      send(opposite(from_), packet, outcome);
    }
  }
  void answer(const Packet& packet, Outcome outcome) noexcept { send(from_, packet, outcome); }
  void drop(const Packet& packet, Outcome outcome) noexcept {
    if (packet.datagram != nullptr) [[unlikely]] {
      drop_all(*packet.datagram, outcome);
    } else {
      drop_one(packet, outcome);
    }
  }

  // Packets that the gateway makes were never received and are not counted. False: no buffer.
  [[nodiscard]] bool make(Packet& packet) noexcept { return pool_.allocate(packet); }
  void discard_made(const Packet& packet) noexcept { pool_.release(packet); }
  // False, with the packet released, when there is no room.
  [[nodiscard]] bool send_made(Side to, const Packet& packet) noexcept {
    if (egress_.push(to, packet)) {
      return true;
    }
    pool_.release(packet);
    return false;
  }

  // For forging: the ways to clients in encapsulations.
  [[nodiscard]] const ReturnPaths* return_paths() const noexcept { return learnt_.return_paths; }
  // For forging: what the server of the client's packet would be heard with.
  [[nodiscard]] std::uint8_t hop_limit(const PacketView& view) const noexcept {
    return learnt_.hop_limits == nullptr ? kDefaultHopLimit
                                         : learnt_.hop_limits->of(view.destination);
  }
  // A packet of the internet's side shows it.
  void learn_hop_limit(const Packet& packet, const PacketView& view) noexcept {
    if (learnt_.hop_limits != nullptr) {
      learnt_.hop_limits->learn(packet, view);
    }
  }
  // Why the client of `sample` could not be told.
  [[nodiscard]] Outcome untold(const Packet& sample, const PacketView& view) const noexcept {
    return has_way_back(sample, view, return_paths()) ? Outcome::NoBufferDropped
                                                      : Outcome::NoReturnPath;
  }

  [[nodiscard]] Counters& counters() noexcept { return counters_; }

 private:
  void send(Side to, const Packet& packet, Outcome outcome) noexcept {
    if (egress_.push(to, packet)) [[likely]] {
      counters_.count(outcome, from_);
    } else {
      drop_one(packet, Outcome::NoBufferDropped);
    }
  }
  void drop_one(const Packet& packet, Outcome outcome) noexcept {
    pool_.release(packet);
    counters_.count(outcome, from_);
  }
  void forward_all(Datagram& datagram, Outcome outcome) noexcept {
    for (const Packet& fragment : datagram.fragments()) {
      send(opposite(from_), fragment, outcome);
    }
    datagram.close();
  }
  void drop_all(Datagram& datagram, Outcome outcome) noexcept {
    for (const Packet& fragment : datagram.fragments()) {
      drop_one(fragment, outcome);
    }
    datagram.close();
  }

  PacketPool& pool_;
  Counters& counters_;
  Egress& egress_;
  Side from_;
  Learnt learnt_;
};

}  // namespace luytre::dataplane
