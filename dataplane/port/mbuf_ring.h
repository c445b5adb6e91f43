// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "base/error.h"

struct rte_mbuf;
struct rte_ring;

namespace luytre::port {

// Packets on their way from one thread to one other; neither waits for the other. What is in it
// when it ends goes back to its pool.
class MbufRing {
 public:
  // `slots` is a power of two; one of them stays empty.
  [[nodiscard]] static Result<MbufRing> create(const std::string& name, unsigned slots);
  MbufRing(MbufRing&& other) noexcept;
  MbufRing& operator=(MbufRing&&) = delete;
  ~MbufRing();

  // By the one thread: takes from the front as many as there is room for, and returns how many.
  [[nodiscard]] std::size_t put(std::span<rte_mbuf* const> mbufs) noexcept;
  // By the other: fills from the front with what there is, and returns how many.
  [[nodiscard]] std::size_t take(std::span<rte_mbuf*> mbufs) noexcept;
  // By either.
  [[nodiscard]] bool is_empty() const noexcept;

 private:
  explicit MbufRing(rte_ring* ring) noexcept : ring_(ring) {}
  rte_ring* ring_;
};

}  // namespace luytre::port
