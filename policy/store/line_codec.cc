// SPDX-License-Identifier: Apache-2.0
#include "line_codec.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <span>
#include <string_view>
#include <utility>
#include <variant>

#include "base/cursor.h"

namespace luytre::policy {
namespace {

enum class KeyType : std::uint8_t { Prefix = 1, Vlan = 2, Mac = 3 };

class Writer {
 public:
  void u8(std::uint8_t value) { bytes_.push_back(value); }
  void u16(std::uint16_t value) {
    u8(static_cast<std::uint8_t>(value >> 8U));
    u8(static_cast<std::uint8_t>(value));
  }
  void u64(std::uint64_t value) {
    for (int shift = 56; shift >= 0; shift -= 8) {
      u8(static_cast<std::uint8_t>(value >> static_cast<unsigned>(shift)));
    }
  }
  void octets(std::span<const std::uint8_t> octets) {
    bytes_.insert(bytes_.end(), octets.begin(), octets.end());
  }
  void text(std::string_view text) { bytes_.insert(bytes_.end(), text.begin(), text.end()); }
  [[nodiscard]] std::vector<std::uint8_t> take() { return std::move(bytes_); }

 private:
  std::vector<std::uint8_t> bytes_;
};

void write(Writer& writer, const IpPrefix& prefix) {
  writer.u8(std::to_underlying(KeyType::Prefix));
  writer.octets(prefix.address.octets());
  writer.u8(prefix.length);
}

void write(Writer& writer, VlanId vlan) {
  writer.u8(std::to_underlying(KeyType::Vlan));
  writer.u16(vlan);
}

void write(Writer& writer, const MacAddress& mac) {
  writer.u8(std::to_underlying(KeyType::Mac));
  writer.octets(mac);
}

std::optional<LineKey> read_key(Cursor& cursor) {
  switch (KeyType{cursor.u8()}) {
    case KeyType::Prefix: {
      const auto octets = cursor.bytes(16);
      const std::uint8_t length = cursor.u8();
      if (!cursor.ok()) {
        return std::nullopt;
      }
      const IpAddress address = IpAddress::v6(octets.first<16>());
      return length <= (address.is_v4() ? 32 : 128)
                 ? std::optional<LineKey>(IpPrefix{.address = address, .length = length})
                 : std::nullopt;
    }
    case KeyType::Vlan: {
      const VlanId vlan = cursor.u16();
      return cursor.ok() ? std::optional<LineKey>(vlan) : std::nullopt;
    }
    case KeyType::Mac: {
      MacAddress mac{};
      const auto octets = cursor.bytes(mac.size());
      if (!cursor.ok()) {
        return std::nullopt;
      }
      std::ranges::copy(octets, mac.begin());
      return mac;
    }
  }
  return std::nullopt;
}

std::optional<Override> read_override(Cursor& cursor) {
  const std::uint8_t kind = cursor.u8();
  const std::uint8_t lifts_security = cursor.u8();
  const auto name = categories::DomainName::from_wire(cursor.rest());
  if (!cursor.ok() || kind > 1 || lifts_security > 1 || !name) {
    return std::nullopt;
  }
  cursor.skip(name->wire().size());
  return Override{
      .name = *name, .kind = Override::Kind{kind}, .lifts_security = lifts_security == 1};
}

template <typename Item, typename Read>
bool read_items(Cursor& cursor, std::vector<Item>& items, const Read& read) {
  const std::uint16_t count = cursor.u16();
  for (std::uint16_t i = 0; i < count; ++i) {
    const std::optional<Item> item = read(cursor);
    if (!item) {
      return false;
    }
    items.push_back(*item);
  }
  return cursor.ok();
}

}  // namespace

std::vector<std::uint8_t> encode_key(const LineKey& key) {
  Writer writer;
  std::visit([&](const auto& one) { write(writer, one); }, key);
  return writer.take();
}

std::vector<std::uint8_t> encode_line(const Line& line) {
  Writer writer;
  writer.u8(static_cast<std::uint8_t>(line.band.size()));
  writer.text(line.band);
  writer.u64(line.paused_until
                 ? static_cast<std::uint64_t>(line.paused_until->time_since_epoch().count())
                 : 0);
  writer.u16(static_cast<std::uint16_t>(line.keys.size()));
  for (const LineKey& key : line.keys) {
    std::visit([&](const auto& one) { write(writer, one); }, key);
  }
  writer.u16(static_cast<std::uint16_t>(line.overrides.size()));
  for (const Override& own : line.overrides) {
    writer.u8(std::to_underlying(own.kind));
    writer.u8(own.lifts_security ? 1 : 0);
    writer.octets(own.name.wire());
  }
  return writer.take();
}

std::optional<Line> decode_line(std::string id, lmdb::Bytes bytes) {
  Cursor cursor(bytes);
  Line line;
  line.id = std::move(id);
  const auto band = cursor.bytes(cursor.u8());
  line.band.assign(band.begin(), band.end());
  const std::uint64_t high = cursor.u32();
  const std::uint64_t seconds = high << 32U | cursor.u32();
  if (seconds != 0) {
    line.paused_until = std::chrono::sys_seconds(
        std::chrono::seconds(static_cast<std::chrono::seconds::rep>(seconds)));
  }
  const bool complete = read_items(cursor, line.keys, read_key) &&
                        read_items(cursor, line.overrides, read_override) && cursor.empty();
  return complete ? std::optional(std::move(line)) : std::nullopt;
}

}  // namespace luytre::policy
