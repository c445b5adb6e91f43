// SPDX-License-Identifier: Apache-2.0
#include "list_collector.h"

#include <fmt/format.h>

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
      default_reach_(options.default_reach.value_or(own_reach(format))) {
  report_.format = format;
}

void ListCollector::begin_file(std::string name, CategorySet categories) {
  file_ = std::move(name);
  file_categories_ = categories;
  splitter_ = LineSplitter();
}

Result<void> ListCollector::feed(std::span<const char> piece) {
  splitter_.feed(piece,
                 [this](std::string_view line, std::uint64_t number) { take_line(line, number); });
  return check_size();
}

Result<void> ListCollector::end_file() {
  splitter_.finish(
      [this](std::string_view line, std::uint64_t number) { take_line(line, number); });
  return check_size();
}

Result<void> ListCollector::check_size() const {
  if (names_.size() > kMaxNames) {
    return fail(ErrorCode::Invalid, fmt::format("{}: more than {} names", file_, kMaxNames));
  }
  return {};
}

void ListCollector::take_line(std::string_view line, std::uint64_t number) {
  parse_line(report_.format, line, items_);
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
      .minimum_age = options_.minimum_age,
      .categories = item.categories.empty() ? file_categories_ : parse_categories(item.categories)};
  if (listed.categories.empty()) {
    return SkipCause::UnknownCategory;
  }
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
  SkipCount& count = report_.skipped[static_cast<std::size_t>(cause)];
  ++count.lines;
  if (count.example.empty()) {
    count.example = printable(fmt::format("{}:{}: {}", file_, number, line), kExampleBytes);
  }
}

CategorySet ListCollector::parse_categories(std::string_view names) const {
  CategorySet set;
  while (true) {
    const std::size_t comma = names.find(',');
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
  report_.duplicates = names_.normalise();
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
