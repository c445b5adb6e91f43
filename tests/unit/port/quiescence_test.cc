// SPDX-License-Identifier: Apache-2.0
#include "dataplane/port/quiescence.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>

namespace luytre::port {
namespace {

using namespace std::chrono_literals;

Quiescence make(unsigned readers) {
  auto quiescence = Quiescence::create(readers);
  EXPECT_TRUE(quiescence);
  return std::move(*quiescence);
}

TEST(QuiescenceTest, AWriterWithoutReadersDoesNotWait) { make(4).wait_for_readers(); }

TEST(QuiescenceTest, AWriterWaitsForAReaderThatMayHoldTheOldPointer) {
  Quiescence quiescence = make(1);
  quiescence.join(0);
  std::atomic<bool> freed{false};
  std::thread writer([&] {
    quiescence.wait_for_readers();
    freed = true;
  });
  std::this_thread::sleep_for(20ms);
  EXPECT_FALSE(freed);
  while (!freed) {  // whether the writer began to wait before or after the first report
    quiescence.quiescent(0);
    std::this_thread::yield();
  }
  writer.join();
}

TEST(QuiescenceTest, ASleepingReaderIsNotWaitedFor) {
  Quiescence quiescence = make(2);
  quiescence.join(0);
  quiescence.join(1);
  quiescence.offline(0);
  quiescence.leave(1);
  quiescence.wait_for_readers();
  quiescence.online(0);
  quiescence.leave(0);
}

// What readers look at dies with a mark, so that a reader who comes too late sees it even without
// a sanitizer.
struct Marked {
  std::atomic<int> alive{1};
  ~Marked() { alive = 0; }
};

TEST(QuiescenceTest, NobodySeesAFreedObjectInAHundredSwaps) {
  constexpr unsigned kReaders = 2;
  Quiescence quiescence = make(kReaders);
  auto first = std::make_unique<Marked>();
  std::atomic<const Marked*> current{first.get()};
  std::atomic<bool> stop{false};
  std::atomic<int> dead_seen{0};
  std::atomic<std::uint64_t> loops{0};

  const auto read = [&](unsigned reader) {
    quiescence.join(reader);
    while (!stop) {
      const Marked* seen = current.load(std::memory_order_acquire);
      for (int i = 0; i < 32; ++i) {
        dead_seen += 1 - seen->alive.load(std::memory_order_relaxed);
      }
      quiescence.quiescent(reader);
      if (++loops % 64 == 0) {
        quiescence.offline(reader);
        std::this_thread::sleep_for(100us);
        quiescence.online(reader);
      }
    }
    quiescence.leave(reader);
  };
  std::thread a(read, 0);
  std::thread b(read, 1);
  while (loops < 100) {
    std::this_thread::yield();
  }
  auto held = std::move(first);
  for (int swap = 0; swap < 100; ++swap) {
    auto next = std::make_unique<Marked>();
    current.store(next.get(), std::memory_order_release);
    quiescence.wait_for_readers();
    held = std::move(next);  // frees the one before
  }
  stop = true;
  a.join();
  b.join();
  EXPECT_EQ(dead_seen, 0);
}

}  // namespace
}  // namespace luytre::port
