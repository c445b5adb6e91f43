// SPDX-License-Identifier: Apache-2.0
#include "workload.h"

#include <cstring>

#include "base/byte_order.h"

namespace luytre::bench {
namespace {

using namespace dataplane::bench;
using dataplane::WorkerOptions;

void copy(const Bytes& frame, Packet& packet) noexcept {
  std::memcpy(packet.bytes, frame.data(), frame.size());
  packet.size = static_cast<std::uint32_t>(frame.size());
}

class Unprofiled final : public Workload {
 public:
  WorkerOptions options() const override { return {.max_flows = 1024, .max_collecting = 16}; }
  void write(Packet& packet, Path::Content content) override {
    if (content == Path::Content::Nothing) {
      copy(frame_, packet);
      store_be32(packet.bytes + kSourceAt, 0x64400000U | (random_() & 0x3fffffU));
    }
    ++written_;
  }
  bool is_right(Side side, const Packet& packet) const override {
    return side == Side::Internet && packet.size == frame_.size();
  }
  bool ended_right(const Path& path) const override {
    return path.count(Outcome::Unprofiled) == written_;
  }

 private:
  Bytes frame_ = unprofiled_frame();
  std::mt19937 random_{1};
};

// Packets of random ones of all flows that the table knows.
class Decided final : public Workload {
 public:
  explicit Decided(const Sizes& sizes) : sizes_(sizes) {}

  WorkerOptions options() const override {
    return {.max_flows = sizes_.flows, .max_collecting = 64, .hash_seed = 7};
  }
  void prepare(Path& path) override {
    constexpr std::uint32_t kBatch = 2048;
    for (std::uint32_t begin = 0; begin < sizes_.flows; begin += kBatch) {
      pass(path, Side::Subscriber, flow_.first, begin, kBatch);
      pass(path, Side::Internet, flow_.heard, begin, kBatch);
    }
    before_ = path.count(Outcome::TcpDecided);
  }
  void write(Packet& packet, Path::Content content) override {
    if (content == Path::Content::Nothing) {
      copy(flow_.later, packet);
    }
    // splitmix64's increment and an odd multiplier: as good as random here, and cheaper.
    const auto drawn = static_cast<std::uint32_t>((written_++ * 0x9e3779b97f4a7c15U) >> 32U);
    const auto number = static_cast<std::uint32_t>(std::uint64_t{drawn} * sizes_.flows >> 32U);
    address_flow(packet.bytes, number, sizes_.lines, Side::Subscriber);
  }
  bool is_right(Side side, const Packet& packet) const override {
    return side == Side::Internet && packet.size == flow_.later.size();
  }
  // A few in ten thousand flows lost their place while the table was filled to 95 %.
  bool ended_right(const Path& path) const override {
    return path.count(Outcome::TcpDecided) - before_ >= written_ * 99 / 100;
  }

 private:
  void pass(Path& path, Side from, const Bytes& frame, std::uint32_t number, std::uint32_t count) {
    path.pass(from, count, [&](Packet& packet, Path::Content) {
      copy(frame, packet);
      address_flow(packet.bytes, number++ % sizes_.flows, sizes_.lines, from);
      write_checksums(packet);
    });
  }

  Sizes sizes_;
  DecidedFlow flow_;
  std::uint64_t before_ = 0;
};

// As many questions as a DNS id can tell apart: each answer is compared with its own question.
class Questions final : public Workload {
 public:
  Questions(const Sizes& sizes, std::uint64_t blocked_percent) {
    std::mt19937_64 random(2);
    for (std::size_t id = 0; id < kQuestions; ++id) {
      is_blocked_.push_back(random() % 100 < blocked_percent);
      const std::string name =
          is_blocked_[id] ? listed_name(random() % sizes.names) : unlisted_name(random());
      queries_.push_back(query_frame(name, random() % sizes.lines));
      store_be16(&queries_[id][kDnsIdAt], static_cast<std::uint16_t>(id));
    }
  }

