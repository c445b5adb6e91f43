// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "categories/domain_name.h"
#include "categories/index/layered_index.h"
#include "dataplane/inspect/inspection.h"
#include "dataplane/outcome.h"
#include "dataplane/packet.h"
#include "dataplane/packet_view.h"
#include "dataplane/tunnels.h"
#include "policy/snapshot.h"

namespace luytre::dataplane {

enum class FailMode : std::uint8_t { Open, Closed };
enum class FragmentMode : std::uint8_t { Reassemble, Drop, Pass };
// QUIC on UDP port 443 in a version that is not read. Refuse: with port unreachable; browsers go on
// over TCP.
enum class QuicUnknown : std::uint8_t { Refuse, Forward };

// Sizes and choices of one worker; all memory is taken when it is made.
struct WorkerOptions {
  std::uint32_t max_flows = 1U << 20U;       // rounded up to a power of two; 64 bytes each; QUIC: half as many
  std::uint32_t max_collecting = 4096;       // flows whose first bytes are being held; QUIC: half as many
  std::uint32_t max_collect_bytes = 65536;   // client bytes held per undecided flow; at most 65,536
  std::chrono::milliseconds hold_timeout{500};
  std::chrono::seconds flow_idle_timeout{300};
  FailMode fail_mode = FailMode::Open;       // an undecided flow at a bound
  // Datagrams with Initials that one line may have opened; twice as many at once. At the bound, the fail mode.
  std::uint32_t quic_initials_per_second = 512;
  QuicUnknown quic_unknown = QuicUnknown::Refuse;
  bool drop_malformed = false;
  // Undecided client segments with a wrong checksum are dropped, as their server would drop them. Off for captures
  // of hosts that leave checksums to their network card.
  bool verify_checksums = true;
  FragmentMode fragments = FragmentMode::Reassemble;  // sent by a filtered line
  std::uint32_t max_datagrams = 64;          // of which fragments are held; 66 KB each, once in use
  std::chrono::milliseconds fragment_timeout{1000};
  Tunnels tunnels = Tunnels::all();          // looked into for the packets of lines
  std::uint32_t max_return_paths = 65536;    // clients in MPLS and GTP-U whose way back is kept; 256 bytes each
  std::string status_page = "http://status.luytre.test/";  // where plain HTTP is redirected to
  std::uint64_t hash_seed = 0;               // keys the flow table; random in production
};

// What a burst is judged by. Loaded once per burst; must stay alive until process_burst returns (RCU).
struct World {
  const categories::LayeredIndex* index = nullptr;   // nullptr: nothing is listed yet
  const policy::PolicySnapshot* policy = nullptr;    // nullptr: no line is filtered yet
  // Words for the redirect's query string, by category bit; 64 entries, static as long as the World.
  std::span<const std::string> category_names;
  // What a VPN or a proxy is judged as that shows itself in its first bytes; empty: such connections pass.
  categories::CategorySet vpn = {};
  categories::CategorySet proxy = {};
};

// Sees every name that an inspector found, before the verdict. For luytre-inspect and tests; the gateway sets none.
class NameObserver {
 public:
  virtual ~NameObserver() = default;
  virtual void on_inspection(const PacketView& first_packet, const Inspection& inspection,
                             std::span<const std::uint8_t> bytes) noexcept = 0;
};

// One core's packets, run to completion. Not thread-safe; nothing is shared that is written but its counters.
class Worker {
 public:
  static constexpr std::size_t kBurst = 32;
  using Clock = std::chrono::steady_clock;

  Worker(const WorkerOptions& options, PacketPool& pool, NameObserver* observer = nullptr);
  Worker(Worker&&) noexcept;
  Worker& operator=(Worker&&) noexcept;
  ~Worker();

  // Takes ownership of every packet of `burst` (at most kBurst): each is pushed to `egress`, held, or released.
  // Never allocates, locks, throws or logs.
  void process_burst(Side from, std::span<const Packet> burst, const World& world,
                     Clock::time_point now, Egress& egress) noexcept;

  // Applies the bounds in time: lets go of held packets and forgets idle flows. Bounded work; call once per loop.
  void expire(const World& world, Clock::time_point now, Egress& egress) noexcept;

  // Lets go of what is held, by the fail mode; for shutdown. False: `egress` had no room for all of it; empty it and
  // call again.
  bool drain(Egress& egress) noexcept;

  [[nodiscard]] const Counters& counters() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace luytre::dataplane
