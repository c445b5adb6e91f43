// SPDX-License-Identifier: Apache-2.0
// process_burst on packets in memory, without a port. What each bench reads and writes is checked
// after every batch.
//
//   luytre-bench-dataplane [--names=N] [--lines=N] [--flows=N] [Google Benchmark's options]
//   luytre-bench-dataplane --list=FILE --questions=FILE …
//
// The second form asks a list of your own the questions of a file, in their order (dns/given).

#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "base/byte_order.h"
#include "bench_world.h"
#include "checksum.h"
#include "common/arguments.h"
#include "common/name_files.h"
#include "common/name_set.h"
#include "dataplane/worker.h"
#include "packet_ring.h"
#include "tests/support/client_hello.h"
#include "tests/support/packet_builder.h"
#include "tests/support/quic_packets.h"

namespace luytre::dataplane::bench {
namespace {

using luytre::test::Bytes;
using luytre::test::packet;

constexpr std::size_t kBatch =
    2048;  // packets between two checks: the buffers of a port's two queues

// Where the fields of an untagged IPv4 frame without options stand.
constexpr std::size_t kSourceAt = 26;
constexpr std::size_t kDestinationAt = 30;
constexpr std::size_t kSourcePortAt = 34;
constexpr std::size_t kDestinationPortAt = 36;
constexpr std::size_t kSequenceAt = 38;
constexpr std::size_t kIpAt = 14;
constexpr std::size_t kIpChecksumAt = 24;
constexpr std::size_t kTcpAt = 34;
constexpr std::size_t kTcpChecksumAt = 50;
constexpr std::size_t kIpBytes = 20;

// RFC 1071.
std::uint16_t checksum(std::span<const std::uint8_t> bytes, std::uint64_t sum) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    sum += i % 2 == 0 ? std::uint64_t{bytes[i]} << 8U : bytes[i];
  }
  while (sum > 0xffff) {
    sum = (sum & 0xffff) + (sum >> 16U);
  }
  return static_cast<std::uint16_t>(~sum);
}

// Of a TCP frame whose addresses or numbers were changed; undecided ones are verified.
void write_checksums(std::uint8_t* frame) {
  const std::size_t tcp_bytes = load_be16(frame + kIpAt + 2) - kIpBytes;
  store_be16(frame + kIpChecksumAt, 0);
  store_be16(frame + kIpChecksumAt, checksum({frame + kIpAt, kIpBytes}, 0));
  store_be16(frame + kTcpChecksumAt, 0);
  std::uint64_t pseudo_header = 6 + tcp_bytes;
  for (std::size_t at = kSourceAt; at < kSourceAt + 8; at += 2) {
    pseudo_header += load_be16(frame + at);
  }
  store_be16(frame + kTcpChecksumAt, checksum({frame + kTcpAt, tcp_bytes}, pseudo_header));
}

std::unique_ptr<BenchWorld> shared_world;
std::uint32_t flow_count = 0;
luytre::bench::Questions given_questions;

// One worker and the batch that it works on.
struct Bench {
  explicit Bench(const WorkerOptions& options) : worker(options, ring) {}

  PacketRing ring{kBatch};
  std::vector<Packet> packets = std::vector<Packet>(kBatch);
  Worker worker;
  std::unique_ptr<Egress> egress = std::make_unique<Egress>();
  Worker::Clock::time_point now{std::chrono::hours(1)};
  std::size_t to_client = 0;
  std::size_t to_server = 0;

  void run(Side from) {
    const World world = shared_world->world();
    for (std::size_t at = 0; at < packets.size(); at += Worker::kBurst) {
      worker.process_burst(from, std::span(packets).subspan(at, Worker::kBurst), world, now,
                           *egress);
      to_client += egress->packets(Side::Subscriber).size();
      to_server += egress->packets(Side::Internet).size();
      egress->clear();
    }
  }
  [[nodiscard]] std::uint64_t count(Outcome outcome) const {
    return worker.counters().value(outcome, Side::Subscriber) +
           worker.counters().value(outcome, Side::Internet);
  }
};

