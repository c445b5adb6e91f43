// SPDX-License-Identifier: Apache-2.0
#include "list_collector.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace luytre::categories {
namespace {

constexpr std::uint64_t kProgressLines = 100'000;
constexpr std::size_t kExampleBytes = 120;

Reach own_reach(ListFormat format) noexcept {
  return format == ListFormat::Hosts ? Reach::Exact : Reach::Subtree;
}

// Hostile text for terminals and JSON: printable ASCII stays.
std::string printable(std::string_view text, std::size_t limit) {
  std::string shown;
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    const bool plain = octet >= 0x20 && octet < 0x7f;
    const std::size_t size = plain ? 1 : 4;
    if (shown.size() + size > limit) {
      break;
    }
    shown += plain ? std::string(1, c) : fmt::format("\\x{:02x}", octet);
  }
  return shown;
}

}  // namespace

ListCollector::ListCollector(const Taxonomy& taxonomy, const ImportOptions& options,
                             NameRules rules, ListFormat format)
    : taxonomy_(taxonomy),
      options_(options),
      rules_(std::move(rules)),
      default_reach_(options.default_reach.value_or(own_reach(format))),
      parser_(format, options.now) {
  report_.format = format;
}

void ListCollector::begin_file(std::string name, CategorySet categories) {
  file_ = std::move(name);
  file_categories_ = categories;
  splitter_ = LineSplitter();
  parser_ = ListParser(report_.format, options_.now);
}

Result<void> ListCollector::feed(std::span<const char> piece) {
  splitter_.feed(piece,
                 [this](std::string_view line, std::uint64_t number) { take_line(line, number); });
  return check_file();
}

Result<void> ListCollector::end_file() {
  splitter_.finish(
      [this](std::string_view line, std::uint64_t number) { take_line(line, number); });
  return check_file();
}

Result<void> ListCollector::check_file() const {
  if (!parser_.problem().empty()) {
    return fail(ErrorCode::Invalid, fmt::format("{}: {}", file_, parser_.problem()));
  }
  if (names_.size() + owners_.size() > kMaxNames) {
    return fail(ErrorCode::Invalid, fmt::format("{}: more than {} names", file_, kMaxNames));
  }
  return {};
}

void ListCollector::take_line(std::string_view line, std::uint64_t number) {
  parser_.parse(line, items_);
  for (const LineItem& item : items_) {
    ++report_.lines;
    if (const auto cause = take_item(item); cause) {
      skip(*cause, line, number);
    }
    if (report_.lines % kProgressLines == 0 && options_.on_progress) {
      options_.on_progress(report_.lines);
    }
  }
}

std::optional<SkipCause> ListCollector::take_item(const LineItem& item) {
  if (!item.name) {
    return item.name.error();
  }
  ListedName listed{
      .name = *item.name,
      .reach = item.reach.value_or(default_reach_),
      .minimum_age = item.minimum_age.value_or(options_.minimum_age),
      .categories = item.categories.empty() ? file_categories_ : parse_categories(item.categories)};
  if (listed.categories.empty()) {
    return SkipCause::UnknownCategory;
  }
  if (report_.format == ListFormat::Rpz) {
    owners_.add(listed);
    return std::nullopt;
  }
  return take_listed(listed);
}

std::optional<SkipCause> ListCollector::take_listed(ListedName listed) {
  const auto reach = rules_.judge(listed);
  if (!reach) {
    return reach.error();
  }
  report_.narrowed_to_exact += listed.reach == *reach ? 0 : 1;
  listed.reach = *reach;
  names_.add(listed);
  return std::nullopt;
}

void ListCollector::skip(SkipCause cause, std::string_view line, std::uint64_t number) {
  const bool first = report_.skipped[static_cast<std::size_t>(cause)].lines == 0;
  count_skipped(cause, 1, first ? fmt::format("{}:{}: {}", file_, number, line) : "");
}

void ListCollector::count_skipped(SkipCause cause, std::uint64_t lines, std::string_view example) {
  SkipCount& count = report_.skipped[static_cast<std::size_t>(cause)];
  if (count.lines == 0) {
    count.example = printable(example, kExampleBytes);
  }
  count.lines += lines;
}

// "name" and "*.name" together are a subtree: one entry, and the second line a duplicate. "name"
// alone is exact. "*.name" alone leaves the name itself as it is, which no reach expresses.
void ListCollector::settle_owners() {
  report_.duplicates += owners_.normalise();
  for (std::size_t i = 0; i < owners_.size(); ++i) {
    ListedName listed = owners_[i];
    const bool below = listed.reach == Reach::Subtree;
    const bool pair =
        !below && i + 1 < owners_.size() && std::ranges::equal(owners_.key(i), owners_.key(i + 1));
    std::optional<SkipCause> cause = SkipCause::NotNameLevel;
    if (!below) {
      listed.reach = pair ? Reach::Subtree : Reach::Exact;
      cause = take_listed(listed);
    }
    if (cause) {
      count_skipped(*cause, pair ? 2 : 1,
                    fmt::format("{}: {}{}", file_, below ? "*." : "", listed.name.to_text()));
    } else {
      report_.duplicates += pair ? 1 : 0;
    }
    i += pair ? 1 : 0;
  }
  owners_ = NameList();
}

CategorySet ListCollector::parse_categories(std::string_view names) const {
  CategorySet set;
  while (true) {
    const std::size_t comma = names.find_first_of(",;");
    const Category* category = taxonomy_.find(names.substr(0, comma));
    if (category == nullptr || category->id == kUncategorised) {
      return {};
    }
    set |= CategorySet::of(category->id);
    if (comma == std::string_view::npos) {
      return set;
    }
    names.remove_prefix(comma + 1);
  }
}

ParsedList ListCollector::finish() && {
  settle_owners();
  report_.duplicates += names_.normalise();
  report_.entries = names_.size();
  std::array<std::uint64_t, 64> entries_by_bit{};
  for (std::size_t i = 0; i < names_.size(); ++i) {
    for (CategorySet rest = names_.categories(i); !rest.empty();
         rest = rest - CategorySet::of(rest.first())) {
      ++entries_by_bit[static_cast<std::size_t>(rest.first())];
    }
  }
  for (std::size_t bit = 0; bit < entries_by_bit.size(); ++bit) {
    if (entries_by_bit[bit] != 0) {
      const auto id = static_cast<CategoryId>(bit);
      report_.entries_by_category[taxonomy_.describe(CategorySet::of(id))] = entries_by_bit[bit];
    }
  }
  return {.names = std::move(names_), .report = std::move(report_)};
}

}  // namespace luytre::categories
