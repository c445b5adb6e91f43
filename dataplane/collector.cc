// SPDX-License-Identifier: Apache-2.0
#include "collector.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace luytre::dataplane {
namespace {

// An eighth of the pool remembers what servers have not acknowledged: at 4,096 holds, the
// connections of the last 50 ms of a gateway that sees 10,000 new ones a second. Another eighth is for
// clients that take their time.
constexpr std::size_t kShare = 8;

// Buffers a power of two apart would all lie in the same few sets of a cache; a hello has 2 KB.
constexpr std::size_t kApart = 33 * std::size_t{64};

}  // namespace

Collector::Collector(std::uint32_t max_holds, std::uint32_t max_bytes)
    : max_bytes_(max_bytes),
      max_packets_(std::size_t{max_holds} * kMeanPackets),
      max_share_(std::max<std::size_t>(max_holds / kShare, 1)),
      holds_(max_holds),
      stride_(max_bytes + kApart),
      bytes_(std::size_t{max_holds} * stride_, HugeArray<std::uint8_t>::Touch::Lazily) {
  free_.reserve(max_holds);
  for (std::uint32_t id = max_holds; id > 0; --id) {
    free_.push_back(static_cast<HoldId>(id - 1));
  }
}

void Collector::link(HoldId id, Place place) noexcept {
  Hold& linked = hold(id);
  List& into = list(place);
  linked.place = place;
  linked.older = into.newest;
  linked.newer = kNoHold;
  (into.newest != kNoHold ? hold(into.newest).newer : into.oldest) = id;
  into.newest = id;
  ++into.count;
}

void Collector::unlink(HoldId id) noexcept {
  const Hold& unlinked = hold(id);
  List& from = list(unlinked.place);
  (unlinked.older != kNoHold ? hold(unlinked.older).newer : from.oldest) = unlinked.newer;
  (unlinked.newer != kNoHold ? hold(unlinked.newer).older : from.newest) = unlinked.older;
  --from.count;
}

HoldId Collector::open(FlowSlot flow, std::uint32_t first_sequence,
                       Clock::time_point now) noexcept {
  if (free_.empty()) {
    return kNoHold;
  }
  const HoldId id = free_.back();
  free_.pop_back();
  Hold& opened = hold(id);
  opened.flow = flow;
  opened.first_sequence = first_sequence;
  opened.passed = first_sequence;
  opened.acknowledged = first_sequence;
  opened.last_acknowledgement = 0;
  opened.byte_count = 0;
  opened.judged = 0;
  opened.fin_at = kNoFin;
  opened.packet_count = 0;
  opened.unit_count = 0;
  opened.since = now;
  if (std::exchange(opened.is_scattered, false)) {
    opened.ahead.clear();
    opened.unrecorded.clear();
  }
  link(id, Place::Held);
  return id;
}

bool Collector::differs(HoldId id, std::int32_t begin,
                        std::span<const std::uint8_t> payload) const noexcept {
  const Hold& known = holds_[static_cast<std::size_t>(id)];
  const std::uint8_t* bytes = &bytes_[static_cast<std::size_t>(id) * stride_];
  const std::int64_t end = begin + static_cast<std::int64_t>(payload.size());
  if (end > known.fin_at) {
    return true;  // behind what was the end
  }
  const auto differs_in = [&](ByteRange range) {
    const std::int64_t from = std::max<std::int64_t>(begin, range.begin);
    const std::int64_t to = std::min<std::int64_t>(end, range.end);
    return from < to && std::memcmp(bytes + from, payload.data() + (from - begin),
                                    static_cast<std::size_t>(to - from)) != 0;
  };
  if (!known.is_scattered) {
    return differs_in({0, known.byte_count});
  }
  std::uint32_t recorded = 0;
  for (const ByteRange& gap : known.unrecorded.list()) {
    if (differs_in({recorded, gap.begin})) {
      return true;
    }
    recorded = gap.end;
  }
  return differs_in({recorded, known.byte_count}) ||
         std::ranges::any_of(known.ahead.list(), differs_in);
}

void Collector::insert(Hold& held, const Packet& packet, std::int32_t begin,
                       std::int32_t end) noexcept {
  std::size_t at = held.packet_count++;
  for (; at > 0 && held.packets[at - 1].begin > begin; --at) {
    held.packets[at] = held.packets[at - 1];
  }
  held.packets[at] = {.packet = packet, .begin = begin, .end = end};
}

