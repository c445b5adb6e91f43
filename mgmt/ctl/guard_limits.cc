// SPDX-License-Identifier: Apache-2.0
//
// guards.toml:
//   shrink_percent = 50            # for all sources
//   [source.ut1-2026]              # for this one
//   shrink_percent = 80
//   ranked_names = 40
#include "guard_limits.h"

#include <fmt/format.h>

#include <toml++/toml.h>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <string_view>
#include <system_error>

namespace luytre::ctl {
namespace {

using categories::GuardLimits;

struct Limit {
  std::int64_t least;
  std::int64_t most;
  std::function<void(GuardLimits&, std::uint64_t)> set;
};

constexpr std::int64_t kMany = 1'000'000'000;

template <typename Member>
Limit limit(std::int64_t least, std::int64_t most, Member GuardLimits::*member) {
  return {least, most, [member](GuardLimits& limits, std::uint64_t value) {
            limits.*member = static_cast<Member>(value);
          }};
}

const std::map<std::string_view, Limit>& known_limits() {
  static const std::map<std::string_view, Limit> kLimits = {
      {"size_from", limit(0, kMany, &GuardLimits::size_from)},
      {"shrink_percent", limit(0, 100, &GuardLimits::shrink_percent)},
      {"growth_percent", limit(100, 1'000'000, &GuardLimits::growth_percent)},
      {"growth_entries", limit(0, kMany, &GuardLimits::growth_entries)},
      {"lost_percent", limit(0, 100, &GuardLimits::lost_percent)},
      {"lost_entries", limit(0, kMany, &GuardLimits::lost_entries)},
      {"ipv4_prefix", limit(0, 32, &GuardLimits::ipv4_prefix)},
      {"ipv6_prefix", limit(0, 128, &GuardLimits::ipv6_prefix)},
      {"ranked_names", limit(0, kMany, &GuardLimits::ranked_names)},
      {"ranked_percent", limit(0, 100, &GuardLimits::ranked_percent)}};
  return kLimits;
}

Unexpected<Error> wrong(const std::filesystem::path& file, const toml::node& node,
                        std::string_view problem) {
  return fail(ErrorCode::Invalid,
              fmt::format("{}, line {}: {}.", file.native(), node.source().begin.line, problem));
}

Result<void> read(const std::filesystem::path& file, const toml::table& table, bool whole_file,
                  GuardLimits& limits) {
  for (const auto& [key, node] : table) {
    if (whole_file && key.str() == "source") {
      continue;
    }
    const auto known = known_limits().find(key.str());
    if (known == known_limits().end()) {
      return wrong(file, node, fmt::format("there is no limit '{}'", key.str()));
    }
    const auto value = node.value_exact<std::int64_t>();
    const Limit& allowed = known->second;
    if (!value || *value < allowed.least || *value > allowed.most) {
      return wrong(file, node,
                   fmt::format("'{}' is a whole number from {} to {}", key.str(), allowed.least,
                               allowed.most));
    }
    allowed.set(limits, static_cast<std::uint64_t>(*value));
  }
  return {};
}

}  // namespace

Result<GuardLimits> load_guard_limits(const std::filesystem::path& file,
                                      const std::string& source) {
  GuardLimits limits;
  std::error_code error;
  if (!std::filesystem::exists(file, error)) {
    return limits;
  }
  const toml::parse_result parsed = toml::parse_file(file.native());
  if (!parsed) {
    return fail(ErrorCode::Invalid,
                fmt::format("{}, line {}: {}.", file.native(), parsed.error().source().begin.line,
                            parsed.error().description()));
  }
  if (auto done = read(file, parsed.table(), true, limits); !done) {
    return Unexpected<Error>(done.error());
  }
  const toml::node* sources = parsed.table().get("source");
  if (sources == nullptr) {
    return limits;
  }
  if (!sources->is_table()) {
    return wrong(file, *sources, "'source' holds tables, as in [source.NAME]");
  }
  // All of them are read, so that a slip is found before it is that source's turn.
  for (const auto& [name, node] : *sources->as_table()) {
    if (!node.is_table()) {
      return wrong(file, node, "a source's limits are a table, as in [source.NAME]");
    }
    GuardLimits other;
    const bool ours = name.str() == source;
    if (auto done = read(file, *node.as_table(), false, ours ? limits : other); !done) {
      return Unexpected<Error>(done.error());
    }
  }
  return limits;
}

}  // namespace luytre::ctl