// Nanoseconds a unit (packet or connection) of each batch. The median hardly sees what else the
// machine does.
class Samples {
 public:
  void add(std::chrono::duration<double, std::nano> batch, std::size_t units) {
    nanoseconds_.push_back(batch.count() / static_cast<double>(units));
  }
  void report(benchmark::State& state, double budget_millions) {
    if (nanoseconds_.empty()) {
      return;
    }
    std::ranges::sort(nanoseconds_);
    const double median = nanoseconds_[nanoseconds_.size() / 2];
    state.counters["median_ns"] = median;
    state.counters["best_ns"] =
        nanoseconds_[nanoseconds_.size() / 20];  // one batch in twenty is faster
    state.counters["M/s"] = 1e3 / median;
    state.counters["budget_M/s"] = budget_millions;
  }

 private:
  std::vector<double> nanoseconds_;
};

struct Plan {
  Side from = Side::Subscriber;
  std::size_t units = kBatch;  // of one batch
  double budget_millions = 0;
  std::function<void()> restore;  // writes the batch anew, outside the measured time
  std::vector<std::pair<Outcome, std::uint64_t>> expected;  // counts of one batch
};

void measure(benchmark::State& state, Bench& bench, const Plan& plan) {
  Samples samples;
  std::uint64_t batches = 0;
  for (auto _ : state) {
    plan.restore();
    const auto begin = std::chrono::steady_clock::now();
    bench.run(plan.from);
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin;
    state.SetIterationTime(elapsed.count());
    samples.add(elapsed, plan.units);
    ++batches;
    for (const auto& [outcome, count] : plan.expected) {
      if (bench.count(outcome) != batches * count) {
        state.SkipWithError("the packets did not end as they should");
        return;
      }
    }
  }
  samples.report(state, plan.budget_millions);
}

Bytes padded(Bytes frame) {
  frame.resize(std::max<std::size_t>(frame.size(),
                                     60));  // 64 with the check sequence, which no port hands over
  return frame;
}

void unprofiled_64_bytes(benchmark::State& state) {
  Bench bench({.max_flows = 1024, .max_collecting = 16});
  const Bytes frame =
      padded(packet().eth().ipv4("100.64.0.0", "192.0.2.1").udp(40000, 123).build());
  std::mt19937 random(1);
  for (std::size_t i = 0; i < kBatch; ++i) {
    bench.ring.write(i, frame);
    bench.packets[i] = bench.ring.packet(i, frame.size());
    store_be32(bench.packets[i].bytes + kSourceAt, 0x64400000U | (random() & 0x3fffffU));
  }
  measure(state, bench,
          {.budget_millions = 20, .restore = [] {}, .expected = {{Outcome::Unprofiled, kBatch}}});
}

Bytes query_frame(const std::string& name, std::uint64_t line) {
  Bytes frame =
      packet().eth().ipv4("10.0.0.0", "192.0.2.53").udp(40000, 53).dns_query(name).build();
  store_be32(frame.data() + kSourceAt,
             0x0a000000U + static_cast<std::uint32_t>(line % shared_world->line_count()));
  return frame;
}

// What the index answers for is drawn anew for every packet of the batch.
void dns(benchmark::State& state) {
  const auto blocked_percent = static_cast<std::uint64_t>(state.range(0));
  Bench bench({.max_flows = 1024, .max_collecting = 16});
  std::mt19937_64 random(2);
  std::vector<Bytes> queries;
  std::uint64_t blocked = 0;
  for (std::size_t i = 0; i < kBatch; ++i) {
    const bool is_blocked = random() % 100 < blocked_percent;
    blocked += is_blocked ? 1 : 0;
    const std::string name =
        is_blocked ? listed_name(random() % shared_world->name_count()) : unlisted_name(random());
    queries.push_back(query_frame(name, random()));
  }
  const auto restore = [&] {
    for (std::size_t i = 0; i < kBatch; ++i) {
      bench.ring.write(i, queries[i]);
      bench.packets[i] = bench.ring.packet(i, queries[i].size());
    }
  };
  measure(state, bench,
          {.budget_millions = 12.5,
           .restore = restore,
           .expected = {{Outcome::DnsBlocked, blocked}, {Outcome::DnsAllowed, kBatch - blocked}}});
}

