// SPDX-License-Identifier: Apache-2.0
// `luytrectl list rotate` and `discard`: other keys, and taking back what is staged.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "categories/authority/candidate.h"
#include "command.h"
#include "list_tools.h"
#include "output.h"

namespace luytre::ctl {
namespace {

using categories::ListRoot;
using categories::SigningRole;

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
  auto opened = open_list(options.act);
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
  const auto opened = open_list(options);
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

void add_list_rotate_commands(CLI::App& list, Command& command) {
  add_rotate_command(list, command);
  const auto dropped = std::make_shared<ListAct>();
  CLI::App* discarded = add_command(list, command, "discard", "Take back what is staged",
                                    [&command, dropped] { return discard(command, *dropped); });
  dropped->add_to(*discarded, true);
}

}  // namespace luytre::ctl
