// SPDX-License-Identifier: Apache-2.0
#include "audit_log.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <nlohmann/json.hpp>
#include <system_error>

#include "output.h"

namespace luytre::ctl {
namespace {

constexpr std::size_t kMaxActorBytes = 64;

Unexpected<Error> failed(const std::filesystem::path& file) {
  return fail(ErrorCode::System,
              fmt::format("Cannot write {}: {}.", file.native(), std::strerror(errno)));
}

char folded(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool is_letter_or_digit(char c) noexcept {
  return (folded(c) >= 'a' && folded(c) <= 'z') || (c >= '0' && c <= '9');
}

std::string who_runs_this() {
  if (const char* caller = std::getenv("SUDO_USER"); caller != nullptr && *caller != '\0') {
    return caller;
  }
  const passwd* account = ::getpwuid(::geteuid());
  return account != nullptr ? account->pw_name : fmt::format("uid-{}", ::geteuid());
}

}  // namespace

Result<void> append_audit(const std::filesystem::path& data_dir,
                          const nlohmann::ordered_json& what) {
  nlohmann::ordered_json line = {{"time", time_text(std::time(nullptr))}};
  line.update(what);
  const std::string text =
      line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
  std::error_code ignored;  // opening says it better
  std::filesystem::create_directories(data_dir, ignored);
  const std::filesystem::path file = data_dir / "audit.jsonl";
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
  if (descriptor < 0) {
    return failed(file);
  }
  // One write: two programs that append at a time do not mix their lines.
  const ssize_t written = ::write(descriptor, text.data(), text.size());
  const bool done = written == static_cast<ssize_t>(text.size()) && ::fdatasync(descriptor) == 0;
  if (!done && written >= 0 && written != static_cast<ssize_t>(text.size())) {
    errno = ENOSPC;
  }
  Result<void> result;
  if (!done) {
    result = failed(file);
  }
  ::close(descriptor);
  return result;
}

Result<std::string> actor(const std::string& given) {
  std::string who = given.empty() ? who_runs_this() : given;
  const bool valid =
      !who.empty() && who.size() <= kMaxActorBytes && std::ranges::all_of(who, [](char c) {
        return is_letter_or_digit(c) || std::string_view("._@+-").contains(c);
      });
  if (!valid) {
    return fail(ErrorCode::Invalid,
                fmt::format("'{}' is no person's account; write 1 to {} characters of letters, "
                            "digits and ._@+- after --by.",
                            who, kMaxActorBytes));
  }
  return who;
}

bool same_person(std::string_view a, std::string_view b) noexcept {
  return std::ranges::equal(a, b, {}, folded, folded);
}

}  // namespace luytre::ctl
