// SPDX-License-Identifier: Apache-2.0
#include "list_collector.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>
#include <variant>

#include "address_rules.h"
#include "line_text.h"

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
      parser_(format) {
  report_.format = format;
  CategorySet known;
  for (const Category& category : taxonomy.categories()) {
    known |= CategorySet::of(category.id);
  }
  known = known - CategorySet::of(kUncategorised);
  const CategorySet withheld = known - options.may_state - taxonomy.tier(CategoryTier::Mandatory);
  everything_ = withheld.empty() ? CategorySet() : known & options.may_state;
}

void ListCollector::begin_file(std::string name, Expected<CategorySet, SkipCause> meaning) {
  file_ = std::move(name);
  file_meaning_ = meaning;
  splitter_ = LineSplitter();
  parser_ = ListParser(report_.format);
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

Result<void> ListCollector::take(LineItem item, const std::string& file, std::string_view text) {
  file_ = file;
  ++report_.lines;
  if (const auto cause = take_item(item); cause) {
    const bool first = report_.skipped[static_cast<std::size_t>(*cause)].lines == 0;
    count_skipped(*cause, 1, first ? fmt::format("{}/{}", file, text) : "");
  }
  if (report_.lines % kProgressLines == 0 && options_.on_progress) {
    options_.on_progress(report_.lines);
  }
  return check_file();
}

Result<void> ListCollector::check_file() const {
  if (!parser_.problem().empty()) {
    return fail(ErrorCode::Invalid, fmt::format("{}: {}", file_, parser_.problem()));
  }
  if (content_.size() + owners_.size() > kMaxEntries) {
    return fail(ErrorCode::Invalid, fmt::format("{}: more than {} entries", file_, kMaxEntries));
  }
  return {};
}

void ListCollector::take_line(std::string_view line, std::uint64_t number) {
  parser_.parse(line, items_);
  for (LineItem& item : items_) {
    ++report_.lines;
    if (const auto cause = take_item(item); cause) {
      skip(*cause, line, number);
    }
    if (report_.lines % kProgressLines == 0 && options_.on_progress) {
      options_.on_progress(report_.lines);
    }
  }
}

std::optional<SkipCause> ListCollector::take_item(LineItem& item) {
  if (!item.subject) {
    return item.subject.error();
  }
  if (item.terms.expires != 0 && item.terms.expires <= options_.now.time_since_epoch().count()) {
    return SkipCause::Expired;
  }
  const auto categories = judge_categories(item);
  if (!categories) {
    return categories.error();
  }
  const std::uint8_t minimum_age = item.minimum_age.value_or(options_.minimum_age);
  if (auto* path = std::get_if<HostPath>(&*item.subject); path != nullptr) {
    content_.paths.push_back(
        {std::move(*path), item.polarity, minimum_age, *categories, std::move(item.terms)});
    return std::nullopt;
  }
  if (const auto* prefix = std::get_if<IpPrefix>(&*item.subject); prefix != nullptr) {
    if (!may_be_listed(*prefix)) {
      return SkipCause::ReservedAddress;
    }
    content_.prefixes.push_back(
        {*prefix, item.polarity, minimum_age, *categories, std::move(item.terms)});
    return std::nullopt;
  }
  ListedName listed{.name = *std::get_if<DomainName>(&*item.subject),
                    .reach = item.reach.value_or(default_reach_),
                    .minimum_age = minimum_age,
                    .categories = *categories,
                    .polarity = item.polarity,
                    .terms = std::move(item.terms)};
  if (report_.format == ListFormat::Rpz) {
    owners_.add(listed);
    return std::nullopt;
  }
  return take_listed(std::move(listed));
}

Expected<CategorySet, SkipCause> ListCollector::judge_categories(const LineItem& item) {
  if (item.categories == kAllCategories) {
    return everything_;
  }
  if (item.categories == "-") {  // an entry of our own format that states an age alone
    return CategorySet{};
  }
  const auto said = item.categories.empty() ? file_meaning_ : parse_categories(item.categories);
  if (!said) {
    return said;
  }
  if (said->empty()) {
    return *said;  // a label: it says an age alone
  }
  const CategorySet stated = *said & options_.may_state;
  if (stated.empty()) {
    return Unexpected(SkipCause::NotGranted);
  }
  report_.reduced += stated == *said ? 0 : 1;
  return stated;
}

std::optional<SkipCause> ListCollector::take_listed(ListedName listed) {
  const auto reach = rules_.judge(listed);
  if (!reach) {
    return reach.error();
  }
  report_.narrowed_to_exact += listed.reach == *reach ? 0 : 1;
  listed.reach = *reach;
  content_.names.add(listed);
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
void ListCollector::settle_owner(ListedName listed, bool itself, bool below) {
  std::optional<SkipCause> cause = SkipCause::NotNameLevel;
  const std::string name = listed.name.to_text();
  if (itself) {
    listed.reach = below ? Reach::Subtree : Reach::Exact;
    cause = take_listed(std::move(listed));
  }
  const bool pair = itself && below;
  if (cause) {
    count_skipped(*cause, pair ? 2 : 1, fmt::format("{}: {}{}", file_, itself ? "" : "*.", name));
  } else {
    report_.duplicates += pair ? 1 : 0;
  }
}

void ListCollector::settle_owners() {
  report_.duplicates += owners_.normalise();
  for (std::size_t i = 0; i < owners_.size();) {
    // Up to four elements of one name: itself and below it, listed and excepted.
    const auto key = owners_.key(i);
    std::array<std::array<bool, 2>, 2> said{};  // by polarity, then by reach
    ListedName listed = owners_[i];
    do {
      listed = owners_[i];
      said[static_cast<std::size_t>(listed.polarity)][static_cast<std::size_t>(listed.reach)] =
          true;
    } while (++i < owners_.size() && std::ranges::equal(owners_.key(i), key));
    for (const Polarity polarity : {Polarity::Lists, Polarity::Withdraws}) {
      const auto& [itself, below] = said[static_cast<std::size_t>(polarity)];
      if (itself || below) {
        listed.polarity = polarity;
        settle_owner(listed, itself, below);
      }
    }
  }
  owners_ = NameList();
}

Expected<CategorySet, SkipCause> ListCollector::parse_categories(std::string_view words) const {
  CategorySet set;
  while (true) {
    const std::size_t comma = words.find_first_of(",;");
    const std::string_view word = trim(words.substr(0, comma));
    if (const auto mapped = options_.mapping.find(word); mapped) {
      set |= *mapped;
    } else {
      const Category* category = taxonomy_.find(word);
      if (category == nullptr || category->id == kUncategorised) {
        return Unexpected(SkipCause::UnknownCategory);
      }
      set |= CategorySet::of(category->id);
    }
    if (comma == std::string_view::npos) {
      break;
    }
    words.remove_prefix(comma + 1);
  }
  return set.empty() ? Expected<CategorySet, SkipCause>(Unexpected(SkipCause::LeftOut))
                     : Expected<CategorySet, SkipCause>(set);
}

void ListCollector::count_entries() {
  report_.names = content_.names.size();
  report_.paths = content_.paths.size();
  report_.prefixes = content_.prefixes.size();
  report_.entries = content_.size();
  std::array<std::uint64_t, 64> entries_by_bit{};
  const auto count = [&](Polarity polarity, CategorySet rest) {
    if (polarity == Polarity::Withdraws) {
      ++report_.exceptions;
      return;
    }
    for (; !rest.empty(); rest = rest - CategorySet::of(rest.first())) {
      ++entries_by_bit[static_cast<std::size_t>(rest.first())];
    }
  };
  for (std::size_t i = 0; i < content_.names.size(); ++i) {
    count(content_.names.polarity(i), content_.names.categories(i));
  }
  for (const ListedPath& path : content_.paths) {
    count(path.polarity, path.categories);
  }
  for (const ListedPrefix& prefix : content_.prefixes) {
    count(prefix.polarity, prefix.categories);
  }
  for (std::size_t bit = 0; bit < entries_by_bit.size(); ++bit) {
    if (entries_by_bit[bit] != 0) {
      const auto id = static_cast<CategoryId>(bit);
      report_.entries_by_category[taxonomy_.describe(CategorySet::of(id))] = entries_by_bit[bit];
    }
  }
}

ParsedList ListCollector::finish() && {
  settle_owners();
  report_.duplicates += content_.normalise();
  count_entries();
  return {.content = std::move(content_), .report = std::move(report_)};
}

}  // namespace luytre::categories