  WorkerOptions options() const override { return {.max_flows = 1024, .max_collecting = 16}; }
  void write(Packet& packet, Path::Content) override {
    const std::size_t id = written_++ % kQuestions;
    copy(queries_[id], packet);
    blocked_ += is_blocked_[id] ? 1 : 0;
  }
  bool is_right(Side side, const Packet& packet) const override {
    constexpr std::size_t kFlagsAt = kDnsIdAt + 2;
    const std::uint16_t id = load_be16(packet.bytes + kDnsIdAt);
    if (!is_blocked_[id]) {
      return side == Side::Internet && packet.size == queries_[id].size();
    }
    constexpr std::uint16_t kAnswer = 0x8000;
    constexpr std::uint16_t kNameError = 3;
    const std::uint16_t flags = load_be16(packet.bytes + kFlagsAt);
    return side == Side::Subscriber && (flags & kAnswer) != 0 && (flags & 0x000fU) == kNameError;
  }
  bool ended_right(const Path& path) const override {
    return path.count(Outcome::DnsBlocked) == blocked_ &&
           path.count(Outcome::DnsAllowed) == written_ - blocked_;
  }

 private:
  static constexpr std::size_t kQuestions = 65536;
  std::vector<Bytes> queries_;
  std::vector<bool> is_blocked_;
  std::uint64_t blocked_ = 0;
};

// Hellos in two packets, each on a new flow.
class Hellos final : public Workload {
 public:
  enum class Over : std::uint8_t { Tcp, Quic };
  Hellos(const Sizes& sizes, Over over, bool is_blocked)
      : sizes_(sizes), over_(over), is_blocked_(is_blocked) {
    const std::string name = is_blocked ? listed_name(1) : unlisted_name(1);
    frames_ = over == Over::Tcp ? hello_segments(name) : initial_datagrams(name, kParts);
  }

  WorkerOptions options() const override {
    return {.max_flows = 1U << 20U,
            .max_collecting = 4096,
            .quic_initials_per_second = 1'000'000'000,  // the lines' own bound is not measured
            .hash_seed = 7};
  }
  void write(Packet& packet, Path::Content) override {
    // The two packets of a hello four packets apart, so that flows overlap as they do on a wire.
    const std::uint64_t number = written_++;
    const std::size_t part = number / 4 % kParts;
    const auto flow = static_cast<std::uint32_t>(number / (4 * kParts) * 4 + number % 4);
    copy(frames_[part], packet);
    // Ports up to 65,535: then the first ones again, as new connections.
    address_flow(packet.bytes, flow % (sizes_.lines * 60'000U), sizes_.lines, Side::Subscriber);
    if (over_ == Over::Tcp) {
      store_be32(packet.bytes + kSequenceAt,
                 flow * 5000 + static_cast<std::uint32_t>(part * kHelloCut));
    } else {
      store_be16(packet.bytes + kDestinationPortAt, 443);
    }
    write_checksums(packet);
  }
  bool is_right(Side side, const Packet&) const override {
    return is_blocked_ || side == Side::Internet;
  }
  bool ended_right(const Path& path) const override {
    const Outcome outcome = over_ == Over::Tcp
                                ? (is_blocked_ ? Outcome::TlsBlocked : Outcome::TlsAllowed)
                                : (is_blocked_ ? Outcome::QuicBlocked : Outcome::QuicAllowed);
    return path.count(outcome) == written_;
  }
  // As bench/dataplane counts: hellos over TCP, Initials over QUIC.
  std::size_t packets_a_unit() const override { return over_ == Over::Tcp ? kParts : 1; }

 private:
  static constexpr std::size_t kParts = 2;
  Sizes sizes_;
  Over over_;
  bool is_blocked_;
  std::vector<Bytes> frames_;
};

auto questions(std::uint64_t blocked_percent) {
  return [=](const Sizes& sizes) { return std::make_unique<Questions>(sizes, blocked_percent); };
}
auto hellos(Hellos::Over over, bool is_blocked) {
  return [=](const Sizes& sizes) { return std::make_unique<Hellos>(sizes, over, is_blocked); };
}

}  // namespace

void Workload::prepare(Path&) {}

const std::vector<NamedWorkload>& workloads() {
  using enum Hellos::Over;
  static const std::vector<NamedWorkload> all = {
      {"unprofiled_64_bytes", [](const Sizes&) { return std::make_unique<Unprofiled>(); }},
      {"decided_flow_64_bytes",
       [](const Sizes& sizes) { return std::make_unique<Decided>(sizes); }},
      {"dns/blocked_percent/5", questions(5)},
      {"dns/blocked_percent/50", questions(50)},
      {"tls_hello_two_segments/blocked/0", hellos(Tcp, false)},
      {"tls_hello_two_segments/blocked/1", hellos(Tcp, true)},
      {"quic_hello_two_datagrams/blocked/0", hellos(Quic, false)},
      {"quic_hello_two_datagrams/blocked/1", hellos(Quic, true)}};
  return all;
}

}  // namespace luytre::bench
