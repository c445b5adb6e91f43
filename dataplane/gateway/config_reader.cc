// SPDX-License-Identifier: Apache-2.0
#include "config_reader.h"

#include <fmt/format.h>

#include <algorithm>

namespace luytre::gateway {
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

}  // namespace

void ConfigReader::enter(std::string_view section, std::span<const std::string_view> keys) {
  section_ = section;
  table_ = &root_;
  if (!section.empty()) {
    const toml::node* node = root_.get(section);
    table_ = node == nullptr ? nullptr : node->as_table();
    if (node != nullptr && table_ == nullptr) {
      complain(node,
               fmt::format("{} is a table; write [{}] on a line of its own", section, section));
    }
  }
  if (table_ == nullptr) {
    return;
  }
  for (const auto& [key, node] : *table_) {
    const std::string_view name = key.str();
    if (std::ranges::find(keys, name) != keys.end()) {
      continue;
    }
    const std::string_view meant = nearest(name, keys);
    complain(&node, meant.empty()
                        ? fmt::format("unknown key {}; remove it, gateway.toml.example lists "
                                      "what there is",
                                      path(name))
                        : fmt::format("unknown key {}; did you mean {}?", path(name), path(meant)));
  }
}

const toml::node* ConfigReader::find(std::string_view key) const {
  return table_ == nullptr ? nullptr : table_->get(key);
}

const toml::node* ConfigReader::refuse_type(std::string_view key, const toml::node& node,
                                            std::string_view wanted) {
  complain(&node, fmt::format("{} is not {}", path(key), wanted));
  return nullptr;
}

const toml::node* ConfigReader::text(std::string_view key, std::string& value) {
  const toml::node* node = find(key);
  if (node == nullptr) {
    return nullptr;
  }
  const auto* held = node->as_string();
  if (held == nullptr) {
    return refuse_type(key, *node, "text in quotes");
  }
  value = held->get();
  return node;
}

const toml::node* ConfigReader::number(std::string_view key, std::int64_t least, std::int64_t most,
                                       std::int64_t& value) {
  const toml::node* node = find(key);
  if (node == nullptr) {
    return nullptr;
  }
  const auto* held = node->as_integer();
  if (held == nullptr) {
    return refuse_type(key, *node, "a whole number");
  }
  if (held->get() < least || held->get() > most) {
    complain(node, fmt::format("{} is {}; use a number from {} to {}", path(key), held->get(),
                               least, most));
    return nullptr;
  }
  value = held->get();
  return node;
}

const toml::node* ConfigReader::flag(std::string_view key, bool& value) {
  const toml::node* node = find(key);
  if (node == nullptr) {
    return nullptr;
  }
  const auto* held = node->as_boolean();
  if (held == nullptr) {
    return refuse_type(key, *node, "true or false");
  }
  value = held->get();
  return node;
}

const toml::node* ConfigReader::texts(std::string_view key, std::vector<std::string>& values) {
  const toml::node* node = find(key);
  if (node == nullptr) {
    return nullptr;
  }
  const toml::array* array = node->as_array();
  if (array == nullptr) {
    return refuse_type(key, *node, "a list: [\"…\", \"…\"]");
  }
  std::vector<std::string> read;
  for (const toml::node& element : *array) {
    const auto* held = element.as_string();
    if (held == nullptr) {
      return refuse_type(key, element, "a list of texts in quotes");
    }
    read.push_back(held->get());
  }
  values = std::move(read);
  return node;
}

const toml::node* ConfigReader::numbers(std::string_view key, std::int64_t least, std::int64_t most,
                                        std::vector<std::int64_t>& values) {
  const toml::node* node = find(key);
  if (node == nullptr) {
    return nullptr;
  }
  const toml::array* array = node->as_array();
  if (array == nullptr) {
    return refuse_type(key, *node, "a list of numbers: [2, 3]");
  }
  std::vector<std::int64_t> read;
  for (const toml::node& element : *array) {
    const auto* held = element.as_integer();
    if (held == nullptr) {
      return refuse_type(key, element, "a list of whole numbers");
    }
    if (held->get() < least || held->get() > most) {
      complain(&element, fmt::format("{} contains {}; use numbers from {} to {}", path(key),
                                     held->get(), least, most));
      return nullptr;
    }
    read.push_back(held->get());
  }
  values = std::move(read);
  return node;
}

void ConfigReader::complain(const toml::node* node, const std::string& text) {
  const std::string_view end = text.ends_with('?') ? "" : ".";
  complaints_.push_back(
      node == nullptr ? fmt::format("{}: {}{}", file_, text, end)
                      : fmt::format("{}:{}: {}{}", file_, node->source().begin.line, text, end));
}

std::string ConfigReader::path(std::string_view key) const {
  return section_.empty() ? std::string(key) : fmt::format("{}.{}", section_, key);
}

}  // namespace luytre::gateway
