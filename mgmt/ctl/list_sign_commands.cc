// SPDX-License-Identifier: Apache-2.0
// `luytrectl list sign` and `rollback`: what is staged, and by whom it is signed.
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
#include "guard_text.h"
#include "list_guard.h"
#include "list_tools.h"
#include "output.h"

namespace luytre::ctl {
namespace {

using categories::ListRoot;
using categories::ListState;
using categories::NewVersion;
using categories::Taxonomy;
using Json = nlohmann::ordered_json;

struct VersionOptions {
  std::optional<unsigned> canary_percent;
  std::string soak;
  bool urgent = false;
  std::uint64_t serial = 0;
  std::vector<std::string> accept;

  void add_to(CLI::App& command) {
    command.add_option("--canary-percent", canary_percent, "So many of 100 begin at once…")
        ->check(CLI::Range(0U, 100U).description(""))
        ->type_name("PERCENT");
    command.add_option("--soak", soak, "…and everybody after this time")->type_name("1h");
    command.add_flag("--urgent", urgent, "Everybody at once, before anything else");
    command.add_option("--serial", serial, "Above the next one: after somebody misused the keys")
        ->type_name("NUMBER");
    command.add_option("--accept", accept, "Guards that trip, and it is right all the same")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->type_name("KIND[,KIND]");
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

struct SignOptions {
  ListAct act;
  std::string key;
  std::string passphrase_file;
  VersionOptions version;
};

// What a signer accepted against the guards is written down.
Result<void> note_findings(const OpenedList& opened, const ListGuard& guard,
                           const Taxonomy& taxonomy) {
  const categories::GuardReport& report = guard.report();
  const auto holding = report.holding();
  if (holding.empty()) {
    return {};
  }
  fmt::print(stderr, "{}\n", findings_text(report, taxonomy));
  return opened.place.log().append(
      opened.act, "accept",
      fmt::format("version {}", opened.state.candidate->document.manifest.serial),
      {{"guards", join(holding)}});
}

Result<void> build(OpenedList& opened, const Taxonomy& taxonomy, const NewVersion& version,
                   const ListGuard& guard) {
  auto candidate = build_candidate(opened.place, opened.state, taxonomy, version, guard.check());
  if (!candidate) {
    return Unexpected<Error>(candidate.error());
  }
  opened.state.candidate = *std::move(candidate);
  return note_findings(opened, guard, taxonomy);
}

// Builds the version that the first signature is for, or checks the one that is staged.
Result<void> prepare(OpenedList& opened, const Installation& installation, const Taxonomy& taxonomy,
                     const SignOptions& options) {
  const auto guard = ListGuard::load(installation, taxonomy, options.version.accept);
  if (!guard) {
    return Unexpected<Error>(guard.error());
  }
  if (!opened.state.candidate) {
    const auto version = options.version.version(opened.act);
    if (!version) {
      return Unexpected<Error>(version.error());
    }
    return build(opened, taxonomy, *version, *guard);
  }
  if (options.version.any()) {
    return fail(ErrorCode::Conflict,
                "The first signer has decided about rollout and serial; to change that, discard "
                "the staged version and sign it anew");
  }
  auto good = check_candidate(opened.place, opened.state, taxonomy, guard->check());
  return good ? note_findings(opened, *guard, taxonomy) : good;
}

Json staged_json(const ListState& state) {
  Json json = Json::object();
  if (state.candidate) {
    json["version"] = candidate_json(state, *state.candidate);
  }
  if (state.next_root) {
    json["root"] = {{"version", state.next_root->root.version},
                    {"signatures", signatures_json(count_signatures(state.next_root->envelope,
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
  auto opened = open_list(options.act);
  if (!opened) {
    return Unexpected<Error>(opened.error());
  }
  ListState& state = opened->state;
  const categories::SignatureNeeds needs = needs_of(state, key->public_key());
  if (needs.version) {
    if (auto prepared = prepare(*opened, command.installation, *taxonomy, options); !prepared) {
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
  auto opened = open_list(options.act);
  if (!opened) {
    return Unexpected<Error>(opened.error());
  }
  auto version = options.version.version(opened->act);
  const auto guard = ListGuard::load(command.installation, *taxonomy, options.version.accept);
  if (!version || !guard) {
    return Unexpected<Error>(!version ? version.error() : guard.error());
  }
  version->rollback_to = options.to;
  if (auto built = build(*opened, *taxonomy, *version, *guard); !built) {
    return Unexpected<Error>(built.error());
  }
  const std::uint64_t serial = opened->state.candidate->document.manifest.serial;
  auto logged = opened->place.log().append(opened->act, "rollback",
                                           fmt::format("version {} to {}", serial, options.to));
  if (!logged) {
    return Unexpected<Error>(logged.error());
  }
  if (command.json) {
    print_json(staged_json(opened->state));
  } else {
    print_candidate(opened->state, *opened->state.candidate);
    fmt::print("Next: luytrectl list sign, with {} keys.\n",
               opened->state.signing_root().manifest.threshold);
  }
  return kExitDone;
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
}

}  // namespace luytre::ctl