Collector::Added Collector::add(HoldId id, const Packet& packet, std::int32_t begin,
                                std::span<const std::uint8_t> payload, bool fin) noexcept {
  Hold& held = hold(id);
  const std::int64_t signed_end = begin + static_cast<std::int64_t>(payload.size());
  if (signed_end > max_bytes_) {
    return std::cmp_greater(begin, held.byte_count) ? Added::Beyond : Added::Full;
  }
  const auto end = static_cast<std::int32_t>(std::max<std::int64_t>(signed_end, 0));
  const auto fresh_end = static_cast<std::uint32_t>(end);
  const bool has_ahead = held.is_scattered && !held.ahead.empty();
  const std::uint32_t known_end = has_ahead ? held.ahead.end() : held.byte_count;
  if ((fin && (fresh_end < known_end || (held.fin_at != kNoFin && held.fin_at != fresh_end))) ||
      fresh_end > held.fin_at) {
    return Added::Differs;  // two ends of one stream
  }
  const bool in_order = std::cmp_equal(begin, held.byte_count) && !has_ahead;
  if (!in_order && differs(id, begin, payload)) {
    return Added::Differs;
  }
  const auto fresh_begin = static_cast<std::uint32_t>(std::max(begin, 0));
  const ByteRange range{.begin = std::max(fresh_begin, held.byte_count), .end = fresh_end};
  const bool has_bytes = range.begin < range.end && !(has_ahead && held.ahead.covers(range));
  if (!has_bytes && (!fin || held.fin_at == fresh_end)) {
    return Added::Duplicate;
  }
  if (held.packet_count == kMaxPackets || held_packets_ == max_packets_) {
    return Added::Full;
  }
  if (has_bytes) {
    if (range.begin > held.byte_count) {
      held.is_scattered = true;
      if (!held.ahead.add(range)) {
        return Added::Beyond;
      }
    }
    const auto skipped = static_cast<std::size_t>(std::int64_t{fresh_begin} - begin);
    std::memcpy(bytes_of(id) + fresh_begin, payload.data() + skipped, fresh_end - fresh_begin);
    if (range.begin == held.byte_count) {
      held.byte_count = has_ahead ? held.ahead.advance(fresh_end) : fresh_end;
    }
  }
  if (fin) {
    held.fin_at = fresh_end;
  }
  insert(held, packet, begin, end);
  ++held_packets_;
  return Added::Fresh;
}

void Collector::take(HoldId id, std::size_t count) noexcept {
  Hold& held = hold(id);
  std::shift_left(held.packets.begin(), held.packets.begin() + held.packet_count,
                  static_cast<std::ptrdiff_t>(count));
  held.packet_count -= static_cast<std::uint32_t>(count);
  held_packets_ -= count;
}

void Collector::forget_acknowledged(HoldId id) noexcept {
  Hold& held = hold(id);
  const std::uint32_t count = held.acknowledged - held.first_sequence;
  if (count == 0 || count > held.byte_count) {
    return;
  }
  std::memmove(bytes_of(id), bytes_of(id) + count, held.byte_count - count);
  held.first_sequence += count;
  held.byte_count -= count;
  held.judged -= count;
  held.fin_at -= held.fin_at != kNoFin ? count : 0;
  if (held.is_scattered) {
    held.unrecorded.shift(count);
  }
}

bool Collector::extend(HoldId id, std::uint32_t bytes) noexcept {
  Hold& held = hold(id);
  const auto fits = [&] {
    return held.judged <= max_bytes_ && bytes <= max_bytes_ - held.judged &&
           (held.judged == held.byte_count || held.unrecorded.list().size() < ByteRanges::kMax);
  };
  if (!fits()) {
    forget_acknowledged(id);
  }
  if (!fits()) {
    return false;
  }
  if (held.judged > held.byte_count) {
    held.is_scattered = true;
    static_cast<void>(held.unrecorded.add({held.byte_count, held.judged}));
    held.byte_count = held.judged;
  }
  return true;
}

void Collector::resume(HoldId id, FlowSlot flow, Clock::time_point now) noexcept {
  Hold& resumed = hold(id);
  move(id, Place::Held);
  resumed.flow = flow;
  resumed.since = now;
  resumed.unit_count = 0;
}

void Collector::close(HoldId id) noexcept {
  Hold& closed = hold(id);
  held_packets_ -= closed.packet_count;
  unlink(id);
  ++closed.generation;
  free_.push_back(id);  // within the capacity reserved at start
}

std::span<const std::uint8_t> Collector::stream(HoldId id) const noexcept {
  const Hold& held = holds_[static_cast<std::size_t>(id)];
  if (held.byte_count == 0) {
    return {};
  }
  return {&bytes_[static_cast<std::size_t>(id) * stride_], held.byte_count};
}

std::span<const Collector::Held> Collector::packets(HoldId id) const noexcept {
  const Hold& held = holds_[static_cast<std::size_t>(id)];
  return {held.packets.data(), held.packet_count};
}

}  // namespace luytre::dataplane
