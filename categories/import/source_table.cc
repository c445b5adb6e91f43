// SPDX-License-Identifier: Apache-2.0
#include "source_table.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "categories/scope.h"

namespace luytre::categories {
namespace {

constexpr std::array<std::string_view, 15> kKeys = {
    "path", "name",  "issuer",      "licence", "scope",   "priority", "format",   "categories",
    "map",  "reach", "minimum_age", "grant",   "refresh", "url",      "leave_out"};
constexpr std::int64_t kMaxPriority = 65'535;

constexpr std::string_view kLists = "lists";

bool is_key(std::string_view key) noexcept { return std::ranges::find(kKeys, key) != kKeys.end(); }

// One [[source]] table, or an element of its "lists", which has the keys of the table unless it says
// otherwise. The first failure is kept; what is read behind it does not matter.
class TableReader {
 public:
  TableReader(const std::filesystem::path& file, const Taxonomy& taxonomy, const toml::table& table,
              const toml::table* around)
      : file_(file), taxonomy_(taxonomy), table_(table), around_(around) {}

  Result<SourceCatalogue::Table> read() {
    for (const auto& [key, node] : table_) {
      if (!is_key(key.str())) {
        fail_at(node, fmt::format("unknown key \"{}\"", key.str()));
      }
    }
    SourceCatalogue::Table read;
    read.line = table_.source().begin.line;
    read_patterns(read.patterns);
    if (find("name") != nullptr) {
      read.name = text("name");
    }
    SourceOrder& order = read.order;
    order.licence = text("licence");
    order.left_out = text("leave_out");
    read_source(order.source);
    read_options(order.options, order.source.mapping);
    order.options.may_state = may_state(taxonomy_, order.source.scope, grants());
    return problem_ ? Result<SourceCatalogue::Table>(Unexpected<Error>(*problem_))
                    : Result<SourceCatalogue::Table>(std::move(read));
  }

 private:
  void fail_at(const toml::node& node, std::string_view what) {
    if (!problem_) {
      problem_ = Error{ErrorCode::Invalid,
                       fmt::format("{}:{}: {}", file_.string(), node.source().begin.line, what)};
    }
  }

  const toml::node* find(std::string_view key) const {
    const toml::node* node = table_.get(key);
    return node == nullptr && around_ != nullptr ? around_->get(key) : node;
  }

  // Empty where the key is absent; a text that is there is not empty.
  std::string text(std::string_view key) {
    const toml::node* node = find(key);
    if (node == nullptr) {
      return {};
    }
    const auto value = node->value_exact<std::string>();
    if (!value || value->empty()) {
      fail_at(*node, fmt::format("\"{}\" must be a text", key));
    }
    return value.value_or("");
  }

  void read_patterns(std::vector<std::string>& patterns) {
    const toml::node* node = find("path");
    if (node != nullptr && node->is_array()) {
      patterns = words("path");
    } else {
      patterns = {text("path")};
    }
    if (patterns.empty() || std::ranges::find(patterns, "") != patterns.end()) {
      fail_at(table_, "a source needs a \"path\", or several");
    }
  }

  std::vector<std::string> words(std::string_view key) {
    std::vector<std::string> read;
    const toml::node* node = find(key);
    if (node == nullptr) {
      return read;
    }
    const toml::array* list = node->as_array();
    for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
      const auto word = list->get(i)->value_exact<std::string>();
      if (!word) {
        list = nullptr;
        break;
      }
      read.push_back(*word);
    }
    if (list == nullptr) {
      fail_at(*node, fmt::format("\"{}\" must be a list of words", key));
    }
    return read;
  }

  std::int64_t number(std::string_view key, std::int64_t absent, std::int64_t maximum) {
    const toml::node* node = find(key);
    if (node == nullptr) {
      return absent;
    }
    const auto value = node->value_exact<std::int64_t>();
    if (!value || *value < 0 || *value > maximum) {
      fail_at(*node, fmt::format("\"{}\" must be a number from 0 to {}", key, maximum));
    }
    return value.value_or(0);
  }

  // The value of the word under `key`, where there is one.
  template <typename Parse>
  auto word(std::string_view key, std::string_view expected, const Parse& parse)
      -> decltype(parse(std::string_view())) {
    const std::string written = text(key);
    if (written.empty()) {
      return std::nullopt;
    }
    const auto value = parse(written);
    if (!value) {
      fail_at(*find(key), fmt::format("\"{}\" must be {}", key, expected));
    }
    return value;
  }

  NeverBlock grants() {
    NeverBlock granted;
    for (const std::string& tier : words("grant")) {
      const bool known = grant(granted, tier);
      if (!known) {
        fail_at(*find("grant"), fmt::format("\"{}\" is neither never_block_1 nor "
                                            "never_block_2",
                                            tier));
      }
    }
    return granted;
  }

