// SPDX-License-Identifier: Apache-2.0
// `luytrectl list status` and `refresh`: the subscriber's side, which luytre-mgmt does.
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/file.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "categories/native/utc_time.h"
#include "command.h"
#include "output.h"

namespace luytre::ctl {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

fs::path lists_dir(const Installation& installation) { return installation.data_dir / "lists"; }

// The daemon holds a lock on its file as long as it lives. Nothing: none runs.
std::optional<pid_t> daemon_of(const Installation& installation) {
  const fs::path file = lists_dir(installation) / "daemon.pid";
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    return std::nullopt;
  }
  const bool is_free = ::flock(descriptor, LOCK_SH | LOCK_NB) == 0;
  ::close(descriptor);
  pid_t id = 0;
  std::ifstream in(file);
  return !is_free && in >> id && id > 0 ? std::optional(id) : std::nullopt;
}

// What luytre-mgmt keeps of each list, with the version that the store really has.
Result<std::vector<Json>> read_lists(const Installation& installation) {
  std::vector<categories::Source> sources;
  const auto store = installation.open_categories(lmdb::OpenMode::ReadOnly);
  if (store) {
    auto read = store->sources();
    if (!read) {
      return Unexpected<Error>(read.error());
    }
    sources = *std::move(read);
  }
  std::vector<Json> lists;
  std::error_code error;
  for (const fs::directory_entry& folder : fs::directory_iterator(lists_dir(installation), error)) {
    std::ifstream in(folder.path() / "state.json");
    const Json state = Json::parse(in, nullptr, false);
    if (!state.is_object()) {
      continue;
    }
    const std::string name = folder.path().filename().native();
    const auto source = std::ranges::find(sources, name, &categories::Source::name);
    Json list = {{"list", name}, {"serial", 0}, {"entries", 0}};
    if (source != sources.end()) {
      list["serial"] = source->version;
      list["entries"] = source->entry_count;
    }
    for (const char* key : {"accepted", "stage", "issued", "expires", "active_from", "last_success",
                            "last_refusal", "fingerprint"}) {
      list[key] = state.value(key, Json());
    }
    lists.push_back(std::move(list));
  }
  std::ranges::sort(lists, {}, [](const Json& list) { return list["list"].get<std::string>(); });
  return lists;
}

std::optional<double> seconds_since(const Json& time) {
  const auto parsed =
      time.is_string() ? categories::parse_utc_time(time.get<std::string>()) : std::nullopt;
  return parsed ? std::optional(
                      static_cast<double>(std::time(nullptr) - parsed->time_since_epoch().count()))
                : std::nullopt;
}

std::string ago(const Json& time) {
  const auto seconds = seconds_since(time);
  return seconds ? duration_text(std::max(0.0, *seconds)) + " ago" : "never";
}

std::string expiry(const Json& time) {
  const auto seconds = seconds_since(time);
  if (!seconds) {
    return "unknown";
  }
  return *seconds < 0 ? "in " + duration_text(-*seconds)
                      : duration_text(*seconds) + " ago: STALE, it stays in force";
}

void print_list(const Json& list) {
  const auto row = [](std::string_view label, const std::string& text) {
    fmt::print("  {:<10}{}\n", label, text);
  };
  fmt::print("{}\n", list["list"].get<std::string>());
  const auto serial = list["serial"].get<std::uint64_t>();
  row("in force", serial == 0 ? "nothing yet"
                              : fmt::format("serial {}, {} entries", serial,
                                            grouped(list["entries"].get<std::uint64_t>())));
  const Json& accepted = list["accepted"];
  const std::string stage = list["stage"].is_string() ? list["stage"].get<std::string>() : "none";
  if (accepted.is_object() && accepted.value("serial", std::uint64_t{0}) != serial) {
    row("newest", fmt::format("serial {}, {}{}", accepted.value("serial", std::uint64_t{0}), stage,
                              list["active_from"].is_string()
                                  ? " until " + list["active_from"].get<std::string>()
                                  : ""));
  } else {
    row("stage", stage);
  }
  row("issued", ago(list["issued"]));
  row("expires", expiry(list["expires"]));
  row("fetched", ago(list["last_success"]));
  if (const Json& refusal = list["last_refusal"]; refusal.is_object()) {
    row("refused", fmt::format("{}: {}", ago(refusal.value("at", Json())),
                               refusal.value("reason", std::string())));
    fmt::print("{}\n", wrap(refusal.value("message", std::string()), 12));
  }
}

Result<int> status(const Command& command) {
  const auto lists = read_lists(command.installation);
  if (!lists) {
    return Unexpected<Error>(lists.error());
  }
  const bool runs = daemon_of(command.installation).has_value();
  if (command.json) {
    print_json({{"running", runs}, {"lists", *lists}});
    return kExitDone;
  }
  for (const Json& list : *lists) {
    print_list(list);
  }
  if (lists->empty()) {
    fmt::print("No signed list was ever asked for here; mgmt.toml names them.\n");
  }
  if (!runs) {
    fmt::print("luytre-mgmt does not run: nothing is fetched.\n");
  }
  return kExitDone;
}

Result<int> refresh(const Command& command) {
  const auto daemon = daemon_of(command.installation);
  if (!daemon) {
    return fail(
        ErrorCode::NotFound,
        fmt::format("luytre-mgmt does not run on {}; start it: systemctl start luytre-mgmt.",
                    command.installation.data_dir.native()));
  }
  if (::kill(*daemon, SIGHUP) != 0) {
    return fail(ErrorCode::Permission, fmt::format("luytre-mgmt cannot be reached: {}. Run this as "
                                                   "root or as its user.",
                                                   std::strerror(errno)));
  }
  if (command.json) {
    print_json({{"asked", true}});
  } else {
    fmt::print("luytre-mgmt asks all mirrors now; luytrectl list status shows what comes.\n");
  }
  return kExitDone;
}

}  // namespace

void add_list_follow_commands(CLI::App& list, Command& command) {
  add_command(list, command, "status",
              "What luytre-mgmt has in force of each list, and what it refused",
              [&command] { return status(command); });
  add_command(list, command, "refresh", "Have luytre-mgmt ask all mirrors now",
              [&command] { return refresh(command); });
}

}  // namespace luytre::ctl
