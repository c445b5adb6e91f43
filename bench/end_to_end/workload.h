// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "bench_frames.h"
#include "bench_world.h"
#include "dataplane/outcome.h"
#include "dataplane/worker.h"

namespace luytre::bench {

using dataplane::Outcome;
using dataplane::Packet;
using dataplane::Side;

// Something that packets pass through on their way to verdicts: a worker in this thread, or one
// between two devices.
class Path {
 public:
  virtual ~Path() = default;

  // What is in the buffer: nothing, or a packet that came out unchanged.
  enum class Content : bool { Nothing, Forwarded };
  using Write = std::function<void(Packet& packet, Content content)>;
  // Sends so many packets, a multiple of 32, and takes what comes out until all of them have their
  // outcome.
  virtual void pass(Side from, std::uint64_t packets, const Write& write) = 0;
  [[nodiscard]] virtual std::uint64_t count(Outcome outcome) const = 0;
};

// What a generator sends and what has to become of it. Numbers go on from one call to the next.
class Workload {
 public:
  virtual ~Workload() = default;

  [[nodiscard]] virtual dataplane::WorkerOptions options() const = 0;
  // What must have passed before.
  virtual void prepare(Path& path);
  // The next packet from the subscribers' side, into a buffer of 2 KB.
  virtual void write(Packet& packet, Path::Content content) = 0;
  // Whether this may come out on this side.
  [[nodiscard]] virtual bool is_right(Side side, const Packet& packet) const = 0;
  // Whether `written` packets had the outcomes that they should have, all of them having one.
  [[nodiscard]] virtual bool ended_right(const Path& path) const = 0;
  // Packets that are counted as one: the two of a hello.
  [[nodiscard]] virtual std::size_t packets_a_unit() const { return 1; }

 protected:
  std::uint64_t written_ = 0;
};

// The world and its sizes outlive all workloads.
struct Sizes {
  std::uint64_t names = 0;
  std::uint32_t lines = 0;
  std::uint32_t flows = 0;
};

struct NamedWorkload {
  std::string name;
  std::function<std::unique_ptr<Workload>(const Sizes&)> make;
};
// As bench/dataplane measures them.
[[nodiscard]] const std::vector<NamedWorkload>& workloads();

}  // namespace luytre::bench
