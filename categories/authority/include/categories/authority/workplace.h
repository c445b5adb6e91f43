// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "base/error.h"
#include "categories/authority/audit_log.h"
#include "categories/entry.h"
#include "categories/signed/list_root.h"

namespace luytre::categories {

// What does not change with a list's versions.
struct ListSettings {
  std::string list;
  Scope scope = Scope::National;
  // How long a version is good: its issuer signs again before that, changes or not.
  std::chrono::days version_validity{30};
  std::chrono::days root_validity{730};
};

// The folder in which an issuer makes a list:
//   list.json     settings                    log.jsonl    what was done (audit_log.h)
//   submissions/  0007.json, 0007.changes     versions/    42.json, 42.zst: every published version
//   staged/       what is being signed        public/      what a web server serves
class Workplace {
 public:
  // A new list whose first root waits for signatures. Conflict: there is one already.
  [[nodiscard]] static Result<Workplace> create(const std::filesystem::path& folder,
                                                const ListSettings& settings, const ListRoot& root,
                                                const Act& act);
  // To look at it.
  [[nodiscard]] static Result<Workplace> open(const std::filesystem::path& folder);
  // To change it: alone until this goes away. Busy: somebody else does.
  [[nodiscard]] static Result<Workplace> lock(const std::filesystem::path& folder);
  Workplace(Workplace&&) noexcept;
  Workplace& operator=(Workplace&&) noexcept;
  ~Workplace();

  [[nodiscard]] const ListSettings& settings() const noexcept { return settings_; }
  [[nodiscard]] AuditLog log() const { return AuditLog(folder_ / "log.jsonl"); }

  [[nodiscard]] std::filesystem::path submissions() const { return folder_ / "submissions"; }
  [[nodiscard]] std::filesystem::path versions() const { return folder_ / "versions"; }
  [[nodiscard]] std::filesystem::path staged() const { return folder_ / "staged"; }
  [[nodiscard]] std::filesystem::path published() const { return folder_ / "public"; }
  [[nodiscard]] std::filesystem::path staged_root() const { return staged() / "root.json"; }
  [[nodiscard]] std::filesystem::path staged_manifest() const { return staged() / "manifest.json"; }

  [[nodiscard]] std::filesystem::path version_manifest(std::uint64_t serial) const {
    return versions() / (std::to_string(serial) + ".json");
  }
  [[nodiscard]] std::filesystem::path version_text(std::uint64_t serial) const {
    return versions() / (std::to_string(serial) + ".zst");
  }

 private:
  class Lock;
  Workplace(std::filesystem::path folder, ListSettings settings, std::unique_ptr<Lock> lock);

  std::filesystem::path folder_;
  ListSettings settings_;
  std::unique_ptr<Lock> lock_;
};

// Who people are in submissions, reviews and the log: 1 to 64 of A-Z, a-z, 0-9, "." , "_", "@", "-".
// One alphabet, so that nobody is two people by look-alike letters.
[[nodiscard]] Result<std::string> parse_person(const std::string& text);
// Upper and lower case are the same person.
[[nodiscard]] bool same_person(const std::string& a, const std::string& b) noexcept;
// One printable line that is not empty.
[[nodiscard]] Result<std::string> parse_reason(const std::string& text);

}  // namespace luytre::categories
