// SPDX-License-Identifier: Apache-2.0
#include "categories/authority/workplace.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <utility>

#include "categories/native/native_line.h"
#include "categories/scope.h"
#include "categories/signed/envelope.h"
#include "files.h"
#include "strict_json.h"

namespace luytre::categories {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kSettings = "list.json";
constexpr std::size_t kMaxSettingsBytes = 65536;
constexpr std::size_t kMaxPersonBytes = 64;
constexpr std::uint64_t kMaxDays = 36500;
constexpr std::array<Scope, 4> kScopes = {Scope::Mandatory, Scope::National, Scope::Operator,
                                          Scope::School};

std::string to_text(const ListSettings& settings) {
  const Json json = {{"list", settings.list},
                     {"scope", describe(settings.scope)},
                     {"version_valid_days", settings.version_validity.count()},
                     {"root_valid_days", settings.root_validity.count()}};
  return json.dump(2) + "\n";
}

Result<ListSettings> read_settings(const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / kSettings;
  const auto text = files::read(file, kMaxSettingsBytes);
  if (!text) {
    return text.error().code == ErrorCode::NotFound
               ? fail(ErrorCode::NotFound,
                      fmt::format("{} is no folder of a list; 'luytrectl list init' makes one",
                                  folder.string()))
               : Unexpected<Error>(text.error());
  }
  const auto json = parse_strict_json(*text);
  std::string problem = json ? "" : json.error();
  ListSettings settings;
  if (json) {
    JsonFields fields(*json, problem);
    settings.list = fields.text("list");
    const std::string scope = fields.text("scope");
    const auto* const found =
        std::ranges::find_if(kScopes, [&scope](Scope each) { return describe(each) == scope; });
    if (!is_list_name(settings.list)) {
      fields.wrong("list", "is no name of a list");
    }
    if (found == kScopes.end()) {
      fields.wrong("scope", "is no scope");
    } else {
      settings.scope = *found;
    }
    settings.version_validity =
        std::chrono::days(static_cast<int>(fields.number("version_valid_days", kMaxDays)));
    settings.root_validity =
        std::chrono::days(static_cast<int>(fields.number("root_valid_days", kMaxDays)));
  }
  if (!problem.empty()) {
    return fail(ErrorCode::Invalid, fmt::format("{}: {}", file.string(), problem));
  }
  return settings;
}

}  // namespace

class Workplace::Lock {
 public:
  explicit Lock(const std::filesystem::path& file)
      : number_(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)),
        held_(number_ >= 0 && ::flock(number_, LOCK_EX | LOCK_NB) == 0),
        cause_(errno) {}
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;
  ~Lock() {
    if (number_ >= 0) {
      ::close(number_);
    }
  }
  [[nodiscard]] bool held() const noexcept { return held_; }
  [[nodiscard]] int cause() const noexcept { return cause_; }

 private:
  int number_;
  bool held_;
  int cause_;
};

Workplace::Workplace(std::filesystem::path folder, ListSettings settings,
                     std::unique_ptr<Lock> lock)
    : folder_(std::move(folder)), settings_(std::move(settings)), lock_(std::move(lock)) {}
Workplace::Workplace(Workplace&&) noexcept = default;
Workplace& Workplace::operator=(Workplace&&) noexcept = default;
Workplace::~Workplace() = default;

Result<Workplace> Workplace::create(const std::filesystem::path& folder,
                                    const ListSettings& settings, const ListRoot& root,
                                    const Act& act) {
  if (files::exists(folder / kSettings)) {
    return fail(ErrorCode::Conflict, fmt::format("{} is a list's folder already", folder.string()));
  }
  Workplace made(folder, settings, nullptr);
  for (const std::filesystem::path& each :
       {folder, made.submissions(), made.versions(), made.staged(), made.published(),
        made.published() / "root", made.published() / "snapshot", made.published() / "delta"}) {
    if (auto done = files::make_folder(each); !done) {
      return Unexpected<Error>(done.error());
    }
  }
  const Envelope envelope{
      .type = std::string(kRootType), .payload = root.payload(), .signatures = {}};
  if (auto done = files::replace(made.staged_root(), envelope.text()); !done) {
    return Unexpected<Error>(done.error());
  }
  // Last: only then is the folder a list's.
  if (auto done = files::replace(folder / kSettings, to_text(settings)); !done) {
    return Unexpected<Error>(done.error());
  }
  auto locked = lock(folder);
  if (!locked) {
    return locked;
  }
  auto logged = locked->log().append(act, "init", settings.list,
                                     {{"keys", std::to_string(root.manifest.keys.size())},
                                      {"threshold", std::to_string(root.manifest.threshold)}});
  return logged ? std::move(locked) : Unexpected<Error>(logged.error());
}

Result<Workplace> Workplace::open(const std::filesystem::path& folder) {
  auto settings = read_settings(folder);
  return settings ? Result<Workplace>(Workplace(folder, *std::move(settings), nullptr))
                  : Unexpected<Error>(settings.error());
}

Result<Workplace> Workplace::lock(const std::filesystem::path& folder) {
  auto opened = open(folder);
  if (!opened) {
    return opened;
  }
  auto lock = std::make_unique<Lock>(folder / ".lock");
  if (!lock->held()) {
    return lock->cause() == EWOULDBLOCK
               ? fail(ErrorCode::Busy,
                      fmt::format("Somebody else is working in {}; try again later",
                                  folder.string()))
               : fail(ErrorCode::Permission, fmt::format("Cannot write in {}: {}", folder.string(),
                                                         std::strerror(lock->cause())));
  }
  opened->lock_ = std::move(lock);
  return opened;
}

Result<std::string> parse_person(const std::string& text) {
  const bool good =
      !text.empty() && text.size() <= kMaxPersonBytes && std::ranges::all_of(text, [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
               c == '.' || c == '_' || c == '@' || c == '-';
      });
  return good ? Result<std::string>(text)
              : fail(ErrorCode::Invalid,
                     fmt::format("'{}' is no name of a person here: use letters a-z, digits and "
                                 ". _ @ -, at most {}",
                                 text, kMaxPersonBytes));
}

bool same_person(const std::string& a, const std::string& b) noexcept {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::ranges::equal(a, b, [&](char x, char y) { return lower(x) == lower(y); });
}

Result<std::string> parse_reason(const std::string& text) {
  const bool good = text.find_first_not_of(' ') != std::string::npos &&
                    text.size() <= kMaxTextBytes && is_printable_text(text);
  return good ? Result<std::string>(text)
              : fail(ErrorCode::Invalid,
                     fmt::format("The reason must be one printable line of at most {} octets",
                                 kMaxTextBytes));
}

}  // namespace luytre::categories
