// SPDX-License-Identifier: Apache-2.0
// Input: a list, its first octet choosing the format. Pieces of odd sizes go through the splitter;
// whatever the lines are, an item is a host name or a cause, and a name comes out the same when it
// is read again.

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "line_splitter.h"
#include "list_parser.h"

namespace {

using namespace luytre::categories;

void check(ListParser& parser, std::string_view line, std::vector<LineItem>& items) {
  parser.parse(line, items);
  for (const LineItem& item : items) {
    if (!item.name) {
      continue;
    }
    const auto again = parse_name(item.name->to_text());
    if (item.name->label_count() < 2 || !again || !(*again == *item.name)) {
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
  constexpr ListFormat kFormats[] = {ListFormat::Names,   ListFormat::Hosts,   ListFormat::Luytre,
                                     ListFormat::Adblock, ListFormat::Dnsmasq, ListFormat::Rpz,
                                     ListFormat::Csv};
  const ListFormat format = kFormats[bytes[0] % std::size(kFormats)];
  const std::string text(bytes + 1, bytes + size);
  const auto now = std::chrono::sys_days(std::chrono::year(2026) / 8 / 22);
  ListParser parser(format, now);
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
