// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <toml++/toml.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace luytre::gateway {

// Reads values out of one TOML file, keeps the default of what is not there, and collects every
// complaint with its line instead of stopping at the first.
class ConfigReader {
 public:
  ConfigReader(std::string file, const toml::table& root) : file_(std::move(file)), root_(root) {}

  // Selects a table for the calls that follow; "" is the top level. `keys` are all it may contain.
  void enter(std::string_view section, std::span<const std::string_view> keys);

  // Each returns the node it read from, or nullptr if the key is not there or was refused.
  const toml::node* text(std::string_view key, std::string& value);
  const toml::node* number(std::string_view key, std::int64_t least, std::int64_t most,
                           std::int64_t& value);
  const toml::node* flag(std::string_view key, bool& value);
  const toml::node* texts(std::string_view key, std::vector<std::string>& values);
  const toml::node* numbers(std::string_view key, std::int64_t least, std::int64_t most,
                            std::vector<std::int64_t>& values);

  // One of a few words, each with its value.
  template <typename Value>
  const toml::node* choice(std::string_view key,
                           std::span<const std::pair<std::string_view, Value>> words,
                           Value& value) {
    std::string word;
    const toml::node* node = text(key, word);
    if (node == nullptr) {
      return nullptr;
    }
    std::string known;
    for (const auto& [name, meaning] : words) {
      if (name == word) {
        value = meaning;
        return node;
      }
      known.append(known.empty() ? "\"" : ", \"").append(name).append("\"");
    }
    complain(node, path(key) + " is \"" + word + "\"; use one of " + known);
    return nullptr;
  }

  // `node` nullptr: about the file as a whole. The text is a sentence without its full stop.
  void complain(const toml::node* node, const std::string& text);
  [[nodiscard]] const std::vector<std::string>& complaints() const noexcept { return complaints_; }

  // "workers.count"
  [[nodiscard]] std::string path(std::string_view key) const;

 private:
  [[nodiscard]] const toml::node* find(std::string_view key) const;
  const toml::node* refuse_type(std::string_view key, const toml::node& node,
                                std::string_view wanted);

  std::string file_;
  const toml::table& root_;
  const toml::table* table_ = nullptr;
  std::string section_;
  std::vector<std::string> complaints_;
};

}  // namespace luytre::gateway
