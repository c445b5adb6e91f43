// SPDX-License-Identifier: Apache-2.0
// A program of its own, because it replaces the C library's allocator, or hooks into a sanitizer's:
// within process_burst, expire and drain every allocation ends it.
#include <cerrno>
#include <cstdlib>
#include <thread>

#include "storm.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define LUYTRE_OWN_MALLOC 0  // the sanitizers replace the allocator themselves, and offer hooks
#else
#define LUYTRE_OWN_MALLOC 1
#endif

namespace {

bool forbidden = false;

void check() noexcept {
  if (forbidden) {
    forbidden = false;
    std::fputs("an allocation on the packet path\n", stderr);
    std::abort();
  }
}

}  // namespace

#if LUYTRE_OWN_MALLOC
// NOLINTBEGIN(readability-identifier-naming, bugprone-reserved-identifier): names of the C library.
extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* old, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
void __libc_free(void* memory);

void* malloc(std::size_t size) {
  check();
  return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) {
  check();
  return __libc_calloc(count, size);
}
void* realloc(void* old, std::size_t size) {
  check();
  return __libc_realloc(old, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) {
  check();
  return __libc_memalign(alignment, size);
}
int posix_memalign(void** memory, std::size_t alignment, std::size_t size) {
  check();
  *memory = __libc_memalign(alignment, size);
  return *memory == nullptr ? ENOMEM : 0;
}
void free(void* memory) {
  if (memory != nullptr) {
    check();
  }
  __libc_free(memory);
}
}
// NOLINTEND(readability-identifier-naming, bugprone-reserved-identifier)
#else
// Of sanitizer/allocator_interface.h, which GCC's packages do not carry.
// NOLINTNEXTLINE(readability-identifier-naming, bugprone-reserved-identifier)
extern "C" int __sanitizer_install_malloc_and_free_hooks(
    void (*on_malloc)(const volatile void* memory, std::size_t size),
    void (*on_free)(const volatile void* memory));

namespace {

void on_malloc(const volatile void* /*memory*/, std::size_t /*size*/) { check(); }
void on_free(const volatile void* /*memory*/) { check(); }
[[maybe_unused]] const int kHooksInstalled =
    __sanitizer_install_malloc_and_free_hooks(on_malloc, on_free);

}  // namespace
#endif

namespace luytre::dataplane::test {
namespace {

TEST(Allocation, TheGuardOfThisTestWorks) {
  EXPECT_DEATH(
      {
        forbidden = true;
        const std::unique_ptr<int> made(new int(1));
        EXPECT_NE(made, nullptr);
      },
      "an allocation on the packet path");
}

TEST(Allocation, NoPacketAllocatesOrFreesMemory) {
  TestPool pool(2048);
  const auto egress = std::make_unique<Egress>();
  const auto release_all = [&] {
    for (const Side side : {Side::Subscriber, Side::Internet}) {
      for (const Packet& packet : egress->packets(side)) {
        pool.release(packet);
      }
    }
    egress->clear();
  };
  std::uint64_t quic = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Storm storm(seed);
    Worker worker(storm_options(storm), pool);
    Worker::Clock::time_point now{std::chrono::hours(1)};
    const World world = shared_world().world();
    for (int round = 0; round < 100; ++round) {
      const Side from = storm.side();
      std::array<Packet, Worker::kBurst> burst;
      for (Packet& packet : burst) {
        packet = pool.load(storm.frame(from));
      }
      pool.set_limit(storm.one_in(10) ? 0 : 2000);
      now += milliseconds(storm.below(200));
      forbidden = true;
      worker.process_burst(from, burst, world, now, *egress);
      worker.expire(world, now, *egress);
      forbidden = false;
      release_all();
    }
    for (bool done = false; !done;) {
      forbidden = true;
      done = worker.drain(*egress);
      forbidden = false;
      release_all();
    }
    quic += worker.counters().value(Outcome::QuicBlocked, Side::Subscriber) +
            worker.counters().value(Outcome::QuicUnreadable, Side::Subscriber);
    std::uint64_t blocked = worker.counters().value(Outcome::DnsBlocked, Side::Subscriber) +
                            worker.counters().value(Outcome::TlsBlocked, Side::Subscriber) +
                            worker.counters().value(Outcome::HttpRedirected, Side::Subscriber);
    EXPECT_GT(blocked, 0U) << "the storm must reach what it is to exercise";
  }
  EXPECT_GT(quic, 0U);
  EXPECT_EQ(pool.in_use(), 0U);
}

// A gateway makes its workers in one thread and runs them in others: what a cryptographic library
// keeps for each thread counts too.
TEST(Allocation, QuicNeedsNoMemoryOfItsOwnInAnotherThread) {
  TestPool pool(64);
  const auto egress = std::make_unique<Egress>();
  Worker worker({.max_flows = 1024, .max_collecting = 16}, pool);
  const World world = shared_world().world();
  const Endpoint client;
  Bytes damaged = small_hello(client, "casino.test")[0];
  damaged.back() ^= 1U;
  const std::array<Packet, 2> burst = {
      pool.load(QuicPath{}.from_client(damaged)),
      pool.load(QuicPath{}.from_client(small_hello(client, "casino.test")[0]))};
  std::thread([&] {
    forbidden = true;
    worker.process_burst(Side::Subscriber, burst, world, {}, *egress);
    forbidden = false;
  }).join();
  EXPECT_EQ(worker.counters().value(Outcome::QuicBlocked, Side::Subscriber), 1U);
  for (const Side side : {Side::Subscriber, Side::Internet}) {
    for (const Packet& packet : egress->packets(side)) {
      pool.release(packet);
    }
  }
}

}  // namespace
}  // namespace luytre::dataplane::test
