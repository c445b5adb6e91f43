// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/expected.h"
#include "categories/signed/digest.h"

namespace luytre::categories {

// The largest whole number that every JSON library keeps exactly (RFC 8259 §6): 2^53 - 1.
inline constexpr std::uint64_t kMaxNumber = (std::uint64_t{1} << 53U) - 1;
inline constexpr std::size_t kMaxTextBytes = 2000;

// One JSON object, without what two readers could understand differently: the same member twice, a
// fraction, an exponent, a negative number, null, anything nested deeper than 8. The error is a
// sentence part.
[[nodiscard]] Expected<nlohmann::json, std::string> parse_strict_json(std::string_view text);

// Reads members of an object one after the other and remembers the first thing that is wrong; a
// member that is missing or wrong reads as empty.
class JsonFields {
 public:
  // `problem` outlives this. `where` is for people: "roles.root".
  JsonFields(const nlohmann::json& object, std::string& problem, std::string where = {});

  [[nodiscard]] bool has(const char* name) const;
  // Printable, at most `most` octets.
  [[nodiscard]] std::string text(const char* name, std::size_t most = kMaxTextBytes);
  [[nodiscard]] std::uint64_t number(const char* name, std::uint64_t most = kMaxNumber);
  [[nodiscard]] bool flag(const char* name);
  [[nodiscard]] std::chrono::sys_seconds time(const char* name);
  [[nodiscard]] Sha256 hash(const char* name);
  [[nodiscard]] JsonFields object(const char* name);
  // Empty if it has over `most` elements.
  [[nodiscard]] const nlohmann::json& array(const char* name, std::size_t most);

  void wrong(const char* name, std::string_view what);

 private:
  [[nodiscard]] const nlohmann::json& member(const char* name);

  const nlohmann::json* object_;
  std::string* problem_;
  std::string where_;
};

}  // namespace luytre::categories
