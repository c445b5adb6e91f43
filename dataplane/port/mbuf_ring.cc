// SPDX-License-Identifier: Apache-2.0
#include "mbuf_ring.h"

#include <rte_mbuf.h>
#include <rte_memory.h>
#include <rte_ring.h>

#include <array>
#include <utility>

namespace luytre::port {

Result<MbufRing> MbufRing::create(const std::string& name, unsigned slots) {
  rte_ring* ring =
      rte_ring_create(name.c_str(), slots, SOCKET_ID_ANY, RING_F_SP_ENQ | RING_F_SC_DEQ);
  if (ring == nullptr) {
    return fail(ErrorCode::NoSpace,
                "There is no memory for the rings between the distributor and the workers. Raise "
                "eal.memory_mb or lower workers.count.");
  }
  return MbufRing(ring);
}

MbufRing::MbufRing(MbufRing&& other) noexcept : ring_(std::exchange(other.ring_, nullptr)) {}

MbufRing::~MbufRing() {
  if (ring_ == nullptr) {
    return;
  }
  std::array<rte_mbuf*, 32> left;
  for (std::size_t count = 0; (count = take(left)) > 0;) {
    rte_pktmbuf_free_bulk(left.data(), static_cast<unsigned>(count));
  }
  rte_ring_free(ring_);
}

std::size_t MbufRing::put(std::span<rte_mbuf* const> mbufs) noexcept {
  return rte_ring_sp_enqueue_burst_elem(ring_, mbufs.data(), sizeof(rte_mbuf*),
                                        static_cast<unsigned>(mbufs.size()), nullptr);
}

std::size_t MbufRing::take(std::span<rte_mbuf*> mbufs) noexcept {
  return rte_ring_sc_dequeue_burst_elem(ring_, mbufs.data(), sizeof(rte_mbuf*),
                                        static_cast<unsigned>(mbufs.size()), nullptr);
}

bool MbufRing::is_empty() const noexcept { return rte_ring_empty(ring_) != 0; }

}  // namespace luytre::port
