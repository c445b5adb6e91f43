// SPDX-License-Identifier: Apache-2.0
#include "dataplane/port/packet_buffers.h"

#include <fmt/format.h>
#include <rte_eal.h>
#include <rte_mbuf.h>
#include <rte_mempool.h>

#include <algorithm>

#include "mbuf_packet.h"

namespace luytre::port {
namespace {

// Buffers that an lcore keeps at hand without touching the shared ring: eight bursts.
constexpr unsigned kCachedBuffers = 256;

std::uint32_t data_room(const BufferOptions& options) noexcept {
  return RTE_PKTMBUF_HEADROOM + std::max(options.frame_bytes, std::uint32_t{2048});
}

// What rte_pktmbuf_pool_create does, but for the flag: with pages of 4 KB an object that must not
// cross one takes a page for itself, two thirds more memory. Physical neighbours matter only to
// cards that know no virtual addresses, and those have huge pages.
rte_mempool* make_pool(const std::string& name, unsigned count, std::uint16_t room) {
  const unsigned flags = rte_eal_has_hugepages() != 0 ? 0 : RTE_MEMPOOL_F_NO_IOVA_CONTIG;
  rte_mempool* pool = rte_mempool_create_empty(
      name.c_str(), count, static_cast<unsigned>(sizeof(rte_mbuf)) + room, kCachedBuffers,
      sizeof(rte_pktmbuf_pool_private), SOCKET_ID_ANY, flags);
  if (pool == nullptr) {
    return nullptr;
  }
  rte_pktmbuf_pool_private sizes{};
  sizes.mbuf_data_room_size = room;
  rte_pktmbuf_pool_init(pool, &sizes);
  if (rte_mempool_populate_default(pool) < 0) {
    rte_mempool_free(pool);
    return nullptr;
  }
  rte_mempool_obj_iter(pool, rte_pktmbuf_init, nullptr);
  return pool;
}

}  // namespace

std::size_t buffer_memory_bytes(const BufferOptions& options) noexcept {
  // An object is its header and trailer, the rte_mbuf and the data, rounded up to cache lines; its
  // slot in the ring, which has a power of two of them; two lines for padding between channels.
  const std::size_t object = 64 + sizeof(rte_mbuf) + data_room(options) + 64 + 128;
  return options.count * (object + 2 * sizeof(void*));
}

Result<std::unique_ptr<PacketBuffers>> PacketBuffers::create(const std::string& name,
                                                             const BufferOptions& options) {
  const std::uint32_t room = data_room(options);
  if (room > UINT16_MAX) {
    return fail(ErrorCode::Invalid,
                fmt::format("Frames of {} bytes do not fit a packet buffer.", options.frame_bytes));
  }
  rte_mempool* pool = make_pool(name, options.count, static_cast<std::uint16_t>(room));
  if (pool == nullptr) {
    return fail(ErrorCode::NoSpace,
                fmt::format("There is no memory for {} packet buffers ({} MB). Raise eal.memory_mb "
                            "or lower workers.max_collecting.",
                            options.count, (buffer_memory_bytes(options) >> 20U) + 1));
  }
  return std::unique_ptr<PacketBuffers>(new PacketBuffers(pool, room - RTE_PKTMBUF_HEADROOM));
}

PacketBuffers::~PacketBuffers() { rte_mempool_free(pool_); }

bool PacketBuffers::allocate(dataplane::Packet& packet) noexcept {
  rte_mbuf* mbuf = rte_pktmbuf_alloc(pool_);
  if (mbuf == nullptr) {
    return false;
  }
  packet = to_packet(mbuf);
  return true;
}

void PacketBuffers::release(const dataplane::Packet& packet) noexcept {
  rte_pktmbuf_free(static_cast<rte_mbuf*>(packet.owner));
}

unsigned PacketBuffers::free_count() const noexcept { return rte_mempool_avail_count(pool_); }

}  // namespace luytre::port
