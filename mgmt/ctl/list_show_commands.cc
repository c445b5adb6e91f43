// SPDX-License-Identifier: Apache-2.0
// `luytrectl list show`: what is public, what is staged, who must do something.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "categories/authority/list_state.h"
#include "categories/scope.h"
#include "command.h"
#include "list_tools.h"
#include "output.h"

namespace luytre::ctl {
namespace {

using categories::ListState;
using categories::RootDocument;
using categories::SigningRole;
using categories::Submission;
using categories::SubmissionState;
using categories::Workplace;
using Json = nlohmann::ordered_json;

std::vector<std::string> ids(const SigningRole& role) {
  std::vector<std::string> found;
  for (const categories::PublicKey& key : role.keys) {
    found.push_back(short_id(key));
  }
  return found;
}

Json to_json(const SigningRole& role) {
  return {{"threshold", role.threshold}, {"keys", ids(role)}};
}

Json to_json(const RootDocument& document) {
  return {{"version", document.root.version},
          {"expires", time_text(document.root.expires.time_since_epoch().count())},
          {"sha256", categories::hex(categories::sha256(document.envelope.payload))},
          {"root", to_json(document.root.root)},
          {"versions", to_json(document.root.manifest)},
          {"signatures", signatures_json(count_signatures(document.envelope, document.root.root))}};
}

Json to_json(const Submission& submission) {
  Json json = {{"id", submission.id},
               {"state", describe(submission.state)},
               {"by", submission.submitted.who},
               {"at", time_text(submission.submitted.at.time_since_epoch().count())},
               {"reason", submission.submitted.reason},
               {"added", submission.added},
               {"removed", submission.removed}};
  if (submission.reviewed) {
    json["reviewed_by"] = submission.reviewed->who;
  }
  return json;
}

bool is_open(const Submission& submission) noexcept {
  return submission.state == SubmissionState::Pending ||
         submission.state == SubmissionState::Approved;
}

Json to_json(const Workplace& place, const ListState& state, std::uint64_t log_lines) {
  Json json = {{"list", place.settings().list},
               {"scope", describe(place.settings().scope)},
               {"log_lines", log_lines},
               {"submissions", Json::array()}};
  json["root"] = state.root ? to_json(*state.root) : Json();
  json["version"] = state.version ? version_json(state.version->manifest) : Json();
  json["staged_root"] = state.next_root ? to_json(*state.next_root) : Json();
  json["staged"] = state.candidate ? candidate_json(state, *state.candidate) : Json();
  for (const Submission& submission : state.submissions) {
    if (is_open(submission)) {
      json["submissions"].push_back(to_json(submission));
    }
  }
  return json;
}

void print_root(const RootDocument& document, std::string_view what) {
  fmt::print("{} {}, until {}\n", what, document.root.version,
             time_text(document.root.expires.time_since_epoch().count()));
  fmt::print("  sha256    {}\n", categories::hex(categories::sha256(document.envelope.payload)));
  const auto role = [](std::string_view name, const SigningRole& keys) {
    fmt::print(
        "{}\n",
        wrap(fmt::format("{:<9} {} of {}", name, keys.threshold, fmt::join(ids(keys), ", ")), 2));
  };
  role("versions", document.root.manifest);
  role("roots", document.root.root);
}

void print(const Workplace& place, const ListState& state, std::uint64_t log_lines) {
  fmt::print("List '{}', scope {}; {} lines in the log, which is whole\n", place.settings().list,
             describe(place.settings().scope), grouped(log_lines));
  if (state.root) {
    print_root(*state.root, "Root");
  }
  if (state.version) {
    fmt::print("Version {} is public:\n", state.version->manifest.serial);
    print_version(state.version->manifest);
  } else {
    fmt::print("Nothing is public yet.\n");
  }
  if (state.next_root) {
    print_root(*state.next_root, "Staged: root");
    fmt::print("  signed    {}\n",
               text(count_signatures(state.next_root->envelope, state.next_root->root.root)));
  }
  if (state.candidate) {
    fmt::print("Staged: ");
    print_candidate(state, *state.candidate);
  }
  if (state.half_published()) {
    fmt::print("Its publication was interrupted; 'luytrectl list publish' finishes it.\n");
  }
  for (const Submission& submission : state.submissions) {
    if (is_open(submission)) {
      fmt::print("Submission {} ({}): +{} -{} by {}: {}\n", submission.id,
                 describe(submission.state), grouped(submission.added), grouped(submission.removed),
                 submission.submitted.who, cut(submission.submitted.reason, 40));
    }
  }
}

Result<int> show(const Command& command, const std::string& folder) {
  const auto place = Workplace::open(folder);
  if (!place) {
    return Unexpected<Error>(place.error());
  }
  const auto state = categories::read_state(*place);
  const auto lines = place->log().verify();
  if (!state || !lines) {
    return Unexpected<Error>(!state ? state.error() : lines.error());
  }
  if (command.json) {
    print_json(to_json(*place, *state, *lines));
  } else {
    print(*place, *state, *lines);
  }
  return kExitDone;
}

}  // namespace

void add_list_show_commands(CLI::App& list, Command& command) {
  const auto folder = std::make_shared<std::string>();
  CLI::App* added =
      add_command(list, command, "show", "What is public, staged, waiting, and for whom",
                  [&command, folder] { return show(command, *folder); });
  added->add_option("DIR", *folder, "The list's folder")->required();
}

}  // namespace luytre::ctl
