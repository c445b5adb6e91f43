// SPDX-License-Identifier: Apache-2.0
// Input: a list, its first octet choosing the format. Pieces of odd sizes go through the splitter;
// whatever the lines are, an item is a subject or a cause, and a subject comes out the same when it
// is read again.

#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <string>
#include <variant>
#include <vector>

#include "line_splitter.h"
#include "list_parser.h"
#include "subject_text.h"

namespace {

using namespace luytre::categories;

bool reads_again(const Subject& subject) {
  if (const auto* name = std::get_if<DomainName>(&subject)) {
    const auto again = parse_name(name->to_text());
    return name->label_count() >= 2 && again && *again == *name;
  }
  if (const auto* path = std::get_if<HostPath>(&subject)) {
    return HostPath::from_text(path->to_text()) == *path;
  }
  const auto& prefix = std::get<IpPrefix>(subject);
  return IpPrefix::from_text(prefix.to_text()) == prefix;
}

void check(ListParser& parser, std::string_view line, std::vector<LineItem>& items) {
  parser.parse(line, items);
  for (const LineItem& item : items) {
    if (item.subject && !reads_again(*item.subject)) {
      std::abort();
    }
  }
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's entry point.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  // The first seven stand for the octets that the corpus begins with.
  constexpr ListFormat kFormats[] = {
      ListFormat::Names,   ListFormat::Hosts,        ListFormat::Luytre, ListFormat::Adblock,
      ListFormat::Dnsmasq, ListFormat::Rpz,          ListFormat::Csv,    ListFormat::Unbound,
      ListFormat::V2fly,   ListFormat::LabelRegistry};
  const ListFormat format = kFormats[bytes[0] % std::size(kFormats)];
  const std::string text(bytes + 1, bytes + size);
  ListParser parser(format);
  std::vector<LineItem> items;
  std::uint64_t last_number = 0;
  const auto visit = [&](std::string_view line, std::uint64_t number) {
    if (number != last_number + 1 || line.find('\n') != std::string_view::npos) {
      std::abort();
    }
    last_number = number;
    check(parser, line, items);
  };
  LineSplitter splitter;
  const std::size_t piece = 1 + bytes[0] / std::size(kFormats);
  for (std::size_t at = 0; at < text.size(); at += piece) {
    splitter.feed(std::string_view(text).substr(at, piece), visit);
  }
  splitter.finish(visit);
  return 0;
}
