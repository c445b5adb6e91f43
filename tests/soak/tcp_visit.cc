// SPDX-License-Identifier: Apache-2.0
#include "tcp_visit.h"

#include <algorithm>

#include "support/client_hello.h"
#include "tcp_segment.h"

namespace luytre::dataplane::soak {
namespace {

using luytre::test::bytes_of;

constexpr std::size_t kSegmentBytes = 1400;
constexpr milliseconds kFirstTimeout{200};
constexpr milliseconds kLongestTimeout{2000};
constexpr int kTries = 12;

Bytes request_for(TcpVisit::Protocol protocol, const std::string& name) {
  return protocol == TcpVisit::Protocol::Tls
             ? luytre::test::browser_hello(name).stream()
             : bytes_of("GET / HTTP/1.1\r\nHost: " + name +
                        "\r\nCookie: " + std::string(1800, 'c') + "\r\n\r\n");
}

bool begins_with(const Bytes& bytes, std::string_view text) {
  return bytes.size() >= text.size() && std::equal(text.begin(), text.end(), bytes.begin());
}

}  // namespace

void TcpEnd::take(const PacketView& view, std::span<const std::uint8_t> payload) {
  if (has(view, tcp_flag::kRst)) {
    is_broken_ = is_broken_ || view.tcp_sequence == expected_;
    return;
  }
  if (has(view, tcp_flag::kAck)) {
    const std::uint32_t acknowledged = view.tcp_acknowledgement - first_;
    if (acknowledged <= stream_.size() + 1) {
      acknowledged_ = std::max<std::size_t>(acknowledged_, acknowledged);
    }
  }
  if (is_finished_ || length_of(view) == 0) {
    return;
  }
  Bytes& piece = ahead_[view.tcp_sequence];
  if (payload.size() >= piece.size()) {
    piece.assign(payload.begin(), payload.end());
    if (has(view, tcp_flag::kFin)) {
      fin_at_ = view.tcp_sequence + static_cast<std::uint32_t>(payload.size());
    }
  }
  for (bool moved = true; moved;) {
    moved = false;
    for (const auto& [begin, bytes] : ahead_) {
      const std::int32_t known = distance(expected_, begin);
      if (known >= 0 && std::cmp_less(known, bytes.size())) {
        heard_.insert(heard_.end(), bytes.begin() + known, bytes.end());
        expected_ = begin + static_cast<std::uint32_t>(bytes.size());
        moved = true;
      }
    }
  }
  if (fin_at_ == expected_) {
    ++expected_;
    is_finished_ = true;
  }
}

TcpVisit::TcpVisit(Network& network, Target target, Protocol protocol)
    : Visit(network, std::move(target)), server_port_(protocol == Protocol::Tls ? 443 : 80) {
  client_.say(request_for(protocol, target_.name));
}

Bytes TcpVisit::response() const {
  return bytes_of("SERVED " + target_.name + std::string(3000, '.'));
}

void TcpVisit::begin() {
  client_isn_ = static_cast<std::uint32_t>(network_.random()());
  server_isn_ = static_cast<std::uint32_t>(network_.random()());
  client_.open(client_isn_);
  server_.open(server_isn_);
  network_.send(
      Side::Subscriber,
      towards_server().tcp(target_.client_port, server_port_).seq(client_isn_).syn().build());
  watch(Side::Subscriber, kFirstTimeout, kTries);
}

void TcpVisit::send(Side from, std::size_t offset, std::size_t size, std::uint8_t flags) {
  TcpEnd& sender = end_at(from);
  const bool outbound = from == Side::Subscriber;
  auto frame = outbound ? towards_server().tcp(target_.client_port, server_port_)
                        : towards_client().tcp(server_port_, target_.client_port);
  const std::size_t begin = std::min(offset, sender.said().size());
  network_.send(
      from,
      frame.seq(sender.sequence(offset))
          .flags(flags)
          .ack(sender.expected())
          .payload(
              std::span(sender.said()).subspan(begin, std::min(size, sender.said().size() - begin)))
          .build());
}

// In segments of any size; one time in four the last one first.
void TcpVisit::send_stream(Side from) {
  const std::size_t size = end_at(from).said().size();
  std::vector<std::size_t> cuts{0};
  while (cuts.back() < size) {
    cuts.push_back(std::min(size, cuts.back() + 1 + network_.below(kSegmentBytes)));
  }
  std::vector<std::size_t> order(cuts.size() - 1);
  for (std::size_t i = 0; i < order.size(); ++i) {
    order[i] = i;
  }
  if (network_.below(4) == 0) {
    std::ranges::reverse(order);
  }
  for (const std::size_t i : order) {
    const bool closes = from == Side::Internet && cuts[i + 1] == size;
    send(from, cuts[i], cuts[i + 1] - cuts[i], closes ? tcp_flag::kFin : tcp_flag::kPsh);
  }
}

void TcpVisit::watch(Side side, milliseconds timeout, int tries) {
  later(timeout, [this, side, timeout, tries] {
    TcpEnd& end = end_at(side);
    const bool closes = side == Side::Internet;
    const std::size_t all = end.said().size() + (closes ? 1U : 0U);
    if (end.is_broken() || ending() != Ending::None) {
      return;
    }
    if (tries == 0) {
      if (!closes) {
        Visit::end(Ending::GaveUp);
      }
      return;
    }
    if (!end.is_open()) {
      network_.send(
          Side::Subscriber,
          towards_server().tcp(target_.client_port, server_port_).seq(client_isn_).syn().build());
    } else if (end.acknowledged() < all) {
      const std::size_t rest = end.said().size() - std::min(end.acknowledged(), end.said().size());
      send(side, end.acknowledged(), kSegmentBytes,
           closes && rest <= kSegmentBytes ? tcp_flag::kFin : tcp_flag::kPsh);
    }
    watch(side, std::min(timeout * 2, kLongestTimeout), tries - 1);
  });
}

void TcpVisit::at_client(const PacketView& view, const Bytes& frame) {
  if (has(view, tcp_flag::kSyn)) {
    const bool is_new = !client_.is_open();
    if (is_new) {
      client_.hear(view.tcp_sequence);
    }
    send(Side::Subscriber, client_.acknowledged(), 0, 0);
    if (is_new) {
      send_stream(Side::Subscriber);
    }
    return;
  }
  if (!client_.is_open() || client_.is_broken()) {
    return;
  }
  client_.take(view, payload_of(view, frame));
  if (length_of(view) != 0 && !has(view, tcp_flag::kRst)) {
    send(Side::Subscriber, client_.said().size(), 0, 0);
  }
  judge_what_client_heard();
}

void TcpVisit::judge_what_client_heard() {
  const Bytes& heard = client_.heard();
  if (client_.is_broken()) {
    end(Ending::Broken);
  } else if (client_.is_finished()) {
    constexpr std::size_t kAlertBytes = 7;
    const bool is_refusal =
        (heard.size() == kAlertBytes && heard[0] == 21) || begins_with(heard, "HTTP/1.1 302 ");
    require(is_refusal || heard == response(), "a client reads its server's answer, or a refusal");
    require(is_refusal == target_.is_refused, "who is told a refusal asked for a refused name");
    end(is_refusal ? Ending::Refused : Ending::Served);
  }
}

void TcpVisit::at_server(const PacketView& view, const Bytes& frame) {
  if (has(view, tcp_flag::kSyn)) {
    if (!server_.is_open()) {
      server_.hear(view.tcp_sequence);
    }
    network_.send(Side::Internet, towards_client()
                                      .tcp(server_port_, target_.client_port)
                                      .seq(server_isn_)
                                      .flags(tcp_flag::kSyn)
                                      .ack(server_.expected())
                                      .build());
    return;
  }
  if (!server_.is_open() || server_.is_broken()) {
    if (!has(view, tcp_flag::kRst)) {  // a connection that it does not know (RFC 9293 §3.10.7.1)
      network_.send(Side::Internet, towards_client()
                                        .tcp(server_port_, target_.client_port)
                                        .seq(view.tcp_acknowledgement)
                                        .flags(tcp_flag::kRst)
                                        .build());
    }
    return;
  }
  const std::size_t known = server_.heard().size();
  server_.take(view, payload_of(view, frame));
  const Bytes& heard = server_.heard();
  require(heard.size() < client_.said().size() || !target_.is_refused,
          "no server reads a refused request to its end");
  require(heard.size() <= client_.said().size() &&
              std::equal(heard.begin(), heard.end(), client_.said().begin()),
          "a server reads what its client wrote");
  if (view.payload_size != 0) {
    send(Side::Internet, server_.acknowledged(), 0, 0);
  }
  if (heard.size() != known && heard.size() == client_.said().size()) {
    server_.say(response());
    send_stream(Side::Internet);
    watch(Side::Internet, kFirstTimeout, kTries);
  }
}

}  // namespace luytre::dataplane::soak
