// SPDX-License-Identifier: Apache-2.0
// `luytrectl list sign`, `rollback`, `rotate` and `discard`: what is staged, and by whom it is signed.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "categories/authority/candidate.h"
#include "command.h"
#include "list_guard.h"
#include "list_tools.h"
#include "output.h"

namespace luytre::ctl {
namespace {

using categories::Candidate;
using categories::ListRoot;
using categories::ListState;
using categories::NewVersion;
using categories::SigningKey;
using categories::SigningRole;
using categories::Taxonomy;
using categories::Workplace;
using Json = nlohmann::ordered_json;

struct VersionOptions {
  std::optional<unsigned> canary_percent;
  std::string soak;
  bool urgent = false;
  std::uint64_t serial = 0;

  void add_to(CLI::App& command) {
    command.add_option("--canary-percent", canary_percent, "So many of 100 begin at once…")
        ->check(CLI::Range(0U, 100U).description(""))
        ->type_name("PERCENT");
    command.add_option("--soak", soak, "…and everybody after this time")->type_name("1h");
    command.add_flag("--urgent", urgent, "Everybody at once, before anything else");
    command.add_option("--serial", serial, "Above the next one: after somebody misused the keys")
        ->type_name("NUMBER");
  }
  [[nodiscard]] bool any() const noexcept {
    return canary_percent || !soak.empty() || urgent || serial != 0;
  }
  [[nodiscard]] Result<NewVersion> version(const categories::Act& act) const {
    NewVersion version{.issued = act.at,
                       .rollout = {},
                       .urgent = urgent,
                       .reason = act.reason,
                       .rollback_to = {},
                       .serial = serial};
    if (canary_percent.has_value() == soak.empty() || (urgent && canary_percent)) {
      return fail(ErrorCode::Invalid,
                  "Give --canary-percent and --soak together, and neither with --urgent");
    }
    if (canary_percent) {
      const auto span = parse_span(soak);
      if (!span) {
        return Unexpected<Error>(span.error());
      }
      version.rollout = categories::StagedRollout{.canary_percent = *canary_percent, .soak = *span};
    }
    return version;
  }
};

struct Opened {
  categories::Act act;
  Workplace place;
  ListState state;
};

Result<Opened> open(const ListAct& options) {
  auto act = options.act();
  if (!act) {
    return Unexpected<Error>(act.error());
  }
  auto place = Workplace::lock(options.folder);
  if (!place) {
    return Unexpected<Error>(place.error());
  }
  auto state = categories::read_state(*place);
  if (!state) {
    return Unexpected<Error>(state.error());
  }
  return Opened{.act = *std::move(act), .place = *std::move(place), .state = *std::move(state)};
}

struct SignOptions {
  ListAct act;
  std::string key;
  std::string passphrase_file;
  VersionOptions version;
};

// Builds the version that the first signature is for, or checks the one that is staged.
Result<void> prepare(Opened& opened, const Taxonomy& taxonomy, const SignOptions& options) {
  if (!opened.state.candidate) {
    const auto version = options.version.version(opened.act);
    if (!version) {
      return Unexpected<Error>(version.error());
    }
    auto candidate = build_candidate(opened.place, opened.state, taxonomy, *version, list_guard());
    if (!candidate) {
      return Unexpected<Error>(candidate.error());
    }
    opened.state.candidate = *std::move(candidate);
    return {};
  }
  if (options.version.any()) {
    return fail(ErrorCode::Conflict,
                "The first signer has decided about rollout and serial; to change that, discard "
                "the staged version and sign it anew");
  }
  return check_candidate(opened.place, opened.state, taxonomy, list_guard());
}

Json staged_json(const ListState& state) {
  Json json = Json::object();
  if (state.candidate) {
    json["version"] = to_json(state, *state.candidate);
  }
  if (state.next_root) {
    json["root"] = {{"version", state.next_root->root.version},
                    {"signatures", to_json(count_signatures(state.next_root->envelope,
                                                            state.next_root->root.root))}};
  }
  return json;
}

Result<int> sign(const Command& command, const SignOptions& options) {
  const auto key = read_signing_key(options.key, options.passphrase_file);
  const auto taxonomy = command.installation.taxonomy();
  if (!key || !taxonomy) {
    return Unexpected<Error>(!key ? key.error() : taxonomy.error());
  }
  auto opened = open(options.act);
  if (!opened) {
    return Unexpected<Error>(opened.error());
  }
  ListState& state = opened->state;
  const categories::SignatureNeeds needs = needs_of(state, key->public_key());
  if (needs.version) {
    if (auto prepared = prepare(*opened, *taxonomy, options); !prepared) {
      return Unexpected<Error>(prepared.error());
    }
  }
  // What is signed is shown before it is.
  if (!command.json) {
    if (needs.root) {
      const ListRoot& next = state.next_root->root;
      fmt::print("Root {}: {} of {} keys name the next root, {} of {} sign versions.\n",
                 next.version, next.root.threshold, next.root.keys.size(), next.manifest.threshold,
                 next.manifest.keys.size());
    }
    if (needs.version) {
      print_candidate(state, *state.candidate);
    }
    std::fflush(stdout);
  }
  if (auto done = sign_staged(opened->place, state, *key, opened->act); !done) {
    return Unexpected<Error>(done.error());
  }
  if (command.json) {
    print_json(staged_json(state));
    return kExitDone;
  }
  fmt::print("Signed with key {}.\n", short_id(key->public_key()));
  if (state.candidate) {
    const auto count =
        count_signatures(state.candidate->document.envelope, state.signing_root().manifest);
    const bool complete = count.signed_by.size() >= count.threshold;
    fmt::print("The version has {} of {} signatures{}\n", count.signed_by.size(), count.threshold,
               complete ? "; next: luytrectl list publish" : "; another key must sign");
  }
  return kExitDone;
}

struct RollbackOptions {
  ListAct act;
  std::uint64_t to = 0;
  VersionOptions version;
};

Result<int> rollback(const Command& command, const RollbackOptions& options) {
  const auto taxonomy = command.installation.taxonomy();
  if (!taxonomy) {
    return Unexpected<Error>(taxonomy.error());
  }
  auto opened = open(options.act);
  if (!opened) {
    return Unexpected<Error>(opened.error());
  }
  auto version = options.version.version(opened->act);
  if (!version) {
    return Unexpected<Error>(version.error());
  }
  version->rollback_to = options.to;
  auto candidate = build_candidate(opened->place, opened->state, *taxonomy, *version, list_guard());
  if (!candidate) {
    return Unexpected<Error>(candidate.error());
  }
  auto logged = opened->place.log().append(
      opened->act, "rollback",
      fmt::format("version {} to {}", candidate->document.manifest.serial, options.to));
  if (!logged) {
    return Unexpected<Error>(logged.error());
  }
  opened->state.candidate = *std::move(candidate);
  if (command.json) {
    print_json(staged_json(opened->state));
  } else {
    print_candidate(opened->state, *opened->state.candidate);
    fmt::print("Next: luytrectl list sign, with {} keys.\n",
               opened->state.signing_root().manifest.threshold);
  }
  return kExitDone;
}

struct RotateOptions {
  ListAct act;
  std::vector<std::string> add;
  std::vector<std::string> remove;
  std::size_t threshold = 0;
  std::string role = "both";
};

Result<void> change(SigningRole& role, const RotateOptions& options) {
  for (const std::string& file : options.remove) {
    const auto key = read_public_key(file);
    if (!key) {
      return Unexpected<Error>(key.error());
    }
    if (std::erase(role.keys, *key) == 0) {
      return fail(ErrorCode::NotFound, fmt::format("{} has no say in this list", file));
    }
  }
  for (const std::string& file : options.add) {
    const auto key = read_public_key(file);
    if (!key) {
      return Unexpected<Error>(key.error());
    }
    if (role.has(*key)) {
      return fail(ErrorCode::Conflict, fmt::format("{} is among the list's keys already", file));
    }
    role.keys.push_back(*key);
  }
  role.threshold = options.threshold == 0 ? role.threshold : options.threshold;
  if (role.threshold > role.keys.size()) {
    return fail(ErrorCode::Invalid,
                fmt::format("{} of {} keys cannot be the threshold; give --threshold",
                            role.threshold, role.keys.size()));
  }
  return {};
}

Result<int> rotate(const Command& command, const RotateOptions& options) {
  auto opened = open(options.act);
  if (!opened) {
    return Unexpected<Error>(opened.error());
  }
  if (!opened->state.root) {
    return fail(ErrorCode::NotFound, "The first root is not public yet; publish a version first");
  }
  ListRoot next = opened->state.root->root;
  ++next.version;
  next.expires = opened->act.at + opened->place.settings().root_validity;
  Result<void> done;
  if (options.role != "version") {
    done = change(next.root, options);
  }
  if (done && options.role != "root") {
    done = change(next.manifest, options);
  }
  if (done) {
    done = stage_root(opened->place, opened->state, next, opened->act);
  }
  if (!done) {
    return Unexpected<Error>(done.error());
  }
  if (command.json) {
    print_json({{"root", next.version},
                {"root_keys", next.root.keys.size()},
                {"root_threshold", next.root.threshold},
                {"version_keys", next.manifest.keys.size()},
                {"version_threshold", next.manifest.threshold},
                {"expires", time_text(next.expires.time_since_epoch().count())}});
    return kExitDone;
  }
  fmt::print("Root {} is staged: {} of {} keys name the next root, {} of {} sign versions.\n",
             next.version, next.root.threshold, next.root.keys.size(), next.manifest.threshold,
             next.manifest.keys.size());
  fmt::print(
      "{} of the old root keys and {} of the new ones sign it (luytrectl list sign); it\n"
      "becomes public with the next version.\n",
      opened->state.root->root.root.threshold, next.root.threshold);
  return kExitDone;
}

Result<int> discard(const Command& command, const ListAct& options) {
  const auto opened = open(options);
  if (!opened) {
    return Unexpected<Error>(opened.error());
  }
  if (auto done = discard_staged(opened->place, opened->state, opened->act); !done) {
    return Unexpected<Error>(done.error());
  }
  if (command.json) {
    print_json({{"discarded", true}});
  } else {
    fmt::print("Nothing is staged any more; approved submissions wait for the next version.\n");
  }
  return kExitDone;
}

void add_rotate_command(CLI::App& list, Command& command) {
  const auto options = std::make_shared<RotateOptions>();
  CLI::App* added = add_command(list, command, "rotate", "Change the keys, or renew the root",
                                [&command, options] { return rotate(command, *options); });
  options->act.add_to(*added, true);
  added->add_option("--add-key", options->add, "A public key that gets a say")
      ->allow_extra_args(false)
      ->type_name("FILE.pub");
  added->add_option("--remove-key", options->remove, "A public key that loses it")
      ->allow_extra_args(false)
      ->type_name("FILE.pub");
  added->add_option("--threshold", options->threshold, "So many keys must sign; else as before")
      ->type_name("COUNT");
  added->add_option("--role", options->role, "Which keys: those of roots, of versions, or both")
      ->check(CLI::IsMember({"root", "version", "both"}).description(""))
      ->type_name("root|version|both")
      ->capture_default_str();
}

}  // namespace

void add_list_sign_commands(CLI::App& list, Command& command) {
  const auto options = std::make_shared<SignOptions>();
  CLI::App* added = add_command(list, command, "sign",
                                "Sign what is staged; the first signature stages a version",
                                [&command, options] { return sign(command, *options); });
  options->act.add_to(*added, false);
  added->add_option("--key", options->key, "The private key")->required()->type_name("FILE");
  added
      ->add_option("--passphrase-file", options->passphrase_file,
                   "Its first line; else LUYTRE_KEY_PASSPHRASE")
      ->type_name("FILE");
  options->version.add_to(*added);
  added->footer(
      "A version holds the last one and all approved submissions; without any it renews the "
      "expiry.\n"
      "Every signer's machine makes it again and compares before it signs.");

  const auto back = std::make_shared<RollbackOptions>();
  CLI::App* rolled = add_command(list, command, "rollback",
                                 "Stage an earlier version's content under a new serial",
                                 [&command, back] { return rollback(command, *back); });
  back->act.add_to(*rolled, true);
  rolled->add_option("--to", back->to, "That version")->required()->type_name("SERIAL");
  back->version.add_to(*rolled);

  add_rotate_command(list, command);
  const auto dropped = std::make_shared<ListAct>();
  CLI::App* discarded = add_command(list, command, "discard", "Take back what is staged",
                                    [&command, dropped] { return discard(command, *dropped); });
  dropped->add_to(*discarded, true);
}

}  // namespace luytre::ctl
