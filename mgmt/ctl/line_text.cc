// SPDX-License-Identifier: Apache-2.0
#include "line_text.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <vector>

#include "output.h"

namespace luytre::ctl {
namespace {

using policy::Override;

std::vector<std::string> key_texts(const policy::Line& line) {
  std::vector<std::string> texts;
  for (const policy::LineKey& key : line.keys) {
    texts.push_back(policy::to_text(key));
  }
  return texts;
}

std::string override_texts(const policy::Line& line, Override::Kind kind) {
  std::vector<std::string> texts;
  for (const Override& own : line.overrides) {
    if (own.kind == kind) {
      texts.push_back(own.name.to_text() + (own.lifts_security ? " (security confirmed)" : ""));
    }
  }
  return fmt::format("{}", fmt::join(texts, ", "));
}

}  // namespace

nlohmann::ordered_json to_json(const policy::Line& line) {
  nlohmann::ordered_json json = {{"id", line.id},
                                 {"band", line.band},
                                 {"keys", key_texts(line)},
                                 {"paused_until", nullptr},
                                 {"overrides", nlohmann::ordered_json::array()}};
  if (line.paused_until) {
    json["paused_until"] = time_text(line.paused_until->time_since_epoch().count());
  }
  for (const Override& own : line.overrides) {
    json["overrides"].push_back({{"name", own.name.to_text()},
                                 {"kind", own.kind == Override::Kind::Allow ? "allow" : "deny"},
                                 {"lifts_security", own.lifts_security}});
  }
  return json;
}

std::string describe(const policy::Line& line, std::chrono::sys_seconds now) {
  std::string text = fmt::format("{}\n  band   {}\n", line.id, line.band);
  const auto row = [&](std::string_view label, const std::string& value) {
    if (!value.empty()) {
      text += fmt::format("  {:<7}{}\n", label, wrap(value, 9).substr(9));
    }
  };
  row("keys", line.keys.empty() ? "none: no packet belongs to it yet"
                                : fmt::format("{}", fmt::join(key_texts(line), ", ")));
  if (line.paused_until && *line.paused_until > now) {
    row("paused", "until " + time_text(line.paused_until->time_since_epoch().count()));
  }
  row("allows", override_texts(line, Override::Kind::Allow));
  row("denies", override_texts(line, Override::Kind::Deny));
  return text;
}

}  // namespace luytre::ctl
