// SPDX-License-Identifier: Apache-2.0
#include "list_tools.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <array>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "output.h"

namespace luytre::ctl {
namespace {

using categories::ListManifest;
using Json = nlohmann::ordered_json;

constexpr std::size_t kMaxKeyFileBytes = 65536;
constexpr std::size_t kShortDigits = 16;

Result<std::string> read_small(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text(kMaxKeyFileBytes, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.gcount() == 0) {
    return fail(ErrorCode::NotFound, fmt::format("Cannot read {}", file.string()));
  }
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

template <typename T>
Result<T> named(Result<T> result, const std::filesystem::path& file) {
  return result ? std::move(result)
                : fail(result.error().code,
                       fmt::format("{}: {}", file.string(), result.error().message));
}

std::string time(std::chrono::sys_seconds when) {
  return time_text(when.time_since_epoch().count());
}

}  // namespace

void ListAct::add_to(CLI::App& command, bool must_say_who_and_why) {
  command.add_option("DIR", folder, "The list's folder")->required();
  CLI::Option* who = command.add_option("--by", by, "Who does it")->type_name("NAME");
  CLI::Option* why = command.add_option("--reason", reason, "Why, for the log")->type_name("TEXT");
  if (must_say_who_and_why) {
    who->required();
    why->required();
  }
}

Result<categories::Act> ListAct::act() const {
  const char* user = std::getenv("USER");
  const auto who = categories::parse_person(!by.empty() ? by : user != nullptr ? user : "unknown");
  if (!who) {
    return Unexpected<Error>(who.error());
  }
  if (!reason.empty()) {
    if (const auto good = categories::parse_reason(reason); !good) {
      return Unexpected<Error>(good.error());
    }
  }
  return categories::Act{.who = *who, .at = now(), .reason = reason};
}

Result<OpenedList> open_list(const ListAct& options) {
  auto act = options.act();
  if (!act) {
    return Unexpected<Error>(act.error());
  }
  auto place = categories::Workplace::lock(options.folder);
  if (!place) {
    return Unexpected<Error>(place.error());
  }
  auto state = categories::read_state(*place);
  if (!state) {
    return Unexpected<Error>(state.error());
  }
  return OpenedList{.act = *std::move(act), .place = *std::move(place), .state = *std::move(state)};
}

std::chrono::sys_seconds now() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

Result<std::chrono::seconds> parse_span(const std::string& text) {
  struct Unit {
    char letter;
    std::int64_t seconds;
  };
  constexpr std::array<Unit, 4> kUnits = {{{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86'400}}};
  constexpr std::int64_t kMost = 1'000'000;
  std::int64_t number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  for (const Unit& unit : kUnits) {
    if (error == std::errc{} && number >= 0 && number <= kMost &&
        std::string_view(stop, text.data() + text.size()) == std::string_view(&unit.letter, 1)) {
      return std::chrono::seconds(number * unit.seconds);
    }
  }
  return fail(ErrorCode::Invalid, fmt::format("'{}' is no time span like 30m, 1h or 2d", text));
}

Result<categories::PublicKey> read_public_key(const std::filesystem::path& file) {
  const auto text = read_small(file);
  return text ? named(categories::PublicKey::from_pem(*text), file)
              : Unexpected<Error>(text.error());
}

Result<std::string> read_passphrase(const std::filesystem::path& passphrase_file) {
  if (passphrase_file.empty()) {
    const char* given = std::getenv("LUYTRE_KEY_PASSPHRASE");
    return given == nullptr ? std::string() : std::string(given);
  }
  auto text = read_small(passphrase_file);
  if (text) {
    text->resize(std::min(text->find_first_of("\r\n"), text->size()));
  }
  return text;
}

Result<categories::SigningKey> read_signing_key(const std::filesystem::path& file,
                                                const std::filesystem::path& passphrase_file) {
  const auto passphrase = read_passphrase(passphrase_file);
  if (!passphrase) {
    return Unexpected<Error>(passphrase.error());
  }
  const auto text = read_small(file);
  return text ? named(categories::SigningKey::from_pem(*text, *passphrase), file)
              : Unexpected<Error>(text.error());
}

std::string short_id(const categories::PublicKey& key) {
  return categories::hex(key.id()).substr(0, kShortDigits);
}

Json version_json(const ListManifest& manifest) {
  Json json = {{"serial", manifest.serial},
               {"issued", time(manifest.issued)},
               {"expires", time(manifest.expires)},
               {"root", manifest.root_version},
               {"entries", manifest.entries},
               {"content_sha256", categories::hex(manifest.content.sha256)},
               {"content_bytes", manifest.content.size},
               {"snapshot_bytes", manifest.snapshot.size},
               {"deltas", Json::array()}};
  for (const categories::DeltaInfo& delta : manifest.deltas) {
    json["deltas"].push_back({{"from", delta.from_serial}, {"bytes", delta.file.size}});
  }
  json["urgent"] = manifest.urgent;
  if (manifest.rollout) {
    json["rollout"] = {{"canary_percent", manifest.rollout->canary_percent},
                       {"everyone_from", time(manifest.rollout->everyone_from)}};
  }
  if (manifest.rollback_of) {
    json["rollback_of"] = *manifest.rollback_of;
  }
  json["reason"] = manifest.reason;
  return json;
}

Json candidate_json(const categories::ListState& state, const categories::Candidate& candidate) {
  Json json = version_json(candidate.document.manifest);
  json["submissions"] = candidate.record.submissions;
  json["added"] = candidate.record.added;
  json["removed"] = candidate.record.removed;
  json["expired"] = candidate.record.expired;
  json["not_found"] = candidate.record.not_found;
  json["signatures"] =
      signatures_json(count_signatures(candidate.document.envelope, state.signing_root().manifest));
  return json;
}

void print_version(const ListManifest& manifest) {
  fmt::print("  entries   {} ({} packed)\n", grouped(manifest.entries),
             bytes_text(manifest.snapshot.size));
  fmt::print("  content   {}\n", categories::hex(manifest.content.sha256));
  fmt::print("  issued    {}, good until {}\n", time(manifest.issued), time(manifest.expires));
  if (manifest.rollback_of) {
    fmt::print("  rollback  to the content of version {}\n", *manifest.rollback_of);
  }
  if (manifest.urgent) {
    fmt::print("  rollout   urgent: everybody at once\n");
  } else if (manifest.rollout) {
    fmt::print("  rollout   {} % at once, everybody from {}\n", manifest.rollout->canary_percent,
               time(manifest.rollout->everyone_from));
  }
  if (!manifest.deltas.empty()) {
    fmt::print("  deltas    from {} earlier versions, {} from the last one\n",
               manifest.deltas.size(), bytes_text(manifest.deltas.front().file.size));
  }
  if (!manifest.reason.empty()) {
    fmt::print("  reason    {}\n", cut(manifest.reason, 80));
  }
}

void print_candidate(const categories::ListState& state, const categories::Candidate& candidate) {
  const categories::CandidateRecord& record = candidate.record;
  fmt::print("Version {}, {} added and {} removed since {}:\n", candidate.document.manifest.serial,
             grouped(record.added), grouped(record.removed),
             record.base_serial == 0 ? "nothing" : fmt::format("version {}", record.base_serial));
  print_version(candidate.document.manifest);
  if (!record.submissions.empty()) {
    fmt::print(
        "{}\n",
        wrap(fmt::format("of        submissions {}", fmt::join(record.submissions, ", ")), 2));
  }
  if (record.expired != 0) {
    fmt::print("  expired   {} entries whose end has come are left out\n", grouped(record.expired));
  }
  if (record.not_found != 0) {
    fmt::print("  notice    {} subjects to remove are not in the list\n",
               grouped(record.not_found));
  }
  fmt::print("  signed    {}\n",
             text(count_signatures(candidate.document.envelope, state.signing_root().manifest)));
}

SignatureCount count_signatures(const categories::Envelope& envelope,
                                const categories::SigningRole& role) {
  SignatureCount count{.signed_by = {}, .missing = {}, .threshold = role.threshold};
  for (const categories::PublicKey& key : role.keys) {
    (envelope.signed_by(key) ? count.signed_by : count.missing).push_back(short_id(key));
  }
  return count;
}

Json signatures_json(const SignatureCount& count) {
  return {{"threshold", count.threshold},
          {"signed_by", count.signed_by},
          {"missing", count.missing},
          {"complete", count.signed_by.size() >= count.threshold}};
}

std::string text(const SignatureCount& count) {
  return fmt::format("{} of {} signatures{}{}", count.signed_by.size(), count.threshold,
                     count.signed_by.empty() ? "" : ": ", fmt::join(count.signed_by, ", "));
}

}  // namespace luytre::ctl
