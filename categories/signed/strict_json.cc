// SPDX-License-Identifier: Apache-2.0
#include "strict_json.h"

#include <fmt/format.h>

#include <set>
#include <utility>
#include <vector>

#include "categories/native/native_line.h"
#include "categories/native/utc_time.h"

namespace luytre::categories {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMaxDepth = 8;

// Looks at the text without keeping it; stops at the first thing that is not allowed.
class Checker final : public nlohmann::json_sax<Json> {
 public:
  bool null() override { return stop("null is no value here"); }
  bool boolean(bool /*value*/) override { return true; }
  bool number_integer(number_integer_t /*value*/) override { return stop("a number is negative"); }
  bool number_unsigned(number_unsigned_t value) override {
    return value <= kMaxNumber || stop("a number is over 2^53 - 1");
  }
  bool number_float(number_float_t /*value*/, const string_t& /*text*/) override {
    return stop("a number is not whole, or too large");
  }
  bool string(string_t& /*value*/) override { return true; }
  bool binary(binary_t& /*value*/) override { return stop("binary values are not JSON"); }
  bool start_object(std::size_t /*size*/) override { return enter(); }
  bool key(string_t& name) override {
    return members_.back().insert(name).second || stop(fmt::format("\"{}\" is there twice", name));
  }
  bool end_object() override { return leave(); }
  bool start_array(std::size_t /*size*/) override { return enter(); }
  bool end_array() override { return leave(); }
  bool parse_error(std::size_t position, const std::string& /*token*/,
                   const nlohmann::detail::exception& /*error*/) override {
    return stop(fmt::format("it is no JSON at octet {}", position));
  }

  [[nodiscard]] std::string& problem() noexcept { return problem_; }

 private:
  bool stop(std::string what) {
    problem_ = std::move(what);
    return false;
  }
  bool enter() {
    members_.emplace_back();
    return members_.size() <= kMaxDepth || stop("it is nested too deep");
  }
  bool leave() {
    members_.pop_back();
    return true;
  }

  std::vector<std::set<std::string>> members_;
  std::string problem_;
};

const Json& empty_array() {
  static const Json kEmpty = Json::array();
  return kEmpty;
}

const Json& empty_object() {
  static const Json kEmpty = Json::object();
  return kEmpty;
}

}  // namespace

Expected<Json, std::string> parse_strict_json(std::string_view text) {
  Checker checker;
  if (!Json::sax_parse(text, &checker)) {
    return Unexpected(std::move(checker.problem()));
  }
  Json parsed = Json::parse(text, nullptr, false);
  if (!parsed.is_object()) {
    return Unexpected(std::string("it is no JSON object"));
  }
  return parsed;
}

JsonFields::JsonFields(const Json& object, std::string& problem, std::string where)
    : object_(object.is_object() ? &object : &empty_object()),
      problem_(&problem),
      where_(std::move(where)) {}

void JsonFields::wrong(const char* name, std::string_view what) {
  if (problem_->empty()) {
    *problem_ = fmt::format("\"{}{}{}\" {}", where_, where_.empty() ? "" : ".", name, what);
  }
}

bool JsonFields::has(const char* name) const { return object_->contains(name); }

const Json& JsonFields::member(const char* name) {
  static const Json kNull;
  const auto found = object_->find(name);
  if (found == object_->end()) {
    wrong(name, "is missing");
    return kNull;
  }
  return *found;
}

std::string JsonFields::text(const char* name, std::size_t most) {
  const Json& value = member(name);
  const auto* text = value.get_ptr<const std::string*>();
  if (text == nullptr || text->size() > most || !is_printable_text(*text)) {
    wrong(name, fmt::format("is no printable text of at most {} octets", most));
    return {};
  }
  return *text;
}

std::uint64_t JsonFields::number(const char* name, std::uint64_t most) {
  const Json& value = member(name);
  const auto* number = value.get_ptr<const std::uint64_t*>();
  if (number == nullptr || *number > most) {
    wrong(name, fmt::format("is no number from 0 to {}", most));
    return 0;
  }
  return *number;
}

bool JsonFields::flag(const char* name) {
  const Json& value = member(name);
  const auto* flag = value.get_ptr<const bool*>();
  if (flag == nullptr) {
    wrong(name, "is neither true nor false");
    return false;
  }
  return *flag;
}

std::chrono::sys_seconds JsonFields::time(const char* name) {
  const auto time = parse_utc_time(text(name));
  if (!time) {
    wrong(name, "is no time like 2026-09-01T20:00:00Z");
    return {};
  }
  return *time;
}

Sha256 JsonFields::hash(const char* name) {
  const auto digest = parse_hex(text(name));
  if (!digest) {
    wrong(name, "is no SHA-256 in lower-case hexadecimal");
    return {};
  }
  return *digest;
}

JsonFields JsonFields::object(const char* name) {
  const Json& value = member(name);
  if (!value.is_object()) {
    wrong(name, "is no object");
  }
  return {value, *problem_, where_.empty() ? name : where_ + "." + name};
}

const Json& JsonFields::array(const char* name, std::size_t most) {
  const Json& value = member(name);
  if (!value.is_array() || value.size() > most) {
    wrong(name, fmt::format("is no array of at most {} elements", most));
    return empty_array();
  }
  return value;
}

}  // namespace luytre::categories
