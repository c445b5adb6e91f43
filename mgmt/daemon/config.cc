// SPDX-License-Identifier: Apache-2.0
#include "config.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "categories/signed/list_root.h"
#include "net/daemon/config_reader.h"

namespace luytre::mgmt {
namespace {

using categories::Scope;
using categories::Subscription;
using net::ConfigPlace;
using net::ConfigReader;
using net::LogLevel;

constexpr std::size_t kMaxLists = 64;  // each has a thread
constexpr std::int64_t kDaySeconds = 86'400;

constexpr std::string_view kTop[] = {"data_dir", "share_dir", "node_id", "metrics",
                                     "fetch",    "index",     "list",    "log"};
constexpr std::string_view kMetrics[] = {"listen"};
constexpr std::string_view kFetch[] = {"proxy", "ca_file", "connect_timeout_s", "low_speed_time_s",
                                       "total_timeout_s"};
constexpr std::string_view kIndex[] = {"compile_after_s", "compile_after_names"};
constexpr std::string_view kList[] = {"name",   "root",  "mirrors",  "interval_s", "urgent",
                                      "issuer", "scope", "priority", "never_block"};
constexpr std::string_view kLog[] = {"level"};

constexpr std::pair<std::string_view, LogLevel> kLevels[] = {{"debug", LogLevel::Debug},
                                                             {"info", LogLevel::Info},
                                                             {"warning", LogLevel::Warning},
                                                             {"error", LogLevel::Error}};
constexpr std::pair<std::string_view, Scope> kScopes[] = {{"mandatory", Scope::Mandatory},
                                                          {"national", Scope::National},
                                                          {"operator", Scope::Operator},
                                                          {"school", Scope::School}};

void read_directory(ConfigReader& reader, std::string_view key, std::filesystem::path& directory) {
  std::string text = directory.string();
  const ConfigPlace place = reader.text(key, text);
  if (text.empty()) {
    reader.complain(place, fmt::format("{} is empty; name a directory", key));
  }
  directory = text;
}

void read_seconds(ConfigReader& reader, std::string_view key, std::int64_t least, std::int64_t most,
                  auto& length) {
  std::int64_t seconds = std::chrono::duration_cast<std::chrono::seconds>(length).count();
  reader.number(key, least, most, seconds);
  length = std::chrono::seconds(seconds);
}

bool is_plain(std::string_view text) noexcept {
  return std::ranges::all_of(text, [](char letter) { return letter > ' ' && letter < '\x7f'; });
}

// A name or password in it would stand in logs and on command lines of others.
bool is_web_address(std::string_view text) noexcept {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (text.starts_with(scheme)) {
      const std::string_view rest = text.substr(scheme.size());
      return !rest.empty() && rest.front() != '/' && text.size() <= 500 && is_plain(text) &&
             text.find_first_of("@?#") == std::string_view::npos;
    }
  }
  return false;
}

void read_fetch(ConfigReader& reader, net::FetchOptions& fetch) {
  reader.enter("fetch", kFetch);
  const ConfigPlace proxy = reader.text("proxy", fetch.proxy);
  if (proxy && !fetch.proxy.empty() && !is_web_address(fetch.proxy)) {
    reader.complain(proxy, fmt::format("fetch.proxy is \"{}\"; use an address like "
                                       "\"http://proxy.example:3128\"",
                                       fetch.proxy));
  }
  std::string ca_file;
  if (const ConfigPlace place = reader.text("ca_file", ca_file); place && !ca_file.empty()) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(ca_file, error)) {
      reader.complain(place, fmt::format("fetch.ca_file {} is not there; name a file with the "
                                         "certificates that mirrors must come from",
                                         ca_file));
    }
    fetch.ca_file = ca_file;
  }
  read_seconds(reader, "connect_timeout_s", 1, 300, fetch.connect_timeout);
  read_seconds(reader, "low_speed_time_s", 1, 3600, fetch.low_speed_time);
  read_seconds(reader, "total_timeout_s", 1, kDaySeconds, fetch.total_timeout);
}

void read_mirrors(ConfigReader& reader, ConfigPlace list, Subscription& settings) {
  const ConfigPlace place = reader.texts("mirrors", settings.mirrors);
  if (!reader.place("mirrors") || (place && settings.mirrors.empty())) {
    reader.complain(place ? place : list,
                    "[[list]] has no mirrors; name at least one address that serves the list");
  }
  for (std::string& mirror : settings.mirrors) {
    if (!is_web_address(mirror)) {
      reader.complain(place, fmt::format("list.mirrors contains \"{}\"; use addresses like "
                                         "\"https://lists.example/vn-national/\", without user, "
                                         "query and fragment",
                                         mirror));
    }
    if (!mirror.ends_with('/')) {
      mirror += '/';
    }
  }
}

