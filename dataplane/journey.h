// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "act.h"
#include "blocked_views.h"
#include "dataplane/decode.h"
#include "dataplane/worker.h"
#include "dns/wire/query.h"
#include "dtls_hellos.h"
#include "exit.h"
#include "hop_limits.h"
#include "quic_flows.h"
#include "reassembly.h"
#include "return_paths.h"
#include "tcp_flows.h"

namespace luytre::dataplane {

inline constexpr std::uint16_t kDnsPort = 53;

// What every packet of a worker goes through, a burst at a time. Owns the worker's state.
class Journey {
 public:
  using Clock = Worker::Clock;
  static constexpr std::size_t kBurst = Worker::kBurst;

  Journey(const WorkerOptions& options, PacketPool& pool, NameObserver* observer);

  void run(Side from, std::span<const Packet> packets, const World& world, Clock::time_point now,
           Egress& egress) noexcept;
  void expire(Clock::time_point now, Egress& egress) noexcept;
  [[nodiscard]] bool drain(Egress& egress) noexcept;
  [[nodiscard]] const Counters& counters() const noexcept { return counters_; }

 private:
  // Positions in the burst, in the order of arrival.
  struct Positions {
    std::array<std::uint8_t, kBurst> at;
    std::size_t count = 0;

    void add(std::size_t position) noexcept { at[count++] = static_cast<std::uint8_t>(position); }
    [[nodiscard]] std::span<const std::uint8_t> list() const noexcept { return {at.data(), count}; }
    // Keeps the order of arrival, because a connection's packets may be among both.
    void merge(const Positions& others) noexcept {
      for (const std::uint8_t position : others.list()) {
        add(position);
      }
      std::sort(at.begin(), at.begin() + count);  // std::inplace_merge would allocate
    }
  };

  // Of one burst: parallel arrays, so that each step runs through all packets before the next
  // begins.
  struct Burst {
    Side from = Side::Subscriber;
    std::span<const Packet> packets;
    const World* world = nullptr;
    Clock::time_point now;
    std::array<PacketView, kBurst> views;
    std::array<DecodeResult, kBurst> decoded;
    std::array<policy::SubscriberKey, kBurst> keys;
    std::array<const policy::Profile*, kBurst> profiles;
    std::array<FlowKey, kBurst> flow_keys;
    std::array<std::uint64_t, kBurst> flow_hashes;
    std::array<policy::LineTag, kBurst> lines;
    std::array<FlowSlot, kBurst> flow_hints;
    std::uint32_t aimed = 0;  // by position, lowest bit first: their flows were looked for ahead
  };

  // A packet that asks for something and waits for the verdict.
  struct Question {
    std::uint8_t packet = 0;
    Protocol protocol = Protocol::Unknown;
    bool has_name = true;  // otherwise the server's address is all that is known
    const categories::DomainName* name = nullptr;
    const categories::IpAddress* address = nullptr;  // that the client named in place of one
    std::string_view target;                         // of an HTTP request
    Bypass bypass = Bypass::None;
  };

  [[nodiscard]] bool pass(std::span<const Packet> packets, Exit& exit) noexcept;
  void decode_all() noexcept;
  void find_profiles() noexcept;
  void send_off_unfiltered(Positions& filtered, Exit& exit) noexcept;
  void learn_return_paths(const Positions& filtered) noexcept;
  void prefetch_flows(const Positions& filtered) noexcept;
  void read_names(const Positions& waiting, Positions& later, Exit& exit) noexcept;
  void prefetch_payload(std::size_t position) noexcept;
  [[nodiscard]] bool read_packet(std::size_t position, Exit& exit) noexcept;
  void read_fragment(std::size_t position, Exit& exit) noexcept;
  [[nodiscard]] bool read_udp(std::size_t position, Exit& exit) noexcept;
  [[nodiscard]] DtlsHellos::Step read_dtls(std::size_t position, Exit& exit) noexcept;
  void read_dns(std::size_t position, Exit& exit) noexcept;
  void judge() noexcept;
  [[nodiscard]] policy::Verdict verdict_on(const Question& question,
                                           const categories::NameMatch& listed) const noexcept;
  void act(Positions& later, Exit& exit) noexcept;
  void count_blocked(const Question& question, policy::Verdict verdict) noexcept;
  [[nodiscard]] bool act_on(const Question& question, const policy::Verdict& verdict,
                            Exit& exit) noexcept;
  [[nodiscard]] bool act_on_nameless(const Question& question, const policy::Verdict& verdict,
                                     Exit& exit) noexcept;
  void act_on_quic(const Question& question, const policy::Verdict& verdict, Exit& exit) noexcept;
  void act_on_bypass(const Question& question, const policy::Verdict& verdict, Exit& exit) noexcept;
  void act_on_dtls(const Question& question, const policy::Verdict& verdict, Exit& exit) noexcept;
  void redirect(const Question& question, const policy::Verdict& verdict, Exit& exit) noexcept;
  void refuse_dns_stream(std::size_t position, const dns::Refusal* refusal, Exit& exit) noexcept;
  void ask(const Question& question) noexcept { questions_[question_count_++] = question; }
  void ask(std::size_t position, const Inspection& inspection) noexcept;
  [[nodiscard]] FlowTable* flow_table_for(const PacketView& view) noexcept;
  void aim_at_flow(std::size_t position) noexcept;
  void prefetch_flow(std::size_t position) noexcept;
  [[nodiscard]] Segment segment(std::size_t position) const noexcept;
  [[nodiscard]] UdpDatagram datagram(std::size_t position) const noexcept;
  void publish() noexcept;
  [[nodiscard]] Exit make_exit(Egress& egress, Side from) noexcept {
    return {pool_,
            counters_,
            egress,
            from,
            {.return_paths = &return_paths_, .hop_limits = &hop_limits_}};
  }

  PacketPool& pool_;
  NameObserver* observer_;
  bool drop_malformed_;
  FailMode fail_mode_;
  FragmentMode fragments_;
  Tunnels tunnels_;
  ReturnPaths return_paths_;
  StatusPage status_page_;
  Reassembly reassembly_;
  TcpFlows flows_;
  QuicFlows quic_;
  DtlsHellos dtls_;
  Counters counters_;

  Burst burst_;
  std::array<dns::Query, kBurst> queries_;            // by position in the burst
  std::array<TcpFlows::Found, kBurst> found_;         // by position in the burst
  std::array<QuicFlows::Found, kBurst> quic_found_;   // by position in the burst
  std::array<DtlsHellos::Found, kBurst> dtls_found_;  // by position in the burst
  std::array<bool, kBurst> resumed_{};            // by position: more of what is held is to be read
  std::array<Question, kBurst> questions_;        // of one round
  std::array<policy::Verdict, kBurst> verdicts_;  // by question
  std::size_t question_count_ = 0;
  std::array<Packet, kBurst> whole_;  // datagrams whose last fragment came in this burst
  std::size_t whole_count_ = 0;

  HopLimits hop_limits_;
  BlockedViews blocked_views_;
};

}  // namespace luytre::dataplane
