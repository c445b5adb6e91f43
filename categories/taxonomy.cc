// SPDX-License-Identifier: Apache-2.0
#include "categories/taxonomy.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <system_error>

namespace luytre::categories {
namespace {

struct TierName {
  std::string_view name;
  CategoryTier tier;
};

constexpr TierName kTierNames[] = {
    {"mandatory", CategoryTier::Mandatory},
    {"never_block_1", CategoryTier::NeverBlock1},
    {"never_block_2", CategoryTier::NeverBlock2},
    {"security", CategoryTier::Security},
    {"bypass", CategoryTier::Bypass},
    {"content", CategoryTier::Content},
};
static_assert(std::size(kTierNames) == kCategoryTierCount);

constexpr std::string_view kKeys[] = {"bit",         "name", "tier",
                                      "description", "ut1",  "private_suffixes"};

constexpr std::int64_t kBits = 64;

bool is_category_name(std::string_view name) noexcept {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

// Reads one file; every failure says where in it.
class Reader {
 public:
  explicit Reader(const std::filesystem::path& file) : file_(file.string()) {}

  Result<std::vector<Category>> read(const toml::table& root) {
    for (const auto& [key, node] : root) {
      if (key != "category") {
        return invalid(node, fmt::format("unknown key \"{}\"", key.str()));
      }
    }
    const toml::array* tables = root["category"].as_array();
    if (tables == nullptr || tables->empty()) {
      return invalid(root, "no [[category]] table");
    }
    for (const toml::node& node : *tables) {
      const toml::table* table = node.as_table();
      if (table == nullptr) {
        return invalid(node, "a category is a table: [[category]]");
      }
      auto category = read_category(*table);
      if (!category) {
        return Unexpected(category.error());
      }
      if (auto unique = check_unique(*table, *category); !unique) {
        return Unexpected(unique.error());
      }
      categories_.push_back(*std::move(category));
    }
    const auto uncategorised = std::ranges::find(categories_, kUncategorised, &Category::id);
    if (uncategorised == categories_.end()) {
      return invalid(root, "no category has bit 63, which stands for names that no list knows");
    }
    std::ranges::sort(categories_, {}, &Category::id);
    return std::move(categories_);
  }

 private:
  Unexpected<Error> invalid(const toml::node& where, std::string_view what) const {
    return fail(ErrorCode::Invalid,
                fmt::format("{}:{}: {}", file_, where.source().begin.line, what));
  }

  Result<std::string> read_string(const toml::table& table, std::string_view key) const {
    const toml::node* node = table.get(key);
    const toml::value<std::string>* text = node == nullptr ? nullptr : node->as_string();
    if (text == nullptr || text->get().empty()) {
      return invalid(node == nullptr ? table : *node, fmt::format("\"{}\" must be a text", key));
    }
    return text->get();
  }

  Result<std::vector<std::string>> read_ut1(const toml::table& table) const {
    std::vector<std::string> folders;
    const toml::node* node = table.get("ut1");
    if (node == nullptr) {
      return folders;
    }
    const toml::array* list = node->as_array();
    if (list == nullptr) {
      return invalid(*node, "\"ut1\" must be a list of folder names");
    }
    for (const toml::node& item : *list) {
      const toml::value<std::string>* folder = item.as_string();
      if (folder == nullptr || folder->get().empty()) {
        return invalid(item, "\"ut1\" must be a list of folder names");
      }
      folders.push_back(folder->get());
    }
    return folders;
  }

  Result<Category> read_category(const toml::table& table) const {
    for (const auto& [key, node] : table) {
      if (std::ranges::find(kKeys, key.str()) == std::end(kKeys)) {
        return invalid(node, fmt::format("unknown key \"{}\"", key.str()));
      }
    }
    Category category;
    const toml::node* bit = table.get("bit");
    const auto number =
        bit == nullptr ? std::optional<std::int64_t>{} : bit->value_exact<std::int64_t>();
    if (!number || *number < 0 || *number >= kBits) {
      return invalid(bit == nullptr ? table : *bit, "\"bit\" must be a number from 0 to 63");
    }
    category.id = static_cast<CategoryId>(*number);

    auto name = read_string(table, "name");
    auto description = read_string(table, "description");
    const auto tier = read_string(table, "tier");
    auto ut1 = read_ut1(table);
    if (!name || !description || !tier || !ut1) {
      return Unexpected(!name          ? name.error()
                        : !description ? description.error()
                        : !tier        ? tier.error()
                                       : ut1.error());
    }
    if (!is_category_name(*name)) {
      return invalid(table, fmt::format("the name \"{}\" may only hold a-z, 0-9 and _", *name));
    }
    const auto known = std::ranges::find(kTierNames, *tier, &TierName::name);
    if (known == std::end(kTierNames)) {
      return invalid(*table.get("tier"), fmt::format("there is no tier \"{}\"", *tier));
    }
    category.name = *std::move(name);
    category.description = *std::move(description);
    category.tier = known->tier;
    category.ut1 = *std::move(ut1);
    if (const toml::node* node = table.get("private_suffixes"); node != nullptr) {
      const auto flag = node->value_exact<bool>();
      if (!flag) {
        return invalid(*node, "\"private_suffixes\" must be true or false");
      }
      category.private_suffixes = *flag;
    }
    return category;
  }

  Result<void> check_unique(const toml::table& table, const Category& category) const {
    for (const Category& other : categories_) {
      if (other.id == category.id) {
        return invalid(table, fmt::format("bit {} is already \"{}\"",
                                          static_cast<unsigned>(other.id), other.name));
      }
      if (other.name == category.name) {
        return invalid(table, fmt::format("there are two categories \"{}\"", other.name));
      }
      for (const std::string& folder : category.ut1) {
        if (std::ranges::find(other.ut1, folder) != other.ut1.end()) {
          return invalid(table, fmt::format("the UT1 folder \"{}\" already belongs to \"{}\"",
                                            folder, other.name));
        }
      }
    }
    return {};
  }

  std::string file_;
  std::vector<Category> categories_;
};

}  // namespace

Result<Taxonomy> Taxonomy::load(const std::filesystem::path& file) {
  std::error_code error;
  if (!std::filesystem::exists(file, error)) {
    return fail(ErrorCode::NotFound, fmt::format("{}: there is no such file", file.string()));
  }
  const toml::parse_result parsed = toml::parse_file(file.string());
  if (!parsed) {
    const toml::parse_error& reason = parsed.error();
    return fail(ErrorCode::Invalid, fmt::format("{}:{}: {}", file.string(),
                                                reason.source().begin.line, reason.description()));
  }
  auto categories = Reader(file).read(parsed.table());
  if (!categories) {
    return Unexpected(categories.error());
  }
  Taxonomy taxonomy;
  taxonomy.categories_ = *std::move(categories);
  for (std::size_t i = 0; i < taxonomy.categories_.size(); ++i) {
    const Category& category = taxonomy.categories_[i];
    taxonomy.position_by_bit_[static_cast<std::size_t>(category.id)] =
        static_cast<std::uint8_t>(i + 1);
    taxonomy.tiers_[static_cast<std::size_t>(category.tier)] |= CategorySet::of(category.id);
  }
  return taxonomy;
}

const Category* Taxonomy::find(CategoryId id) const noexcept {
  const auto bit = static_cast<std::size_t>(id);
  const std::size_t position = bit < position_by_bit_.size() ? position_by_bit_[bit] : 0;
  return position == 0 ? nullptr : &categories_[position - 1];
}

const Category* Taxonomy::find(std::string_view name) const noexcept {
  const auto found = std::ranges::find(categories_, name, &Category::name);
  return found == categories_.end() ? nullptr : &*found;
}

const Category* Taxonomy::find_ut1(std::string_view folder) const noexcept {
  const auto found = std::ranges::find_if(categories_, [folder](const Category& category) {
    return std::ranges::find(category.ut1, folder) != category.ut1.end();
  });
  return found == categories_.end() ? nullptr : &*found;
}

std::string Taxonomy::describe(CategorySet set) const {
  std::string text;
  for (; !set.empty(); set = set - CategorySet::of(set.first())) {
    const Category* category = find(set.first());
    text += text.empty() ? "" : ", ";
    text += category == nullptr ? fmt::format("bit {}", static_cast<unsigned>(set.first()))
                                : category->name;
  }
  return text;
}

}  // namespace luytre::categories
