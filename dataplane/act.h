// SPDX-License-Identifier: Apache-2.0
#pragma once

// How a refusal looks to the client, one file each: act_dns.cc, act_tls.cc, act_http.cc,
// act_quic.cc; and how a TCP connection is ended on both sides: act_tcp.cc.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "categories/domain_name.h"
#include "dataplane/outcome.h"
#include "dataplane/packet.h"
#include "dataplane/packet_view.h"
#include "dns/wire/query.h"
#include "dns/wire/refusal.h"
#include "exit.h"

namespace luytre::dataplane {

// Turns the query in `packet` into its answer and sends it back from the address that was asked.
void answer_dns(Packet packet, const PacketView& view, const dns::Query& query,
                const dns::Refusal& refusal, Exit& exit) noexcept;

// One port unreachable for the client's datagram, so that a browser falls back to TCP at once
// instead of waiting. False if the client could not be told.
[[nodiscard]] bool tell_port_unreachable(const Packet& packet, const PacketView& view,
                                         Exit& exit) noexcept;
// A datagram from the server that the client's datagram was sent to. False if it could not be sent.
[[nodiscard]] bool send_to_client(const Packet& packet, const PacketView& view,
                                  std::span<const std::uint8_t> payload, Exit& exit) noexcept;

// The bytes that a TLS client is told instead of a ServerHello.
[[nodiscard]] std::span<const std::uint8_t> tls_refusal() noexcept;

// Where people whose plain HTTP request was refused are sent.
class StatusPage {
 public:
  static constexpr std::size_t kMaxUrlBytes = 512;
  // One segment on every usual path (1,500 bytes less IPv6, TCP with timestamps and a PPPoE
  // header).
  static constexpr std::size_t kMaxRedirectBytes = 1400;

  // A URL over kMaxUrlBytes or with spaces or control characters is not used: redirects then carry
  // no Location.
  explicit StatusPage(std::string_view url);

  // The page's own name is never refused, or its reader would be sent around in circles.
  [[nodiscard]] bool is_own_name(const categories::DomainName& name) const noexcept {
    return !host_.is_root() && name == host_;
  }
  // Writes a complete 302 with the reason and the name in its query string, and returns its size.
  // What does not fit is left out.
  [[nodiscard]] std::size_t write_redirect(
      std::string_view reason, const categories::DomainName& name,
      std::span<std::uint8_t, kMaxRedirectBytes> out) const noexcept;

 private:
  std::string url_;
  categories::DomainName host_;  // the root if the URL names none
};

// The end of a connection in numbers, as the gateway tells it to both sides.
struct ConnectionEnd {
  std::uint32_t client_first =
      0;  // first byte the server has not seen: what a RST to it must carry (RFC 5961 §3.2)
  std::uint32_t client_next = 0;  // end of what the client sent, a FIN included
  std::uint32_t server_next = 0;  // what the client expects from the server
};

// Tells the client `last_words` and FIN in the server's name, or RST if there are none; and the
// server RST in the client's. `sample` is any packet of the client on this connection. False if the
// client could not be told.
[[nodiscard]] bool end_connection(const Packet& sample, const PacketView& view,
                                  const ConnectionEnd& end,
                                  std::span<const std::uint8_t> last_words, Exit& exit) noexcept;

// A segment without data to the client in the server's name.
struct Reply {
  std::uint8_t flags = 0;
  std::uint32_t sequence = 0;
  std::uint32_t acknowledgement = 0;
};
void reply_to_client(const Packet& packet, const PacketView& view, const Reply& reply,
                     Exit& exit) noexcept;

// One more RST to the server in the client's name than end_connection() sends, because it may expect
// either of two numbers.
void reset_server(const Packet& sample, const PacketView& view, std::uint32_t sequence,
                  Exit& exit) noexcept;

}  // namespace luytre::dataplane
