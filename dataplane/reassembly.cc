// SPDX-License-Identifier: Apache-2.0
#include "reassembly.h"

#include <algorithm>
#include <cstring>

#include "base/byte_order.h"
#include "checksum.h"
#include "outer_headers.h"

namespace luytre::dataplane {
namespace {

constexpr std::size_t kIpv6Bytes = 40;
constexpr std::size_t kMaxIpBytes = 65535;

// RFC 791 §3.2: identification is unique for addresses and protocol; RFC 8200 §4.5: for addresses.
FlowKey key_of(const PacketView& view, const Fragment& fragment) noexcept {
  FlowKey key;
  std::memcpy(&key.words[0], view.source.octets().data(), 16);
  std::memcpy(&key.words[2], view.destination.octets().data(), 16);
  // Of 16 bits in IPv4, and of 32 in IPv6. The tags leave four bits between them.
  const std::uint64_t identification =
      view.ip_version == 4 ? fragment.identification | std::uint32_t{view.protocol} << 16U
                           : fragment.identification;
  key.words[4] = (identification << 32U | FlowKey::tags_of(view)) ^ std::uint64_t{view.tunnel_depth}
                                                                        << 12U;
  return key;
}

}  // namespace

void Datagram::close() noexcept { home_->close(*this); }

Reassembly::Reassembly(std::uint32_t max_datagrams, std::chrono::milliseconds timeout,
                       FailMode fail_mode, std::uint64_t hash_seed)
    : hasher_(hash_seed),
      timeout_(timeout),
      fail_mode_(fail_mode),
      datagrams_(max_datagrams),
      tags_(max_datagrams),
      bytes_(max_datagrams * (kHeaderRoom + kPayloadRoom), HugeArray<std::uint8_t>::Touch::Lazily) {
  free_.reserve(max_datagrams);
  for (std::uint32_t id = max_datagrams; id > 0; --id) {
    free_.push_back(static_cast<DatagramId>(id - 1));
  }
}

std::optional<Packet> Reassembly::add(const Packet& packet, const PacketView& view,
                                      Clock::time_point now, Exit& exit) noexcept {
  const Fragment fragment = read_fragment(packet.frame(), view);
  const FlowKey key = key_of(view, fragment);
  const std::uint32_t tag = static_cast<std::uint32_t>(hasher_(key)) | 1U;
  DatagramId id = find(key, tag);
  if (id == kNoDatagram) {
    id = open(key, tag, now, exit);
  }
  if (id == kNoDatagram) {
    let_go(packet, exit);
    return std::nullopt;
  }
  const Datagram& known = datagram(id);
  const auto piece = packet.frame().subspan(fragment.piece_offset, fragment.size);
  const Place place = known.state_ == Datagram::State::Refused || !agrees(known, fragment, view)
                          ? Place::Overlapping
                          : place_of(id, fragment, piece);
  if (place == Place::Overlapping) {
    refuse(id, exit);
    exit.drop(packet, Outcome::FragmentRefused);
    return std::nullopt;
  }
  if (place == Place::Repeated) {
    exit.drop(packet, Outcome::DuplicateDropped);
    return std::nullopt;
  }
  while (fragments_ == kMaxHeldFragments && oldest_ != kNoDatagram) {
    const bool is_own = oldest_ == id;
    give_up(oldest_, exit);
    if (is_own) {
      let_go(packet, exit);
      return std::nullopt;
    }
  }
  if (fragments_ == kMaxHeldFragments) {  // all of them in whole datagrams that are held
    let_go(packet, exit);
    return std::nullopt;
  }
  insert(id, packet, view, fragment);
  return whole(id);
}

DatagramId Reassembly::find(const FlowKey& key, std::uint32_t tag) const noexcept {
  for (std::size_t i = 0; i < tags_.size(); ++i) {
    if (tags_[i] == tag && datagrams_[i].key_ == key) {
      return static_cast<DatagramId>(i);
    }
  }
  return kNoDatagram;
}

DatagramId Reassembly::open(const FlowKey& key, std::uint32_t tag, Clock::time_point now,
                            Exit& exit) noexcept {
  if (free_.empty() && oldest_ != kNoDatagram) {
    give_up(oldest_, exit);
  }
  if (free_.empty()) {
    return kNoDatagram;
  }
  const DatagramId id = free_.back();
  free_.pop_back();
  Datagram& opened = datagram(id);
  opened.home_ = this;
  opened.state_ = Datagram::State::Collecting;
  opened.key_ = key;
  opened.since_ = now;
  opened.count_ = 0;
  opened.piece_bytes_ = 0;
  opened.total_bytes_ = 0;
  opened.header_bytes_ = 0;
  tags_[static_cast<std::size_t>(id)] = tag;
  link(id);
  return id;
}

// With itself, with what is known of the end, and with what has room. The lengths in the headers
// around a tunnel's packet must be able to say its size too.
bool Reassembly::agrees(const Datagram& known, const Fragment& fragment,
                        const PacketView& view) const noexcept {
  const std::size_t uncounted = !view.encapsulation.empty()
                                    ? 0
                                    : view.network_offset + (view.ip_version == 4 ? 0 : kIpv6Bytes);
  if (fragment.size == 0 || fragment.header_end > kHeaderRoom ||
      fragment.header_end - uncounted + fragment.end() > kMaxIpBytes ||
      known.count_ == Datagram::kMaxFragments) {
    return false;
  }
  const std::uint32_t last_end = known.count_ == 0 ? 0 : known.pieces_[known.count_ - 1].end;
  if (fragment.has_more) {
    return fragment.size % 8 == 0 &&
           (known.total_bytes_ == 0 || fragment.end() < known.total_bytes_);
  }
  return known.total_bytes_ == 0 ? last_end <= fragment.end()
                                 : known.total_bytes_ == fragment.end();
}

Reassembly::Place Reassembly::place_of(DatagramId id, const Fragment& fragment,
                                       std::span<const std::uint8_t> piece) const noexcept {
  const Datagram& known = datagrams_[static_cast<std::size_t>(id)];
  const auto pieces = std::span(known.pieces_).first(known.count_);
  for (const Datagram::Piece& other : pieces) {
    if (other.end <= fragment.begin || other.begin >= fragment.end()) {
      continue;
    }
    const bool is_same = other.begin == fragment.begin && other.end == fragment.end() &&
                         std::memcmp(payload(id) + other.begin, piece.data(), piece.size()) == 0;
    return is_same ? Place::Repeated : Place::Overlapping;
  }
  return Place::New;
}

void Reassembly::insert(DatagramId id, const Packet& packet, const PacketView& view,
                        const Fragment& fragment) noexcept {
  Datagram& known = datagram(id);
  std::memcpy(payload(id) + fragment.begin, packet.bytes + fragment.piece_offset, fragment.size);
  std::size_t at = known.count_;
  for (; at > 0 && known.pieces_[at - 1].begin > fragment.begin; --at) {
    known.pieces_[at] = known.pieces_[at - 1];
  }
  known.pieces_[at] = {.begin = fragment.begin, .end = fragment.end()};
  known.packets_[known.count_++] = packet;
  ++fragments_;
  known.piece_bytes_ += fragment.size;
  if (!fragment.has_more) {
    known.total_bytes_ = fragment.end();
  }
  if (fragment.begin == 0) {
    keep_header(id, packet, view, fragment);
  }
}

// The headers of the first fragment stand in front of the payload, made those of a whole packet once
// it is (whole()).
void Reassembly::keep_header(DatagramId id, const Packet& packet, const PacketView& view,
                             const Fragment& fragment) noexcept {
  Datagram& known = datagram(id);
  known.header_bytes_ = fragment.header_end;
  known.network_offset_ = view.network_offset;
  std::uint8_t* header = payload(id) - known.header_bytes_;
  std::memcpy(header, packet.bytes, fragment.header_end);
  if (view.ip_version == 4) {
    store_be16(header + view.network_offset + 6, 0);
  } else {
    header[fragment.protocol_at] = packet.bytes[fragment.header_end];
  }
  read_layers(packet.frame(), view.network_offset, known.layers_);
}

// The packet of all fragments, if they are all there.
std::optional<Packet> Reassembly::whole(DatagramId id) noexcept {
  Datagram& known = datagram(id);
  // Without overlaps, the sum says that there is no gap.
  if (known.total_bytes_ == 0 || known.piece_bytes_ != known.total_bytes_ ||
      known.header_bytes_ == 0) {
    return std::nullopt;
  }
  const std::size_t frame_bytes = std::size_t{known.header_bytes_} + known.total_bytes_;
  std::uint8_t* frame = payload(id) - known.header_bytes_;
  std::uint8_t* ip = frame + known.network_offset_;
  const std::size_t ip_bytes = frame_bytes - known.network_offset_;
  if (ip[0] >> 4U == 4) {
    store_be16(ip + 2, static_cast<std::uint16_t>(ip_bytes));
    store_be16(ip + 10, 0);
    Checksum checksum;
    checksum.add(std::span<const std::uint8_t>(ip, (ip[0] & 0x0fU) * std::size_t{4}));
    store_be16(ip + 10, checksum.value());
  } else {
    store_be16(ip + 4, static_cast<std::uint16_t>(ip_bytes - kIpv6Bytes));
  }
  complete_outer_headers({frame, frame_bytes}, known.layers_);
  unlink(known);
  tags_[static_cast<std::size_t>(id)] = 0;
  known.state_ = Datagram::State::Whole;
  ++whole_;
  return Packet{.bytes = frame,
                .size = static_cast<std::uint32_t>(frame_bytes),
                .capacity = static_cast<std::uint32_t>(frame_bytes),
                .owner = nullptr,
                .datagram = &known};
}

// What is held is dropped now, the rest as it comes. Its time goes on, so that the place is not taken
// for longer.
void Reassembly::refuse(DatagramId id, Exit& exit) noexcept {
  Datagram& refused = datagram(id);
  for (const Packet& packet : refused.fragments()) {
    exit.drop(packet, Outcome::FragmentRefused);
  }
  fragments_ -= refused.count_;
  refused.count_ = 0;
  refused.state_ = Datagram::State::Refused;
}

void Reassembly::give_up(DatagramId id, Exit& exit) noexcept {
  Datagram& overdue = datagram(id);
  for (const Packet& packet : overdue.fragments()) {
    let_go(packet, exit);
  }
  unlink(overdue);
  tags_[static_cast<std::size_t>(id)] = 0;
  close(overdue);
}

// A bound was hit. Open: the line works and this datagram is unfiltered. Closed: nothing unread
// passes.
void Reassembly::let_go(const Packet& packet, Exit& exit) const noexcept {
  if (fail_mode_ == FailMode::Open) {
    exit.forward(packet, Outcome::FailOpen);
  } else {
    exit.drop(packet, Outcome::FailClosed);
  }
}

bool Reassembly::give_up_overdue(Clock::time_point now, Exit& exit) noexcept {
  if (oldest_ == kNoDatagram || now - datagram(oldest_).since_ < timeout_) {
    return false;
  }
  give_up(oldest_, exit);
  return true;
}

bool Reassembly::give_up_oldest(Exit& exit) noexcept {
  if (oldest_ == kNoDatagram) {
    return false;
  }
  give_up(oldest_, exit);
  return true;
}

void Reassembly::link(DatagramId id) noexcept {
  Datagram& linked = datagram(id);
  linked.older_ = newest_;
  linked.newer_ = kNoDatagram;
  (newest_ != kNoDatagram ? datagram(newest_).newer_ : oldest_) = id;
  newest_ = id;
}

void Reassembly::unlink(const Datagram& unlinked) noexcept {
  (unlinked.older_ != kNoDatagram ? datagram(unlinked.older_).newer_ : oldest_) = unlinked.newer_;
  (unlinked.newer_ != kNoDatagram ? datagram(unlinked.newer_).older_ : newest_) = unlinked.older_;
}

void Reassembly::close(Datagram& closed) noexcept {
  fragments_ -= closed.count_;
  whole_ -= closed.state_ == Datagram::State::Whole ? 1 : 0;
  closed.state_ = Datagram::State::Free;
  closed.count_ = 0;
  // Within the capacity reserved at start.
  free_.push_back(static_cast<DatagramId>(&closed - datagrams_.data()));
}

}  // namespace luytre::dataplane
