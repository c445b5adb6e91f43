// SPDX-License-Identifier: Apache-2.0
#include "journey.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "base/prefetch.h"
#include "policy/verdict.h"
#include "subscriber.h"

namespace luytre::dataplane {
namespace {

const categories::DomainName kNoName;       // stands where every question has a name to look up
constexpr std::size_t kExpirePerCall = 32;  // holds; bounds what one call does

// Frames are 64 bytes and more apart and their descriptors are known early: four ahead covers a
// miss in the cache.
constexpr std::size_t kPrefetchAhead = 4;

// A hold lets go of all its packets, which may be fragments, or of two forged ones.
bool has_room_for_a_hold(const Egress& egress) noexcept {
  constexpr std::size_t kMost =
      std::max(Collector::kMaxPackets, QuicHolds::kMaxPackets) + kMaxHeldFragments + 2;
  return egress.packets(Side::Internet).size() + kMost <= Egress::kCapacity &&
         egress.packets(Side::Subscriber).size() + kMost <= Egress::kCapacity;
}

// What several lists' entries say together about one question.
categories::NameMatch united(const categories::NameMatch& a,
                             const categories::NameMatch& b) noexcept {
  return {.categories = a.categories | b.categories,
          .matched_labels = std::max(a.matched_labels, b.matched_labels),
          .minimum_age = std::max(a.minimum_age, b.minimum_age)};
}

bool says_something(const categories::NameMatch& match) noexcept {
  return !match.categories.empty() || match.minimum_age != 0;
}

}  // namespace

Journey::Journey(const WorkerOptions& options, PacketPool& pool, NameObserver* observer)
    : pool_(pool),
      observer_(observer),
      drop_malformed_(options.drop_malformed),
      fail_mode_(options.fail_mode),
      fragments_(options.fragments),
      tunnels_(options.tunnels),
      return_paths_(options.max_return_paths, options.hash_seed),
      status_page_(options.status_page),
      reassembly_(options.max_datagrams, options.fragment_timeout, options.fail_mode,
                  options.hash_seed),
      flows_(options, observer),
      quic_(options, observer),
      dtls_(options),
      hop_limits_(options.hash_seed) {}

// The journey, top to bottom. Steps 1 to 3 are all that a line without a profile costs.
void Journey::run(Side from, std::span<const Packet> packets, const World& world,
                  Clock::time_point now, Egress& egress) noexcept {
  Exit exit = make_exit(egress, from);
  burst_.from = from;
  burst_.world = &world;
  burst_.now = now;
  whole_count_ = 0;
  bool has_filtered = pass(packets.first(std::min(packets.size(), kBurst)), exit);
  if (whole_count_ != 0) [[unlikely]] {
    has_filtered |= pass(std::span(whole_).first(whole_count_), exit);
  }
  if (has_filtered) {
    publish();
  }
}

// False: there was nothing but lines without a profile.
bool Journey::pass(std::span<const Packet> packets, Exit& exit) noexcept {
  burst_.packets = packets;
  decode_all();
  find_profiles();
  Positions waiting;
  send_off_unfiltered(waiting, exit);
  if (waiting.count == 0) {
    return false;
  }
  if (burst_.from == Side::Internet) {
    learn_return_paths(waiting);
  }
  prefetch_flows(waiting);
  // One round, except when a connection sends more in the burst that completed its name, or asks for
  // more than one thing in what is held: that waits for the verdict.
  while (waiting.count != 0) {
    Positions later;
    read_names(waiting, later, exit);
    judge();
    act(later, exit);
    waiting = later;
  }
  return true;
}

void Journey::decode_all() noexcept {
  const auto packets = burst_.packets;
  for (std::size_t i = 0; i < packets.size(); ++i) {
    if (i + kPrefetchAhead < packets.size()) {
      const Packet& ahead = packets[i + kPrefetchAhead];
      prefetch(ahead.bytes);
      if (ahead.size > kCacheLineBytes) {
        prefetch(ahead.bytes + kCacheLineBytes);  // where a DNS question begins
      }
    }
    burst_.decoded[i] = decode(packets[i].frame(), burst_.views[i], tunnels_);
  }
}

// The memory of lines and of flows is waited for at the same time, for all packets of the burst.
void Journey::find_profiles() noexcept {
  const std::size_t count = burst_.packets.size();
  burst_.aimed = 0;
  const policy::PolicySnapshot* const policy = burst_.world->policy;
  if (policy == nullptr) {
    std::fill_n(burst_.profiles.begin(), count, nullptr);
    return;
  }
  for (std::size_t i = 0; i < count; ++i) {
    read_innermost_key(burst_.from, burst_.packets[i], burst_.views[i], burst_.keys[i]);
  }
  const auto keys = std::span(burst_.keys).first(count);
  policy::PolicySnapshot::Lookup lookup;
  policy->begin(keys, lookup);
  policy->narrow(keys, lookup);
  burst_.aimed = lookup.candidates;
  for (std::uint32_t left = burst_.aimed; left != 0; left &= left - 1) {
    aim_at_flow(static_cast<std::size_t>(std::countr_zero(left)));
  }
  for (std::uint32_t left = burst_.aimed; left != 0; left &= left - 1) {
    prefetch_flow(static_cast<std::size_t>(std::countr_zero(left)));
  }
  policy->finish(keys, lookup, burst_.profiles, burst_.lines);
  find_outer_lines(*policy, burst_.from, burst_.packets, burst_.views, burst_.profiles,
                   burst_.lines);
}

// Most packets leave here, byte for byte as they came.
void Journey::send_off_unfiltered(Positions& filtered, Exit& exit) noexcept {
  for (std::size_t i = 0; i < burst_.packets.size(); ++i) {
    const Packet& packet = burst_.packets[i];
    const PacketView& view = burst_.views[i];
    const bool has_profile = burst_.profiles[i] != nullptr;
    if (burst_.decoded[i] == DecodeResult::Ok) [[likely]] {
      if (has_profile) {
        filtered.add(i);
      } else {
        exit.forward(packet, Outcome::Unprofiled);
      }
    } else if (burst_.decoded[i] == DecodeResult::NotIp) {
      exit.forward(packet, Outcome::NotIp);
    } else if (view.ip_version != 0 && !has_profile) {
      // Broken behind its addresses, and of a line that did not ask: not ours to judge.
      exit.forward(packet, Outcome::Unprofiled);
    } else if (drop_malformed_) {
      exit.drop(packet, Outcome::MalformedDropped);
    } else {
      exit.forward(packet, Outcome::MalformedForwarded);
    }
  }
}

// What carries packets towards a line is what refusals must be carried in, where the line's own
// packets do not show it.
void Journey::learn_return_paths(const Positions& filtered) noexcept {
  for (const std::uint8_t i : filtered.list()) {
    if (burst_.views[i].encapsulation.has_one_way()) [[unlikely]] {
      return_paths_.learn(burst_.packets[i], burst_.views[i], FlowTable::tick(burst_.now));
    }
  }
}

void Journey::read_names(const Positions& waiting, Positions& later, Exit& exit) noexcept {
  question_count_ = 0;
  const auto list = waiting.list();
  for (std::size_t n = 0; n < list.size(); ++n) {
    if (n + 1 < list.size()) {
      prefetch_payload(list[n + 1]);
    }
    if (!read_packet(list[n], exit)) {
      later.add(list[n]);
    }
  }
}

// Sends the packet on its way, or asks for the name in it. False: its turn comes after this round's
// verdicts.
bool Journey::read_packet(std::size_t i, Exit& exit) noexcept {
  const Packet& packet = burst_.packets[i];
  const PacketView& view = burst_.views[i];
  const bool outbound = burst_.from == Side::Subscriber;
  if (view.is_fragment) {
    read_fragment(i, exit);
    return true;
  }
  if (view.protocol == ip_protocol::kTcp) {
    if (!outbound) {
      flows_.from_server(segment(i), burst_.now, exit);
      return true;
    }
    const auto step = std::exchange(resumed_[i], false)
                          ? flows_.resume(found_[i], exit)
                          : flows_.from_client(segment(i), burst_.now, found_[i], exit);
    if (step == TcpFlows::Step::Read) {
      ask(i, found_[i].inspection);
    }
    return step != TcpFlows::Step::Later;
  }
  if (view.protocol == ip_protocol::kUdp) {
    return read_udp(i, exit);
  }
  exit.forward(packet, Outcome::OtherProtocol);
  return true;
}

// A name could be cut in two, and only the first part has ports: what the line sends is judged as a
// whole, in a round of its own at the end of the burst.
void Journey::read_fragment(std::size_t i, Exit& exit) noexcept {
  const Packet& packet = burst_.packets[i];
  if (burst_.from == Side::Internet || fragments_ == FragmentMode::Pass) {
    exit.forward(packet, Outcome::OtherProtocol);
  } else if (fragments_ == FragmentMode::Drop) {
    exit.drop(packet, Outcome::FragmentDropped);
  } else if (packet.datagram == nullptr) {
    if (const auto whole = reassembly_.add(packet, burst_.views[i], burst_.now, exit)) {
      whole_[whole_count_++] = *whole;
    }
  } else if (fail_mode_ == FailMode::Open) {  // fragments of a tunnel in which there are fragments
    exit.forward(packet, Outcome::FailOpen);
  } else {
    exit.drop(packet, Outcome::FailClosed);
  }
}

bool Journey::read_udp(std::size_t i, Exit& exit) noexcept {
  const Packet& packet = burst_.packets[i];
  const PacketView& view = burst_.views[i];
  if (burst_.from != Side::Subscriber) {
    if (view.source_port == kDnsPort) {
      exit.learn_hop_limit(packet, view);
      exit.forward(packet, Outcome::DnsNotQuery);
    } else {
      quic_.from_server(datagram(i), burst_.now, exit);
    }
    return true;
  }
  if (view.destination_port == kDnsPort) {
    read_dns(i, exit);
    return true;
  }
  const Bypass bypass = recognise_bypass_datagram(datagram(i).payload());
  if (bypass != Bypass::None) [[unlikely]] {
    ask({.packet = static_cast<std::uint8_t>(i),
         .has_name = false,
         .name = &kNoName,
         .target = {},
         .bypass = bypass});
    return true;
  }
  if (may_be_dtls_hello(datagram(i).payload())) {
    const auto read = read_dtls(i, exit);
    if (read != DtlsHellos::Step::NotThis) {
      return read != DtlsHellos::Step::Later;
    }
  }
  const auto step = quic_.from_client(datagram(i), burst_.now, quic_found_[i], exit);
  if (step == QuicFlows::Step::Read) {
    ask(i, quic_found_[i].inspection);
  }
  return step != QuicFlows::Step::Later;
}

DtlsHellos::Step Journey::read_dtls(std::size_t i, Exit& exit) noexcept {
  DtlsHellos::Found& found = dtls_found_[i];
  const auto step = dtls_.from_client(datagram(i), burst_.now, found, exit);
  if (step == DtlsHellos::Step::Contradicts) {
    quic_.refuse_datagram(datagram(i), burst_.now, Outcome::OverlapReset, exit);
  } else if (step == DtlsHellos::Step::Read) {
    if (observer_ != nullptr) {
      observer_->on_inspection(burst_.views[i], found.inspection, datagram(i).payload());
    }
    ask(i, found.inspection);
  }
  return step;
}

// A query to any server is judged, and answered in that server's name.
void Journey::read_dns(std::size_t i, Exit& exit) noexcept {
  const Packet& packet = burst_.packets[i];
  const PacketView& view = burst_.views[i];
  const auto message = packet.frame().subspan(view.payload_offset, view.payload_size);
  dns::Query& query = queries_[i];
  switch (dns::parse_query(message, query)) {
    case dns::QueryForm::Question:
      if (observer_ != nullptr) {
        observer_->on_inspection(
            view, {.finding = Finding::Name, .protocol = Protocol::Dns, .name = query.qname},
            message);
      }
      ask({.packet = static_cast<std::uint8_t>(i),
           .protocol = Protocol::Dns,
           .name = &query.qname,
           .target = {}});
      break;
    case dns::QueryForm::FormatError:
      answer_dns(packet, view, query, {.rcode = dns::Rcode::FormErr, .ede = {}, .extra_text = {}},
                 exit);
      break;
    case dns::QueryForm::OtherOpcode:
      answer_dns(packet, view, query, {.rcode = dns::Rcode::NotImp, .ede = {}, .extra_text = {}},
                 exit);
      break;
    case dns::QueryForm::Response:
    case dns::QueryForm::NotDns:
      exit.forward(packet, Outcome::DnsNotQuery);
      break;
  }
}

// What was read of a TCP stream or of a QUIC connection; the inspection stays where it is until the verdict.
void Journey::ask(std::size_t position, const Inspection& inspection) noexcept {
  const bool was_understood =
      inspection.finding == Finding::Name || inspection.finding == Finding::NoName;
  ask({.packet = static_cast<std::uint8_t>(position),
       .protocol = was_understood ? inspection.protocol : Protocol::Unknown,
       .has_name = inspection.finding == Finding::Name,
       .name = &inspection.name,
       .address = inspection.address ? &*inspection.address : nullptr,
       .target = inspection.target,
       .bypass = inspection.bypass});
}

// All names of the round at once, so that the index can prefetch.
void Journey::judge() noexcept {
  const auto questions = std::span(questions_).first(question_count_);
  if (questions.empty()) {
    return;
  }
  std::array<categories::NameMatch, kBurst> matches{};
  if (burst_.world->index != nullptr) {
    std::array<const categories::DomainName*, kBurst> names;
    std::ranges::transform(questions, names.begin(), &Question::name);
    burst_.world->index->lookup(std::span(names).first(questions.size()),
                                std::span(matches).first(questions.size()));
  }
  for (std::size_t q = 0; q < questions.size(); ++q) {
    verdicts_[q] = verdict_on(questions[q], matches[q]);
  }
}

// `listed` is what the lists say about the name. Of a TCP connection the server's address counts as
// well, and of an HTTP request the page; a name that is allowed by its own right (never-block, the
// owner's word) stays so by the order of tiers.
policy::Verdict Journey::verdict_on(const Question& question,
                                    const categories::NameMatch& listed) const noexcept {
  const policy::Profile& profile = *burst_.profiles[question.packet];
  const categories::LayeredIndex* index = burst_.world->index;
  categories::NameMatch match = question.has_name ? listed : categories::NameMatch{};
  if (index != nullptr && question.protocol != Protocol::Dns && index->has_prefixes()) {
    match = united(match, index->lookup_address(burst_.views[question.packet].destination));
    if (question.address != nullptr) {
      match = united(match, index->lookup_address(*question.address));
    }
  }
  if (question.bypass != Bypass::None) {
    match.categories |= question.bypass == Bypass::Socks ? burst_.world->proxy : burst_.world->vpn;
  }
  if (!question.has_name) {
    return says_something(match) ? policy::verdict(profile, {}, match) : policy::Verdict{};
  }
  const categories::DomainName& name = *question.name;
  if (status_page_.is_own_name(name)) {
    return {};
  }
  const policy::Verdict verdict = policy::verdict(profile, name, match);
  if (verdict.blocks() || question.target.empty() || index == nullptr) {
    return verdict;
  }
  const categories::NameMatch page = index->lookup_path(name, question.target);
  return says_something(page) ? policy::verdict(profile, name, united(match, page)) : verdict;
}

Segment Journey::segment(std::size_t position) const noexcept {
  return {.packet = burst_.packets[position],
          .view = burst_.views[position],
          .key = burst_.flow_keys[position],
          .hash = burst_.flow_hashes[position],
          .hint = burst_.flow_hints[position]};
}

UdpDatagram Journey::datagram(std::size_t position) const noexcept {
  return {.packet = burst_.packets[position],
          .view = burst_.views[position],
          .key = burst_.flow_keys[position],
          .hash = burst_.flow_hashes[position],
          .hint = burst_.flow_hints[position]};
}

void Journey::expire(Clock::time_point now, Egress& egress) noexcept {
  Exit exit = make_exit(egress, Side::Subscriber);  // only the client's packets are ever held
  for (std::size_t holds = 0; holds < kExpirePerCall && has_room_for_a_hold(egress); ++holds) {
    if (!flows_.give_up_overdue(now, exit) && !quic_.give_up_overdue(now, exit) &&
        !dtls_.give_up_overdue(now, exit) && !reassembly_.give_up_overdue(now, exit)) {
      break;
    }
  }
  blocked_views_.expire(now);
  flows_.table().sweep(now);
  quic_.table().sweep(now);
  publish();
}

bool Journey::drain(Egress& egress) noexcept {
  Exit exit = make_exit(egress, Side::Subscriber);
  bool is_empty = false;
  while (!is_empty && has_room_for_a_hold(egress)) {
    is_empty = !flows_.give_up_oldest(exit) && !quic_.give_up_oldest(exit) &&
               !dtls_.give_up_oldest(exit) && !reassembly_.give_up_oldest(exit);
  }
  publish();
  return is_empty;
}

void Journey::publish() noexcept {
  counters_.set_flows(flows_.table().size() + quic_.table().size());
  counters_.set_replaced_flows(flows_.table().replaced() + quic_.table().replaced());
  counters_.set_held_packets(flows_.held_packets() + quic_.held_packets() + dtls_.held_packets() +
                             reassembly_.held_packets());
}

}  // namespace luytre::dataplane