// The file's questions in their order, batch by batch.
void dns_given(benchmark::State& state) {
  Bench bench({.max_flows = 1024, .max_collecting = 16});
  const std::size_t usable = given_questions.names.size() / kBatch * kBatch;
  std::mt19937_64 random(2);
  std::vector<Bytes> queries;
  for (std::size_t i = 0; i < usable; ++i) {
    queries.push_back(query_frame(given_questions.names[i].to_text(), random()));
  }
  std::size_t next = 0;
  const auto restore = [&] {
    for (std::size_t i = 0; i < kBatch; ++i) {
      const Bytes& query = queries[next + i];
      bench.ring.write(i, query);
      bench.packets[i] = bench.ring.packet(i, query.size());
    }
    next = (next + kBatch) % usable;
  };
  measure(state, bench, {.budget_millions = 12.5, .restore = restore, .expected = {}});
  std::uint64_t blocked = 0;
  const std::uint64_t asked = static_cast<std::uint64_t>(state.iterations()) * kBatch;
  for (std::uint64_t i = 0; i < asked; ++i) {
    blocked += given_questions.expected[i % usable].empty() ? 0 : 1;
  }
  if (bench.count(Outcome::DnsBlocked) != blocked ||
      bench.count(Outcome::DnsAllowed) != asked - blocked) {
    state.SkipWithError("the queries were not answered as they should");
  }
}

// Flow `number` in the frame of a client or, mirrored, of its server.
void address_flow(std::uint8_t* frame, std::uint32_t number, Side from) {
  const std::uint32_t client = 0x0a000000U + number % shared_world->line_count();
  const auto port = static_cast<std::uint16_t>(1024 + number / shared_world->line_count());
  const bool outbound = from == Side::Subscriber;
  store_be32(frame + (outbound ? kSourceAt : kDestinationAt), client);
  store_be32(frame + (outbound ? kDestinationAt : kSourceAt), 0xc0000201U);
  store_be16(frame + (outbound ? kSourcePortAt : kDestinationPortAt), port);
  store_be16(frame + (outbound ? kDestinationPortAt : kSourcePortAt), 22);
}

void decided_flow_64_bytes(benchmark::State& state) {
  const Side from = state.range(0) == 0 ? Side::Subscriber : Side::Internet;
  Bench bench({.max_flows = flow_count, .max_collecting = 64, .hash_seed = 7});
  const Bytes first = packet()
                          .eth()
                          .ipv4("10.0.0.0", "192.0.2.1")
                          .tcp(1024, 22)
                          .seq(1)
                          .ack(1)
                          .payload("SSH-2.0-client")
                          .build();
  // A flow is decided for good when its server has acknowledged what was judged.
  const Bytes heard =
      padded(packet().eth().ipv4("192.0.2.1", "10.0.0.0").tcp(22, 1024).seq(1).ack(15).build());
  const auto write = [&](const Bytes& frame, std::uint32_t number, Side side) {
    for (std::size_t i = 0; i < kBatch; ++i) {
      bench.ring.write(i, frame);
      bench.packets[i] = bench.ring.packet(i, frame.size());
      address_flow(bench.packets[i].bytes, (number + static_cast<std::uint32_t>(i)) % flow_count,
                   side);
      write_checksums(bench.packets[i].bytes);
    }
    bench.run(side);
  };
  for (std::uint32_t number = 0; number < flow_count; number += kBatch) {
    write(first, number, Side::Subscriber);
    write(heard, number, Side::Internet);
  }
  const std::uint64_t flows = bench.worker.counters().flows();
  if (flows + bench.worker.counters().replaced_flows() < flow_count ||
      flows < flow_count * 99 / 100) {
    state.SkipWithError("the flows are not in the table");
    return;
  }
  const Bytes later =
      padded(packet().eth().ipv4("10.0.0.0", "192.0.2.1").tcp(1024, 22).seq(15).ack(1).build());
  std::mt19937 random(3);
  const auto restore = [&] {
    for (std::size_t i = 0; i < kBatch; ++i) {
      bench.ring.write(i, later);
      bench.packets[i] = bench.ring.packet(i, later.size());
      address_flow(bench.packets[i].bytes, static_cast<std::uint32_t>(random() % flow_count), from);
    }
  };
  const std::uint64_t decided_before = bench.count(Outcome::TcpDecided);
  const std::uint64_t heard_before = bench.count(Outcome::TcpFromInternet);
  const std::uint64_t forwarded_before = bench.to_client + bench.to_server;
  measure(state, bench,
          {.from = from, .budget_millions = 14.9, .restore = restore, .expected = {}});
  const std::uint64_t forwarded = bench.to_client + bench.to_server - forwarded_before;
  const std::uint64_t decided = from == Side::Subscriber
                                    ? bench.count(Outcome::TcpDecided) - decided_before
                                    : bench.count(Outcome::TcpFromInternet) - heard_before;
  // A few in ten thousand flows lost their place while the table was filled to 95 %.
  if (forwarded != static_cast<std::uint64_t>(state.iterations()) * kBatch ||
      decided < forwarded * 99 / 100) {
    state.SkipWithError("the packets did not end as they should");
  }
}

