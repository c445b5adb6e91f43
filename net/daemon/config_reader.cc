// SPDX-License-Identifier: Apache-2.0
#include "net/daemon/config_reader.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <charconv>

namespace luytre::net {
namespace {

// The known key that a mistyped one most likely is: they share the most of their letters in order
// (longest common subsequence), and at least two thirds.
std::string_view nearest(std::string_view typed, std::span<const std::string_view> keys) {
  std::string_view best;
  double best_share = 2.0 / 3.0;
  for (const std::string_view key : keys) {
    std::vector<std::size_t> row(key.size() + 1, 0);
    for (const char letter : typed) {
      std::size_t diagonal = 0;
      for (std::size_t i = 0; i < key.size(); ++i) {
        const std::size_t above = row[i + 1];
        row[i + 1] = letter == key[i] ? diagonal + 1 : std::max(above, row[i]);
        diagonal = above;
      }
    }
    const double share =
        static_cast<double>(row.back()) / static_cast<double>(std::max(typed.size(), key.size()));
    if (share >= best_share) {
      best = key;
      best_share = share;
    }
  }
  return best;
}

ConfigPlace place_of(const toml::node* node) noexcept {
  return {.line = node == nullptr ? 0 : node->source().begin.line};
}

bool is_listen_address(std::string_view text) noexcept {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) {
    return false;
  }
  const std::string_view digits = text.substr(colon + 1);
  unsigned number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return error == std::errc{} && end == digits.data() + digits.size() && number >= 1 &&
         number <= 65535;
}

}  // namespace

struct ConfigReader::Document {
  toml::table root;
  const toml::table* table = nullptr;  // the selected one; nullptr: it is not there

  [[nodiscard]] const toml::node* find(std::string_view key) const {
    return table == nullptr ? nullptr : table->get(key);
  }
};

Expected<ConfigReader, std::vector<std::string>> ConfigReader::open(
    const std::filesystem::path& file, std::string example) {
  toml::parse_result parsed = toml::parse_file(file.string());
  if (!parsed) {
    const toml::parse_error& error = parsed.error();
    const auto line = error.source().begin.line;
    // A file that cannot be opened has no line.
    return Unexpected(std::vector{line == 0
                                      ? fmt::format("{}: {}.", file.string(), error.description())
                                      : fmt::format("{}:{}: this is not TOML: {}.", file.string(),
                                                    line, error.description())});
  }
  return ConfigReader(file.string(), std::move(example),
                      std::make_unique<Document>(Document{.root = std::move(parsed).table()}));
}

ConfigReader::ConfigReader(std::string file, std::string example,
                           std::unique_ptr<Document> document)
    : file_(std::move(file)), example_(std::move(example)), document_(std::move(document)) {}
ConfigReader::ConfigReader(ConfigReader&&) noexcept = default;
ConfigReader& ConfigReader::operator=(ConfigReader&&) noexcept = default;
ConfigReader::~ConfigReader() = default;

void ConfigReader::refuse_unknown(std::span<const std::string_view> keys) {
  for (const auto& [key, node] : *document_->table) {
    const std::string_view name = key.str();
    if (std::ranges::find(keys, name) != keys.end()) {
      continue;
    }
    const std::string_view meant = nearest(name, keys);
    complain(
        place_of(&node),
        meant.empty()
            ? fmt::format("unknown key {}; remove it, {} lists what there is", path(name), example_)
            : fmt::format("unknown key {}; did you mean {}?", path(name), path(meant)));
  }
}

ConfigPlace ConfigReader::enter(std::string_view section, std::span<const std::string_view> keys) {
  section_ = section;
  document_->table = &document_->root;
  if (!section.empty()) {
    const toml::node* node = document_->root.get(section);
    document_->table = node == nullptr ? nullptr : node->as_table();
    if (node != nullptr && document_->table == nullptr) {
      complain(place_of(node),
               fmt::format("{} is a table; write [{}] on a line of its own", section, section));
    }
  }
  if (document_->table == nullptr) {
    return {};
  }
  refuse_unknown(keys);
  return place_of(document_->table);
}

std::size_t ConfigReader::count(std::string_view section) {
  const toml::node* node = document_->root.get(section);
  if (node == nullptr) {
    return 0;
  }
  const toml::array* tables = node->as_array();
  if (tables == nullptr || !tables->is_homogeneous(toml::node_type::table)) {
    complain(place_of(node), fmt::format("{} may be there several times; write [[{}]] on a line "
                                         "of its own before each",
                                         section, section));
    return 0;
  }
  return tables->size();
}

