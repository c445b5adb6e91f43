// SPDX-License-Identifier: Apache-2.0
#include "capture_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>
#include <vector>

namespace luytre::dataplane {
namespace {

// RFC 8259 §7. Names are printable ASCII by then; a path may hold anything.
std::string json_string(std::string_view text) {
  std::string out = "\"";
  for (const char character : text) {
    const auto byte = static_cast<unsigned char>(character);
    if (character == '"' || character == '\\') {
      out += '\\';
      out += character;
    } else if (byte < 0x20) {
      out += fmt::format("\\u{:04x}", byte);
    } else {
      out += character;
    }
  }
  return out + '"';
}

std::string endpoint(const std::string& address, std::uint16_t port) {
  return address.contains(':') ? fmt::format("[{}]:{}", address, port)
                               : fmt::format("{}:{}", address, port);
}

std::string qtype_word(std::uint16_t qtype) {
  switch (qtype) {
    case 1:
      return "A";
    case 2:
      return "NS";
    case 5:
      return "CNAME";
    case 6:
      return "SOA";
    case 12:
      return "PTR";
    case 15:
      return "MX";
    case 16:
      return "TXT";
    case 28:
      return "AAAA";
    case 33:
      return "SRV";
    case 64:
      return "SVCB";
    case 65:
      return "HTTPS";
    case 255:
      return "ANY";
    default:
      return fmt::format("TYPE{}", qtype);  // RFC 3597 §5
  }
}

std::string dash_if_empty(std::string text) { return text.empty() ? "-" : text; }

bool has_tunnels(const CaptureReport& report) {
  return std::ranges::any_of(report.events,
                             [](const auto& row) { return !row.first.encapsulation.empty(); });
}

std::string table_of(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths(rows.front().size());
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], row[i].size());
    }
  }
  std::string out;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += fmt::format("{:<{}}  ", row[i], widths[i]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + '\n';
  }
  return out;
}

}  // namespace

std::string events_as_json_lines(const CaptureReport& report) {
  std::string out;
  const std::string file = json_string(report.path.string());
  for (const auto& [event, count] : report.events) {
    fmt::format_to(
        std::back_inserter(out),
        R"({{"file":{},"proto":"{}","src":"{}","sport":{},"dst":"{}","dport":{},"name":{})", file,
        event.protocol, event.source, event.source_port, event.destination, event.destination_port,
        json_string(event.name));
    if (event.protocol == "dns") {
      out += fmt::format(R"(,"qtype":{})", event.qtype);
    }
    if (!event.vlans.empty()) {
      out += fmt::format(R"(,"vlan":[{}])", fmt::join(event.vlans, ","));
    }
    if (!event.encapsulation.empty()) {
      out += fmt::format(R"(,"encap":["{}"])", fmt::join(event.encapsulation, R"(",")"));
    }
    if (count > 1) {
      out += fmt::format(R"(,"n":{})", count);
    }
    out += "}\n";
  }
  return out;
}

std::string events_as_table(const CaptureReport& report) {
  std::string out = fmt::format("{}: {} packets, {} names\n", report.path.string(), report.packets,
                                report.events.size());
  if (report.events.empty()) {
    return out;
  }
  const bool tunnels = has_tunnels(report);  // most captures have none, and no column for them
  std::vector<std::vector<std::string>> rows = {
      {"PROTOCOL", "CLIENT", "SERVER", "VLAN", "TIMES", "NAME"}};
  if (tunnels) {
    rows[0].insert(rows[0].begin() + 4, "IN");
  }
  for (const auto& [event, count] : report.events) {
    const bool dns = event.protocol == "dns";
    rows.push_back({event.protocol, endpoint(event.source, event.source_port),
                    endpoint(event.destination, event.destination_port),
                    dash_if_empty(fmt::format("{}", fmt::join(event.vlans, "."))),
                    fmt::format("{}", count),
                    dns ? event.name + ' ' + qtype_word(event.qtype) : event.name});
    if (tunnels) {
      rows.back().insert(rows.back().begin() + 4,
                         dash_if_empty(fmt::format("{}", fmt::join(event.encapsulation, " "))));
    }
  }
  return out + table_of(rows);
}

std::string summary(const CaptureReport& report) {
  std::string out = "How the packets' journeys ended:\n";
  for (const OutcomeRow& row : outcome_rows()) {
    if (const std::uint64_t packets = report.outcomes[static_cast<std::size_t>(row.outcome)]) {
      out += fmt::format("{:>10}  {:<22}  {}\n", packets, row.counter, row.help);
    }
  }
  std::string unread;
  for (const UnreadRow& row : unread_rows()) {
    if (const std::uint64_t packets = report.unread[static_cast<std::size_t>(row.cause)]) {
      unread += fmt::format("{:>10}  {:<22}  {}\n", packets, row.word, row.text);
    }
  }
  if (!unread.empty()) {
    out += "Packets that were not looked into:\n" + unread;
  }
  return out;
}

}  // namespace luytre::dataplane
