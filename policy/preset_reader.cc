// SPDX-License-Identifier: Apache-2.0
//
// A preset file:
//
//   id = "vn"            name = "Viet Nam"
//   [[bands]]            id, name, age_from, age_to (left out: no upper end); by age, without gaps
//   [actions]            <category> = "B B T A A", a cell for each band; every category of the
//   taxonomy except those
//                        whose tier already decides (mandatory, never-block)
//   [[special_names]]    name, dns ("nxdomain" or "nodata"), category (of tier bypass)
#include "preset_reader.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "action_row.h"

namespace luytre::policy {
namespace {

using categories::Category;
using categories::CategorySet;
using categories::CategoryTier;
using categories::DomainName;

constexpr std::int64_t kOpenAge = 255;

class Reader {
 public:
  Reader(const std::string& file, const categories::Taxonomy& taxonomy)
      : file_(file), taxonomy_(taxonomy) {}

  Result<Preset> read(const toml::table& root) {
    if (auto known = check_keys(root, {"id", "name", "bands", "actions", "special_names"});
        !known) {
      return Unexpected(known.error());
    }
    auto id = read_text(root, "id");
    auto name = read_text(root, "name");
    if (!id || !name) {
      return Unexpected(!id ? id.error() : name.error());
    }
    preset_.id = *std::move(id);
    preset_.name = *std::move(name);
    preset_.mandatory = taxonomy_.tier(CategoryTier::Mandatory);
    preset_.never_block_1 = taxonomy_.tier(CategoryTier::NeverBlock1);
    preset_.never_block_2 = taxonomy_.tier(CategoryTier::NeverBlock2);
    preset_.security = taxonomy_.tier(CategoryTier::Security);
    preset_.bypass = taxonomy_.tier(CategoryTier::Bypass);
    for (const auto step : {&Reader::read_bands, &Reader::read_actions, &Reader::read_special}) {
      if (auto done = (this->*step)(root); !done) {
        return Unexpected(done.error());
      }
    }
    return std::move(preset_);
  }

 private:
  Unexpected<Error> invalid(const toml::node& where, std::string_view what) const {
    return fail(ErrorCode::Invalid,
                fmt::format("{}:{}: {}", file_, where.source().begin.line, what));
  }

  Result<void> check_keys(const toml::table& table,
                          std::initializer_list<std::string_view> known) const {
    for (const auto& [key, node] : table) {
      if (std::ranges::find(known, key.str()) == known.end()) {
        return invalid(node, fmt::format("unknown key \"{}\"", key.str()));
      }
    }
    return {};
  }

  Result<std::string> read_text(const toml::table& table, std::string_view key) const {
    const toml::node* node = table.get(key);
    const toml::value<std::string>* text = node == nullptr ? nullptr : node->as_string();
    if (text == nullptr || text->get().empty()) {
      return invalid(node == nullptr ? table : *node, fmt::format("\"{}\" must be a text", key));
    }
    return text->get();
  }

  Result<std::uint8_t> read_age(const toml::table& table, std::string_view key) const {
    const toml::node* node = table.get(key);
    const auto age =
        node == nullptr ? std::optional<std::int64_t>{} : node->value_exact<std::int64_t>();
    if (!age || *age < 0 || *age >= kOpenAge) {
      return invalid(node == nullptr ? table : *node,
                     fmt::format("\"{}\" must be a number of years", key));
    }
    return static_cast<std::uint8_t>(*age);
  }

  Result<void> read_bands(const toml::table& root) {
    const toml::array* tables = root["bands"].as_array();
    if (tables == nullptr || tables->empty()) {
      return invalid(root, "no [[bands]] table");
    }
    for (const toml::node& node : *tables) {
      const toml::table* table = node.as_table();
      if (table == nullptr) {
        return invalid(node, "a band is a table: [[bands]]");
      }
      auto band = read_band(*table);
      if (!band) {
        return Unexpected(band.error());
      }
      if (preset_.find_band(band->id) != nullptr) {
        return invalid(*table, fmt::format("there are two bands \"{}\"", band->id));
      }
      if (!preset_.bands.empty() && band->age_from != preset_.bands.back().age_to + 1) {
        return invalid(*table, fmt::format("band {} must begin in the year after band {} ends",
                                           band->id, preset_.bands.back().id));
      }
      preset_.bands.push_back(*std::move(band));
    }
    return {};
  }