// A hello of a current browser, 1.9 KB in two segments, on a new connection each time.
void tls_hello(benchmark::State& state) {
  const bool blocked = state.range(0) != 0;
  Bench bench({.max_flows = 1U << 20U, .max_collecting = 4096, .hash_seed = 7});
  const std::string name = blocked ? listed_name(1) : unlisted_name(1);
  const Bytes hello =
      luytre::test::ClientHello().padding(300).browser_extensions(1216).server_name(name).stream();
  constexpr std::size_t kCut = 1380;
  const auto segment = [&](std::size_t begin, std::size_t end) {
    return packet()
        .eth()
        .ipv4("10.0.0.0", "192.0.2.1")
        .tcp(1024, 443)
        .seq(static_cast<std::uint32_t>(1 + begin))
        .ack(1)
        .payload(std::span(hello).subspan(begin, end - begin))
        .build();
  };
  const std::array<Bytes, 2> segments = {segment(0, kCut), segment(kCut, hello.size())};
  std::uint32_t number = 0;
  const auto restore = [&] {
    for (std::size_t i = 0; i < kBatch; ++i) {
      // The two segments of a hello four packets apart, so that connections overlap as they do on a
      // wire.
      const std::size_t part = i / 4 % 2;
      bench.ring.write(i, segments[part]);
      bench.packets[i] = bench.ring.packet(i, segments[part].size());
      const std::uint32_t flow = number + static_cast<std::uint32_t>(i / 8 * 4 + i % 4);
      address_flow(bench.packets[i].bytes, flow, Side::Subscriber);
      store_be32(bench.packets[i].bytes + kSequenceAt,
                 flow * 5000 + static_cast<std::uint32_t>(part * kCut));
      write_checksums(bench.packets[i].bytes);
    }
    number += kBatch / 2;
  };
  measure(state, bench,
          {.units = kBatch / 2,
           .budget_millions = 3,
           .restore = restore,
           .expected = {{blocked ? Outcome::TlsBlocked : Outcome::TlsAllowed, kBatch}}});
}

// Of a UDP frame whose addresses or ports were changed: those of undecided QUIC are verified.
void write_udp_checksums(const Packet& packet) {
  constexpr std::size_t kUdpAt = 34;
  const auto frame = std::span(packet.bytes, packet.size);
  store_be16(&frame[kIpAt + 10], 0);
  Checksum header;
  header.add(frame.subspan(kIpAt, kUdpAt - kIpAt));
  store_be16(&frame[kIpAt + 10], header.value());
  store_be16(&frame[kUdpAt + 6], 0);
  const auto datagram = frame.subspan(kUdpAt);
  Checksum udp;
  udp.add(frame.subspan(kSourceAt, 8));  // the addresses of the pseudo-header
  udp.add(ip_protocol::kUdp + static_cast<std::uint32_t>(datagram.size()));
  udp.add(datagram);
  store_be16(&frame[kUdpAt + 6], udp.value());
}