void read_never_block(ConfigReader& reader, Subscription& settings) {
  std::vector<std::string> granted;
  const ConfigPlace place = reader.texts("never_block", granted);
  for (const std::string& word : granted) {
    if (word == "first") {
      settings.never_block.first = true;
    } else if (word == "second") {
      settings.never_block.second = true;
    } else {
      reader.complain(place, fmt::format("list.never_block contains \"{}\"; use \"first\" "
                                         "(helplines, infrastructure) and \"second\" (education, "
                                         "health)",
                                         word));
    }
  }
}

Subscription read_list(ConfigReader& reader, std::size_t number) {
  const ConfigPlace list = reader.enter("list", number, kList);
  Subscription settings;
  const ConfigPlace name = reader.text("name", settings.name);
  if (!reader.place("name")) {
    reader.complain(list, "[[list]] has no name; its issuer says it");
  } else if (name && !categories::is_list_name(settings.name)) {
    reader.complain(name, fmt::format("list.name is \"{}\"; a list's name has up to 63 of a-z, 0-9 "
                                      "and \"-\"",
                                      settings.name));
  }
  std::string root;
  reader.text("root", root);
  if (root.empty()) {
    reader.complain(list,
                    "[[list]] has no root; name the file with the pinned root, which the "
                    "list's issuer hands over by a way that you trust");
  }
  settings.root_file = root;
  read_mirrors(reader, list, settings);
  read_seconds(reader, "interval_s", 1, kDaySeconds, settings.interval);
  reader.flag("urgent", settings.urgent);
  reader.text("issuer", settings.issuer);
  if (!reader.place("scope")) {
    reader.complain(list,
                    "[[list]] has no scope; say what it may state: \"mandatory\", "
                    "\"national\", \"operator\" or \"school\"");
  }
  reader.choice<Scope>("scope", kScopes, settings.scope);
  std::int64_t priority = settings.priority;
  reader.number("priority", 0, 65535, priority);
  settings.priority = static_cast<std::uint16_t>(priority);
  read_never_block(reader, settings);
  return settings;
}

void read_lists(ConfigReader& reader, Config& config) {
  const std::size_t count = reader.count("list");
  for (std::size_t number = 0; number < std::min(count, kMaxLists); ++number) {
    Subscription settings = read_list(reader, number);
    if (std::ranges::find(config.lists, settings.name, &Subscription::name) != config.lists.end() &&
        !settings.name.empty()) {
      reader.complain(reader.place("name"),
                      fmt::format("the list {} is there twice; name all its mirrors in one "
                                  "[[list]]",
                                  settings.name));
    }
    config.lists.push_back(std::move(settings));
  }
  if (count > kMaxLists) {
    reader.complain({}, fmt::format("there are {} [[list]] sections; at most {} are possible",
                                    count, kMaxLists));
  }
}

}  // namespace

Expected<Config, std::vector<std::string>> Config::load(const std::filesystem::path& file) {
  auto opened = ConfigReader::open(file, "mgmt.toml.example");
  if (!opened) {
    return Unexpected(std::move(opened.error()));
  }
  ConfigReader& reader = *opened;
  Config config;
  reader.enter("", kTop);
  read_directory(reader, "data_dir", config.data_dir);
  read_directory(reader, "share_dir", config.share_dir);
  const ConfigPlace node = reader.text("node_id", config.node_id);
  if (config.node_id.size() > 128 || !is_plain(config.node_id)) {
    reader.complain(node,
                    "node_id is longer than 128 letters or has blanks; use a short name of "
                    "this machine");
  }
  reader.enter("metrics", kMetrics);
  reader.listen_address("listen", config.metrics_listen);
  read_fetch(reader, config.fetch);
  reader.enter("index", kIndex);
  read_seconds(reader, "compile_after_s", 1, kDaySeconds, config.compile_after);
  auto names = static_cast<std::int64_t>(config.compile_after_names);
  // Up: more than an overlay holds (categories/compile/overlay.h) must be compiled anyway.
  reader.number("compile_after_names", 0, 20'000, names);
  config.compile_after_names = static_cast<std::size_t>(names);
  read_lists(reader, config);
  reader.enter("log", kLog);
  reader.choice<LogLevel>("level", kLevels, config.log_level);
  if (!reader.complaints().empty()) {
    return Unexpected(reader.complaints());
  }
  return config;
}

}  // namespace luytre::mgmt