ConfigPlace ConfigReader::enter(std::string_view section, std::size_t number,
                                std::span<const std::string_view> keys) {
  section_ = section;
  const toml::node* node = document_->root.get(section);
  const toml::array* tables = node == nullptr ? nullptr : node->as_array();
  const toml::node* found = tables == nullptr ? nullptr : tables->get(number);
  document_->table = found == nullptr ? nullptr : found->as_table();
  if (document_->table == nullptr) {
    return {};
  }
  refuse_unknown(keys);
  return place_of(document_->table);
}

ConfigPlace ConfigReader::place(std::string_view key) const {
  return place_of(document_->find(key));
}

ConfigPlace ConfigReader::refuse_type(std::string_view key, ConfigPlace place,
                                      std::string_view wanted) {
  complain(place, fmt::format("{} is not {}", path(key), wanted));
  return {};
}

ConfigPlace ConfigReader::text(std::string_view key, std::string& value) {
  const toml::node* node = document_->find(key);
  if (node == nullptr) {
    return {};
  }
  const auto* held = node->as_string();
  if (held == nullptr) {
    return refuse_type(key, place_of(node), "text in quotes");
  }
  value = held->get();
  return place_of(node);
}

ConfigPlace ConfigReader::number(std::string_view key, std::int64_t least, std::int64_t most,
                                 std::int64_t& value) {
  const toml::node* node = document_->find(key);
  if (node == nullptr) {
    return {};
  }
  const auto* held = node->as_integer();
  if (held == nullptr) {
    return refuse_type(key, place_of(node), "a whole number");
  }
  if (held->get() < least || held->get() > most) {
    complain(place_of(node), fmt::format("{} is {}; use a number from {} to {}", path(key),
                                         held->get(), least, most));
    return {};
  }
  value = held->get();
  return place_of(node);
}

ConfigPlace ConfigReader::flag(std::string_view key, bool& value) {
  const toml::node* node = document_->find(key);
  if (node == nullptr) {
    return {};
  }
  const auto* held = node->as_boolean();
  if (held == nullptr) {
    return refuse_type(key, place_of(node), "true or false");
  }
  value = held->get();
  return place_of(node);
}

ConfigPlace ConfigReader::texts(std::string_view key, std::vector<std::string>& values) {
  const toml::node* node = document_->find(key);
  if (node == nullptr) {
    return {};
  }
  const toml::array* array = node->as_array();
  if (array == nullptr) {
    return refuse_type(key, place_of(node), "a list: [\"…\", \"…\"]");
  }
  std::vector<std::string> read;
  for (const toml::node& element : *array) {
    const auto* held = element.as_string();
    if (held == nullptr) {
      return refuse_type(key, place_of(&element), "a list of texts in quotes");
    }
    read.push_back(held->get());
  }
  values = std::move(read);
  return place_of(node);
}

ConfigPlace ConfigReader::numbers(std::string_view key, std::int64_t least, std::int64_t most,
                                  std::vector<std::int64_t>& values) {
  const toml::node* node = document_->find(key);
  if (node == nullptr) {
    return {};
  }
  const toml::array* array = node->as_array();
  if (array == nullptr) {
    return refuse_type(key, place_of(node), "a list of numbers: [2, 3]");
  }
  std::vector<std::int64_t> read;
  for (const toml::node& element : *array) {
    const auto* held = element.as_integer();
    if (held == nullptr) {
      return refuse_type(key, place_of(&element), "a list of whole numbers");
    }
    if (held->get() < least || held->get() > most) {
      complain(place_of(&element), fmt::format("{} contains {}; use numbers from {} to {}",
                                               path(key), held->get(), least, most));
      return {};
    }
    read.push_back(held->get());
  }
  values = std::move(read);
  return place_of(node);
}

ConfigPlace ConfigReader::listen_address(std::string_view key, std::string& value) {
  const ConfigPlace where = text(key, value);
  if (where && !is_listen_address(value)) {
    complain(where, fmt::format("{} is \"{}\"; use an address and a port, such as "
                                "\"127.0.0.1:9477\"",
                                path(key), value));
  }
  return where;
}

void ConfigReader::complain(ConfigPlace place, const std::string& text) {
  const std::string_view end = text.ends_with('?') ? "" : ".";
  complaints_.push_back(place ? fmt::format("{}:{}: {}{}", file_, place.line, text, end)
                              : fmt::format("{}: {}{}", file_, text, end));
}

std::string ConfigReader::path(std::string_view key) const {
  return section_.empty() ? std::string(key) : fmt::format("{}.{}", section_, key);
}

}  // namespace luytre::net