  Result<Band> read_band(const toml::table& table) const {
    if (auto known = check_keys(table, {"id", "name", "age_from", "age_to"}); !known) {
      return Unexpected(known.error());
    }
    auto id = read_text(table, "id");
    auto name = read_text(table, "name");
    if (!id || !name) {
      return Unexpected(!id ? id.error() : name.error());
    }
    const auto from = read_age(table, "age_from");
    const auto to = table.contains("age_to") ? read_age(table, "age_to")
                                             : Result<std::uint8_t>(std::uint8_t{kOpenAge});
    if (!from || !to) {
      return Unexpected(!from ? from.error() : to.error());
    }
    if (*to < *from) {
      return invalid(table, fmt::format("band {} ends before it begins", *id));
    }
    return Band{.id = *std::move(id),
                .name = *std::move(name),
                .age_from = *from,
                .age_to = *to,
                .actions = {}};
  }

  Result<void> read_actions(const toml::table& root) {
    const toml::table* table = root["actions"].as_table();
    if (table == nullptr) {
      return invalid(root, "no [actions] table");
    }
    CategorySet seen;
    for (const auto& [key, node] : *table) {
      const Category* category = taxonomy_.find(key.str());
      if (category == nullptr) {
        return invalid(node, fmt::format("the taxonomy has no category \"{}\"", key.str()));
      }
      if (auto read = read_row(*category, node); !read) {
        return read;
      }
      seen |= CategorySet::of(category->id);
    }
    const CategorySet never_block = preset_.never_block_1 | preset_.never_block_2;
    for (Band& band : preset_.bands) {
      band.actions.block |= preset_.mandatory;
    }
    for (const Category& category : taxonomy_.categories()) {
      if (!(seen | preset_.mandatory | never_block).contains(category.id)) {
        return invalid(*table, fmt::format("no row for category {}", category.name));
      }
    }
    return {};
  }

  Result<void> read_row(const Category& category, const toml::node& node) {
    const toml::value<std::string>* text = node.as_string();
    if (text == nullptr) {
      return invalid(node,
                     fmt::format("{} must be a text with an action for each band", category.name));
    }
    const auto row = parse_row(text->get(), preset_.bands);
    if (!row) {
      return invalid(node, fmt::format("{}: {}", category.name, row.error()));
    }
    if (const std::string reason = objection(category, *row, preset_.bands); !reason.empty()) {
      return invalid(node, reason);
    }
    for (std::size_t i = 0; i < row->size(); ++i) {
      apply((*row)[i], category.id, preset_.bands[i].actions);
    }
    return {};
  }

  Result<void> read_special(const toml::table& root) {
    if (!root.contains("special_names")) {
      return {};
    }
    const toml::array* tables = root["special_names"].as_array();
    if (tables == nullptr) {
      return invalid(*root.get("special_names"), "special names are tables: [[special_names]]");
    }
    for (const toml::node& node : *tables) {
      const toml::table* table = node.as_table();
      if (table == nullptr) {
        return invalid(node, "a special name is a table: [[special_names]]");
      }
      auto special = read_special_name(*table);
      if (!special) {
        return Unexpected(special.error());
      }
      if (std::ranges::find(preset_.special_names, special->name, &SpecialName::name) !=
          preset_.special_names.end()) {
        return invalid(*table, fmt::format("{} is there twice", special->name.to_text()));
      }
      preset_.special_names.push_back(*special);
    }
    return {};
  }

  Result<SpecialName> read_special_name(const toml::table& table) const {
    if (auto known = check_keys(table, {"name", "dns", "category"}); !known) {
      return Unexpected(known.error());
    }
    const auto text = read_text(table, "name");
    const auto dns = read_text(table, "dns");
    const auto word = read_text(table, "category");
    if (!text || !dns || !word) {
      return Unexpected(!text ? text.error() : !dns ? dns.error() : word.error());
    }
    const auto name = DomainName::from_hostname(*text);
    if (!name) {
      return invalid(table, fmt::format("\"{}\" is not a host name: {}", *text,
                                        categories::describe(name.error())));
    }
    if (*dns != "nxdomain" && *dns != "nodata") {
      return invalid(*table.get("dns"), "\"dns\" must be \"nxdomain\" or \"nodata\"");
    }
    const Category* category = taxonomy_.find(*word);
    if (category == nullptr || category->tier != CategoryTier::Bypass) {
      return invalid(*table.get("category"),
                     fmt::format("\"{}\" is not a category of tier bypass", *word));
    }
    return SpecialName{.name = *name,
                       .form = *dns == "nodata" ? DnsForm::NoData : DnsForm::NxDomain,
                       .category = category->id};
  }

  const std::string& file_;
  const categories::Taxonomy& taxonomy_;
  Preset preset_;
};

}  // namespace

Result<Preset> read_preset(std::string_view text, const std::string& file,
                           const categories::Taxonomy& taxonomy) {
  const toml::parse_result parsed = toml::parse(text, file);
  if (!parsed) {
    const toml::parse_error& reason = parsed.error();
    return fail(ErrorCode::Invalid,
                fmt::format("{}:{}: {}", file, reason.source().begin.line, reason.description()));
  }
  return Reader(file, taxonomy).read(parsed.table());
}

}  // namespace luytre::policy