  void read_source(Source& source) {
    source.issuer = text("issuer");
    source.location = text("url");
    source.scope = word("scope", "mandatory, national, operator or school", parse_scope)
                       .value_or(Scope::Operator);
    source.priority =
        static_cast<std::uint16_t>(number("priority", Source{}.priority, kMaxPriority));
    source.refresh_seconds =
        word("refresh", "a time like \"90m\", \"24h\" or \"7d\"", parse_refresh).value_or(0);
  }

  void read_options(ImportOptions& options, std::string& mapping) {
    options.format =
        word("format", "the name of a list format", parse_format).value_or(ListFormat::Auto);
    options.default_reach = word("reach", "exact or subtree", [](std::string_view reach) {
      return reach == "exact"     ? std::optional(Reach::Exact)
             : reach == "subtree" ? std::optional(Reach::Subtree)
                                  : std::nullopt;
    });
    options.minimum_age = static_cast<std::uint8_t>(number("minimum_age", 0, 18));
    for (const std::string& name : words("categories")) {
      const Category* category = taxonomy_.find(name);
      if (category == nullptr || category->id == kUncategorised) {
        fail_at(*find("categories"), fmt::format("there is no category \"{}\"", name));
      } else {
        options.categories |= CategorySet::of(category->id);
      }
    }
    read_mapping(options, mapping);
  }

  void read_mapping(ImportOptions& options, std::string& mapping) {
    const toml::node* node = find("map");
    if (node == nullptr) {
      return;
    }
    const toml::table* rules = node->as_table();
    if (rules == nullptr) {
      fail_at(*node, "\"map\" must be a table: { word = \"category\" }");
      return;
    }
    for (const auto& [word, value] : *rules) {
      const auto category = value.value_exact<std::string>();
      if (!category) {
        fail_at(value, fmt::format("\"{}\" must be mapped to a text", word.str()));
        return;
      }
      mapping += fmt::format("{}{}={}", mapping.empty() ? "" : ",", word.str(), *category);
    }
    auto parsed = CategoryMapping::parse(mapping, taxonomy_);
    if (!parsed) {
      fail_at(*node, parsed.error().message);
      return;
    }
    options.mapping = *std::move(parsed);
  }

  const std::filesystem::path& file_;
  const Taxonomy& taxonomy_;
  const toml::table& table_;
  const toml::table* around_;
  std::optional<Error> problem_;
};

}  // namespace

Result<std::vector<SourceCatalogue::Table>> read_source_tables(std::string_view text,
                                                               const std::filesystem::path& file,
                                                               const Taxonomy& taxonomy) {
  const toml::parse_result parsed = toml::parse(text);
  if (!parsed) {
    return fail(ErrorCode::Invalid,
                fmt::format("{}:{}: {}", file.string(), parsed.error().source().begin.line,
                            parsed.error().description()));
  }
  const auto invalid = [&](const toml::node& node, std::string_view what) {
    return fail(ErrorCode::Invalid,
                fmt::format("{}:{}: {}", file.string(), node.source().begin.line, what));
  };
  for (const auto& [key, node] : parsed.table()) {
    if (key != "source") {
      return invalid(node, fmt::format("unknown key \"{}\"", key.str()));
    }
  }
  const toml::array* list = parsed.table()["source"].as_array();
  if (list == nullptr || list->empty()) {
    return invalid(parsed.table(), "no [[source]] table");
  }
  std::vector<SourceCatalogue::Table> tables;
  const auto add = [&](const toml::table& table, const toml::table* around) -> Result<void> {
    auto read = TableReader(file, taxonomy, table, around).read();
    if (!read) {
      return Unexpected<Error>(read.error());
    }
    tables.push_back(*std::move(read));
    return {};
  };
  for (const toml::node& node : *list) {
    const toml::table* source = node.as_table();
    if (source == nullptr) {
      return invalid(node, "a source is a table: [[source]]");
    }
    const toml::node* lists = source->get(kLists);
    if (lists == nullptr) {
      if (auto added = add(*source, nullptr); !added) {
        return Unexpected<Error>(added.error());
      }
      continue;
    }
    for (const auto& [key, value] : *source) {
      if (key != kLists && (!is_key(key.str()) || key == "path")) {
        return invalid(value, fmt::format("key \"{}\" beside \"lists\"", key.str()));
      }
    }
    if (!lists->is_array() || !lists->as_array()->is_homogeneous<toml::table>()) {
      return invalid(*lists, "\"lists\" must be a list of tables: [{ path = … }]");
    }
    for (const toml::node& element : *lists->as_array()) {
      if (auto added = add(*element.as_table(), source); !added) {
        return Unexpected<Error>(added.error());
      }
    }
  }
  return tables;
}

}  // namespace luytre::categories
