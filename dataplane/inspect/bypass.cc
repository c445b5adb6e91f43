// SPDX-License-Identifier: Apache-2.0
#include "dataplane/inspect/bypass.h"

#include <algorithm>
#include <cstddef>

#include "base/byte_order.h"
#include "openvpn_reset.h"

namespace luytre::dataplane {
namespace {

using Bytes = std::span<const std::uint8_t>;

// WireGuard: type 1, three reserved zeros, sender 4, ephemeral 32, static 48, timestamp 28, two MACs of 16.
constexpr std::size_t kWireGuardInitiationBytes = 148;

bool is_wireguard_initiation(Bytes payload) noexcept {
  return payload.size() == kWireGuardInitiationBytes && load_be32(payload.data()) == 0x01000000;
}

constexpr std::size_t kIkeHeaderBytes = 28;

// The responder's SPI is zero in the first message alone, and the length is that of the whole message.
bool is_ike_beginning(Bytes message) noexcept {
  if (message.size() < kIkeHeaderBytes) {
    return false;
  }
  const std::uint8_t* header = message.data();
  const bool has_initiator = load_be64(header) != 0;
  const bool is_first = load_be64(header + 8) == 0 && load_be32(header + 20) == 0;
  if (!has_initiator || !is_first || load_be32(header + 24) != message.size()) {
    return false;
  }
  constexpr std::uint8_t kVersion1 = 0x10;
  constexpr std::uint8_t kVersion2 = 0x20;
  constexpr std::uint8_t kInitiator = 0x08;
  constexpr std::uint8_t kSaInit = 34;
  constexpr std::uint8_t kIdentityProtection = 2;
  constexpr std::uint8_t kAggressive = 4;
  const std::uint8_t version = header[17];
  const std::uint8_t exchange = header[18];
  const std::uint8_t flags = header[19];
  return (version == kVersion2 && exchange == kSaInit && flags == kInitiator) ||
         (version == kVersion1 && (exchange == kIdentityProtection || exchange == kAggressive) &&
          flags == 0);
}

// Behind NAT the message follows four zero octets (RFC 3948 §2.2).
bool is_ike(Bytes payload) noexcept {
  return is_ike_beginning(payload) || (payload.size() > 4 && load_be32(payload.data()) == 0 &&
                                       is_ike_beginning(payload.subspan(4)));
}

// Control message with length and sequence, version 2; tunnel and session zero, nothing received yet; the first
// attribute is Message Type 1, mandatory, of the IETF.
bool is_l2tp_beginning(Bytes payload) noexcept {
  constexpr std::size_t kBytes = 20;
  if (payload.size() < kBytes) {
    return false;
  }
  const std::uint8_t* header = payload.data();
  return load_be16(header) == 0xc802 && load_be16(header + 2) == payload.size() &&
         load_be32(header + 4) == 0 && load_be32(header + 8) == 0 &&
         load_be32(header + 12) == 0x80080000 && load_be32(header + 16) == 1;
}

constexpr BypassStream kNo{};
constexpr BypassStream kNeedMore{.match = BypassMatch::NeedMore, .bypass = Bypass::None};

constexpr BypassStream yes(Bypass bypass) noexcept {
  return {.match = BypassMatch::Yes, .bypass = bypass};
}

// RFC 1928 §3: version, number of methods, methods; then the client waits. Behind it only the request of a client
// that does not wait may follow.
BypassStream read_socks5(Bytes stream) noexcept {
  constexpr std::uint8_t kMostMethods = 16;  // programs send one to four
  constexpr std::uint8_t kLastAssigned = 9;  // IANA "SOCKS Methods"
  constexpr std::uint8_t kFirstPrivate = 0x80;
  if (stream.size() < 2) {
    return kNeedMore;
  }
  const std::size_t methods = stream[1];
  if (methods == 0 || methods > kMostMethods) {
    return kNo;
  }
  const Bytes said = stream.subspan(2, std::min(methods, stream.size() - 2));
  const bool are_methods = std::ranges::all_of(said, [](std::uint8_t method) {
    return method <= kLastAssigned || (method >= kFirstPrivate && method != 0xff);
  });
  if (!are_methods) {
    return kNo;
  }
  const Bytes rest = stream.subspan(2 + said.size());
  if (said.size() < methods) {
    return kNeedMore;
  }
  return rest.empty() || rest[0] == 5 || rest[0] == 1 ? yes(Bypass::Socks) : kNo;
}

// Text ended by a zero octet, at the front of `stream`, which is cut off it.
BypassMatch read_text(Bytes& stream, std::size_t most) noexcept {
  for (std::size_t i = 0; i < stream.size() && i <= most; ++i) {
    if (stream[i] == 0) {
      stream = stream.subspan(i + 1);
      return BypassMatch::Yes;
    }
    if (stream[i] < 0x21 || stream[i] > 0x7e) {
      return BypassMatch::No;
    }
  }
  return stream.size() > most ? BypassMatch::No : BypassMatch::NeedMore;
}

// SOCKS 4 (Lee): version, CONNECT or BIND, port, address, user. 4a: address 0.0.0.x, and a name behind the user.
BypassStream read_socks4(Bytes stream) noexcept {
  constexpr std::size_t kFixedBytes = 8;
  constexpr std::size_t kMostText = 255;
  if (stream.size() >= 2 && stream[1] != 1 && stream[1] != 2) {
    return kNo;
  }
  if (stream.size() < kFixedBytes) {
    return kNeedMore;
  }
  const std::uint32_t address = load_be32(stream.data() + 4);
  Bytes rest = stream.subspan(kFixedBytes);
  BypassMatch match = read_text(rest, kMostText);
  if (match == BypassMatch::Yes && address > 0 && address < 256) {
    match = read_text(rest, kMostText);
  }
  return {.match = match, .bypass = match == BypassMatch::Yes ? Bypass::Socks : Bypass::None};
}

// OpenVPN over TCP puts the size of each packet in front of it.
BypassStream read_openvpn(Bytes stream) noexcept {
  if (stream.size() < 2) {
    return kNeedMore;
  }
  const std::size_t size = load_be16(stream.data());
  const Bytes packet = stream.subspan(2, std::min(size, stream.size() - 2));
  if (!may_be_openvpn_reset(size, packet)) {
    return kNo;
  }
  if (packet.size() < size) {
    return kNeedMore;
  }
  return is_openvpn_reset(packet) ? yes(Bypass::OpenVpn) : kNo;
}

}  // namespace

Bypass recognise_bypass_datagram(Bytes payload) noexcept {
  if (payload.size() < kLeastOpenVpnResetBytes) {
    return Bypass::None;
  }
  if (is_wireguard_initiation(payload)) {
    return Bypass::WireGuard;
  }
  if (is_openvpn_reset(payload)) {
    return Bypass::OpenVpn;
  }
  if (is_l2tp_beginning(payload)) {
    return Bypass::L2tp;
  }
  return is_ike(payload) ? Bypass::Ike : Bypass::None;
}

BypassStream recognise_bypass_stream(Bytes stream) noexcept {
  if (stream.empty()) {
    return kNeedMore;
  }
  switch (stream[0]) {
    case 5:
      return read_socks5(stream);
    case 4: {
      const BypassStream socks = read_socks4(stream);
      return socks.match == BypassMatch::No ? read_openvpn(stream) : socks;
    }
    case 0:  // 4 and these begin sizes of up to 1,279 bytes
    case 1:
    case 2:
    case 3:
      return read_openvpn(stream);
    default:
      return kNo;
  }
}

std::string_view to_string(Bypass bypass) noexcept {
  switch (bypass) {
    case Bypass::None:
      return "none";
    case Bypass::WireGuard:
      return "wireguard";
    case Bypass::OpenVpn:
      return "openvpn";
    case Bypass::Ike:
      return "ike";
    case Bypass::L2tp:
      return "l2tp";
    case Bypass::Socks:
      return "socks";
  }
  return "unknown";
}

}  // namespace luytre::dataplane
