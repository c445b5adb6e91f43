// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the commands of `luytrectl list` share.

#include <chrono>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "base/error.h"
#include "categories/authority/list_state.h"
#include "categories/authority/workplace.h"
#include "categories/signed/list_manifest.h"
#include "categories/signed/signing_key.h"

namespace CLI {
class App;
}

namespace luytre::ctl {

// A list's folder, and who does what for which reason.
struct ListAct {
  std::string folder;
  std::string by;
  std::string reason;

  // Adds DIR, --by and --reason to a command.
  void add_to(CLI::App& command, bool must_say_who_and_why);
  // Checked, and at the present time; without --by it is the user of this shell.
  [[nodiscard]] Result<categories::Act> act() const;
};

// A list's folder that is locked for one act.
struct OpenedList {
  categories::Act act;
  categories::Workplace place;
  categories::ListState state;
};
[[nodiscard]] Result<OpenedList> open_list(const ListAct& options);

[[nodiscard]] std::chrono::sys_seconds now();

// "1h", "90m", "2d", "30s"
[[nodiscard]] Result<std::chrono::seconds> parse_span(const std::string& text);

[[nodiscard]] Result<categories::PublicKey> read_public_key(const std::filesystem::path& file);
// With the passphrase from `passphrase_file`, or from LUYTRE_KEY_PASSPHRASE.
[[nodiscard]] Result<categories::SigningKey> read_signing_key(
    const std::filesystem::path& file, const std::filesystem::path& passphrase_file);
// Empty: there is none.
[[nodiscard]] Result<std::string> read_passphrase(const std::filesystem::path& passphrase_file);
// 16 digits of a key's id: what people compare.
[[nodiscard]] std::string short_id(const categories::PublicKey& key);

// A version's manifest, and a staged one with what it is made of and who has signed.
[[nodiscard]] nlohmann::ordered_json version_json(const categories::ListManifest& manifest);
[[nodiscard]] nlohmann::ordered_json candidate_json(const categories::ListState& state,
                                                    const categories::Candidate& candidate);
void print_version(const categories::ListManifest& manifest);
void print_candidate(const categories::ListState& state, const categories::Candidate& candidate);

// The signatures that a staged document has of those it needs.
struct SignatureCount {
  std::vector<std::string> signed_by;  // short ids
  std::vector<std::string> missing;    // of the role, those that have not signed
  std::size_t threshold = 0;
};
[[nodiscard]] SignatureCount count_signatures(const categories::Envelope& envelope,
                                              const categories::SigningRole& role);
[[nodiscard]] nlohmann::ordered_json signatures_json(const SignatureCount& count);
// "1 of 2 signatures (0123456789abcdef)"
[[nodiscard]] std::string text(const SignatureCount& count);

}  // namespace luytre::ctl
