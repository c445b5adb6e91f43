// SPDX-License-Identifier: Apache-2.0
#include "categories/guard/popular_names.h"

#include <fmt/format.h>

#include <optional>

namespace luytre::categories {
namespace {

// Nothing: one of the words is no category.
std::optional<CategorySet> parse_expected(std::string_view words, const Taxonomy& taxonomy) {
  CategorySet set;
  if (words == "-") {
    return set;
  }
  while (true) {
    const std::size_t comma = words.find(',');
    const Category* category = taxonomy.find(words.substr(0, comma));
    if (category == nullptr) {
      return std::nullopt;
    }
    set |= CategorySet::of(category->id);
    if (comma == std::string_view::npos) {
      return set;
    }
    words.remove_prefix(comma + 1);
  }
}

}  // namespace

Result<PopularNames> PopularNames::parse(std::string_view text, const Taxonomy& taxonomy) {
  PopularNames popular;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    if (line.empty() || line.front() == '#') {
      continue;
    }
    const std::size_t tab = line.find('\t');
    const auto name = DomainName::from_hostname(line.substr(0, tab));
    const auto expected = tab == std::string_view::npos
                              ? std::nullopt
                              : parse_expected(line.substr(tab + 1), taxonomy);
    if (!name || name->label_count() < 2 || !expected || !popular.add(*name, *expected, 0)) {
      return fail(
          ErrorCode::Invalid,
          fmt::format("Popular names, line {}: '{}' is not a new name, a tab and categories "
                      "(or '-').",
                      number, line));
    }
  }
  return popular;
}

void PopularNames::add_ranked(std::string_view name) {
  ++last_rank_;
  if (const auto parsed = DomainName::from_hostname(name); parsed && parsed->label_count() >= 2) {
    static_cast<void>(add(*parsed, {}, last_rank_));  // false: it is there, and better known
  }
}

bool PopularNames::add(const DomainName& name, CategorySet expected, std::uint32_t rank) {
  if (!positions_.try_emplace(name.to_text(), names_.size()).second) {
    return false;
  }
  names_.push_back({.name = name, .expected = expected, .rank = rank});
  return true;
}

}  // namespace luytre::categories
