// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/expected.h"

namespace luytre::net {

// Where in the file a value stands. False: it is not there, or was refused.
struct ConfigPlace {
  std::uint32_t line = 0;  // from 1
  explicit operator bool() const noexcept { return line != 0; }
};

// Reads values out of one TOML file, keeps the default of what is not there, and collects every
// complaint with its line instead of stopping at the first.
class ConfigReader {
 public:
  // `example` is the file that explains every key, for complaints. The error is a complaint, too:
  // the file cannot be read or is not TOML.
  [[nodiscard]] static Expected<ConfigReader, std::vector<std::string>> open(
      const std::filesystem::path& file, std::string example);
  ConfigReader(ConfigReader&&) noexcept;
  ConfigReader& operator=(ConfigReader&&) noexcept;
  ~ConfigReader();

  // Selects a table for the calls that follow; "" is the top level. `keys` are all it may contain.
  ConfigPlace enter(std::string_view section, std::span<const std::string_view> keys);
  // How many [[section]] there are, and one of them.
  [[nodiscard]] std::size_t count(std::string_view section);
  ConfigPlace enter(std::string_view section, std::size_t number,
                    std::span<const std::string_view> keys);

  // Whether the selected table has the key, whatever its value.
  [[nodiscard]] ConfigPlace place(std::string_view key) const;

  // Each says where it read from, and leaves `value` alone if the key is not there or was refused.
  ConfigPlace text(std::string_view key, std::string& value);
  ConfigPlace number(std::string_view key, std::int64_t least, std::int64_t most,
                     std::int64_t& value);
  ConfigPlace flag(std::string_view key, bool& value);
  ConfigPlace texts(std::string_view key, std::vector<std::string>& values);
  ConfigPlace numbers(std::string_view key, std::int64_t least, std::int64_t most,
                      std::vector<std::int64_t>& values);
  // "127.0.0.1:9477"
  ConfigPlace listen_address(std::string_view key, std::string& value);

  // One of a few words, each with its value.
  template <typename Value>
  ConfigPlace choice(std::string_view key,
                     std::span<const std::pair<std::string_view, Value>> words, Value& value) {
    std::string word;
    const ConfigPlace where = text(key, word);
    if (!where) {
      return {};
    }
    std::string known;
    for (const auto& [name, meaning] : words) {
      if (name == word) {
        value = meaning;
        return where;
      }
      known.append(known.empty() ? "\"" : ", \"").append(name).append("\"");
    }
    complain(where, path(key) + " is \"" + word + "\"; use one of " + known);
    return {};
  }

  // Without a place: about the file as a whole. The text is a sentence without its full stop.
  void complain(ConfigPlace place, const std::string& text);
  [[nodiscard]] const std::vector<std::string>& complaints() const noexcept { return complaints_; }

  // "workers.count"
  [[nodiscard]] std::string path(std::string_view key) const;

 private:
  struct Document;
  ConfigReader(std::string file, std::string example, std::unique_ptr<Document> document);

  ConfigPlace refuse_type(std::string_view key, ConfigPlace place, std::string_view wanted);
  void refuse_unknown(std::span<const std::string_view> keys);

  std::string file_;
  std::string example_;
  std::unique_ptr<Document> document_;
  std::string section_;
  std::vector<std::string> complaints_;
};

}  // namespace luytre::net