// QUIC Initials from packet to verdict, on a new flow for each hello: in one datagram, or a current
// browser's in two. Units are Initials.
void quic_hello(benchmark::State& state) {
  namespace quic = luytre::test::quic;
  const auto datagrams = static_cast<std::size_t>(state.range(0));
  const bool blocked = state.range(1) != 0;
  Bench bench({.max_flows = 1U << 20U,
               .max_collecting = 4096,
               .quic_initials_per_second = 1'000'000'000,  // the lines' own bound is not measured
               .hash_seed = 7});
  const std::string name = blocked ? listed_name(1) : unlisted_name(1);
  const quic::Endpoint client;
  const auto payloads =
      datagrams == 1
          ? quic::hello_datagrams(
                client,
                luytre::test::ClientHello().browser_extensions().server_name(name).message())
          : quic::hello_datagrams(client, luytre::test::browser_hello(name).message(), {1100});
  std::vector<Bytes> frames;
  for (const Bytes& payload : payloads) {
    frames.push_back(
        packet().eth().ipv4("10.0.0.0", "192.0.2.1").udp(1024, 443).payload(payload).build());
  }
  std::uint32_t number = 0;
  const auto restore = [&] {
    for (std::size_t i = 0; i < kBatch; ++i) {
      // The datagrams of a hello four packets apart, so that flows overlap as they do on a wire.
      const std::size_t part = i / 4 % datagrams;
      bench.ring.write(i, frames[part]);
      bench.packets[i] = bench.ring.packet(i, frames[part].size());
      const std::uint32_t flow =
          number + static_cast<std::uint32_t>(i / (4 * datagrams) * 4 + i % 4);
      address_flow(bench.packets[i].bytes, flow, Side::Subscriber);
      store_be16(bench.packets[i].bytes + kDestinationPortAt, 443);
      write_udp_checksums(bench.packets[i]);
    }
    number += static_cast<std::uint32_t>(kBatch / datagrams);
  };
  measure(state, bench,
          {.budget_millions = 0.6,
           .restore = restore,
           .expected = {{blocked ? Outcome::QuicBlocked : Outcome::QuicAllowed, kBatch}}});
}

void register_all() {
  const auto add = [](const char* name, void (*bench)(benchmark::State&)) {
    return benchmark::RegisterBenchmark(name, bench)->UseManualTime();
  };
  add("unprofiled_64_bytes", unprofiled_64_bytes);
  add("decided_flow_64_bytes/from_client", decided_flow_64_bytes)->Arg(0);
  add("decided_flow_64_bytes/from_server", decided_flow_64_bytes)->Arg(1);
  add("dns/blocked_percent", dns)->Arg(5)->Arg(50);
  add("tls_hello_two_segments/blocked", tls_hello)->Arg(0)->Arg(1);
  add("quic_initial_to_verdict/datagrams/blocked", quic_hello)
      ->Args({1, 0})
      ->Args({1, 1})
      ->Args({2, 0})
      ->Args({2, 1});
}

}  // namespace
}  // namespace luytre::dataplane::bench

int main(int argc, char** argv) {
  using namespace luytre::dataplane::bench;
  luytre::bench::Arguments arguments(argc, argv);
  const std::uint64_t names = arguments.take_number("--names=", 1'000'000);
  const auto lines = static_cast<std::uint32_t>(arguments.take_number("--lines=", 1'000'000));
  flow_count = static_cast<std::uint32_t>(arguments.take_number("--flows=", 1'000'000));
  const auto list = arguments.take("--list=");
  const auto questions = arguments.take("--questions=");
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
    return 2;
  }
  if (list && questions) {
    const auto listed = luytre::bench::read_names(*list);
    given_questions = luytre::bench::questions_of(listed, luytre::bench::read_names(*questions));
    shared_world = std::make_unique<BenchWorld>(luytre::bench::names_of(listed), lines);
    benchmark::RegisterBenchmark("dns/given", dns_given)->UseManualTime();
  } else {
    shared_world = std::make_unique<BenchWorld>(listed_names(names), lines);
    register_all();
  }
  std::fprintf(stderr, "%llu names, %u lines, %u flows, bursts of %zu\n",
               static_cast<unsigned long long>(shared_world->name_count()), lines, flow_count,
               luytre::dataplane::Worker::kBurst);
  benchmark::RunSpecifiedBenchmarks();
  shared_world.reset();
  return 0;
}
