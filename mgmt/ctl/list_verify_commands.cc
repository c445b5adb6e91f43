// SPDX-License-Identifier: Apache-2.0
// `luytrectl list verify` and `diff`: what a subscriber would find, and what versions differ in.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <system_error>
#include <vector>

#include "categories/authority/list_state.h"
#include "categories/authority/publication.h"
#include "categories/signed/list_delta.h"
#include "command.h"
#include "list_tools.h"
#include "output.h"
#include "progress.h"

namespace luytre::ctl {
namespace {

using categories::PackedText;
using categories::Workplace;
using Json = nlohmann::ordered_json;

constexpr std::string_view kStaged = "staged";

struct VerifyOptions {
  std::string what;
  std::string root;
};

Result<int> verify(const Command& command, const VerifyOptions& options) {
  const auto taxonomy = command.installation.taxonomy();
  if (!taxonomy) {
    return Unexpected<Error>(taxonomy.error());
  }
  std::filesystem::path what = options.what;
  // The issuer's own folder: what is public of it.
  if (std::error_code ignored; std::filesystem::exists(what / "list.json", ignored)) {
    what /= "public";
  }
  const auto verified = categories::verify_published(what, options.root, *taxonomy, now());
  if (!verified) {
    if (command.json) {
      print_json({{"good", false},
                  {"refused", categories::refusal_word(verified.error().reason)},
                  {"message", verified.error().message}});
    }
    return fail(ErrorCode::Invalid,
                fmt::format("A subscriber would refuse it: {}", verified.error().message));
  }
  const categories::ListManifest& manifest = verified->manifest;
  if (command.json) {
    Json json = {{"good", true},
                 {"list", manifest.list},
                 {"root_version", verified->root_version},
                 {"fingerprint", categories::hex(verified->fingerprint)},
                 {"files_checked", verified->files_checked}};
    json.update(version_json(manifest));
    print_json(json);
    return kExitDone;
  }
  fmt::print("Good: version {} of list '{}', under root {}{}.\n", manifest.serial, manifest.list,
             verified->root_version,
             verified->files_checked ? "; snapshot and deltas are whole"
                                     : "; its files were not looked at");
  print_version(manifest);
  fmt::print("  pinned    {}\n", categories::hex(verified->fingerprint));
  return kExitDone;
}

struct DiffOptions {
  std::string folder;
  std::string before;
  std::string after;
  std::uint64_t limit = 20;
};

Result<PackedText> find_text(const Workplace& place, const std::string& name) {
  if (name == kStaged) {
    const auto state = categories::read_state(place);
    if (!state || !state->candidate) {
      return fail(ErrorCode::NotFound, state ? "No version is staged" : state.error().message);
    }
    const categories::ListManifest& manifest = state->candidate->document.manifest;
    return PackedText{.file = place.staged() / manifest.snapshot.path, .content = manifest.content};
  }
  std::uint64_t serial = 0;
  const auto [stop, error] = std::from_chars(name.data(), name.data() + name.size(), serial);
  if (error != std::errc{} || stop != name.data() + name.size()) {
    return fail(ErrorCode::Invalid,
                fmt::format("'{}' is neither a serial nor '{}'", name, kStaged));
  }
  const auto version = categories::read_version(place, serial);
  return version ? Result<PackedText>(PackedText{.file = place.version_text(serial),
                                                 .content = version->manifest.content})
                 : Unexpected<Error>(version.error());
}

Result<int> diff(const Command& command, const DiffOptions& options) {
  const auto place = Workplace::open(options.folder);
  if (!place) {
    return Unexpected<Error>(place.error());
  }
  const auto before = find_text(*place, options.before);
  const auto after = find_text(*place, options.after);
  if (!before || !after) {
    return Unexpected<Error>(!before ? before.error() : after.error());
  }
  categories::DeltaCounts counts;
  std::uint64_t same = 0;
  std::vector<std::string> first;
  Progress progress("lines compared");
  const auto compared = categories::for_each_difference(
      *before, *after, [&](char sign, std::string_view line) -> categories::Accepted<void> {
        progress.step();
        if (sign == '=') {
          ++same;
          return {};
        }
        ++(sign == '+' ? counts.added : counts.removed);
        if (first.size() < options.limit) {
          first.push_back(sign + std::string(line));
        }
        return {};
      });
  if (!compared) {
    return Unexpected<Error>(compared.error().error());
  }
  if (command.json) {
    print_json(
        {{"same", same}, {"added", counts.added}, {"removed", counts.removed}, {"first", first}});
  } else {
    fmt::print("{} added, {} removed, {} the same.\n", grouped(counts.added),
               grouped(counts.removed), grouped(same));
    for (std::string& line : first) {
      std::ranges::replace(line, '\t', ' ');
      fmt::print("{}\n", cut(line, 96));
    }
    if (counts.added + counts.removed > first.size()) {
      fmt::print("and {} more (see --limit)\n",
                 grouped(counts.added + counts.removed - first.size()));
    }
  }
  return counts.added + counts.removed == 0 ? kExitDone : kExitDifferent;
}

}  // namespace

void add_list_verify_commands(CLI::App& list, Command& command) {
  const auto options = std::make_shared<VerifyOptions>();
  CLI::App* added =
      add_command(list, command, "verify", "Check everything that a subscriber checks",
                  [&command, options] { return verify(command, *options); });
  added->add_option("WHAT", options->what, "A list's folder, its public folder, or a manifest")
      ->required();
  added
      ->add_option("--root", options->root,
                   "The pinned root: public/root/1.root.json of the issuer")
      ->required()
      ->type_name("ROOT.json");

  const auto compared = std::make_shared<DiffOptions>();
  CLI::App* differ = add_command(list, command, "diff", "What two versions differ in, line by line",
                                 [&command, compared] { return diff(command, *compared); });
  differ->add_option("DIR", compared->folder, "The list's folder")->required();
  differ->add_option("A", compared->before, "A serial, or 'staged'")->required();
  differ->add_option("B", compared->after, "What to compare it with")->required();
  differ->add_option("--limit", compared->limit, "Show so many lines")
      ->type_name("COUNT")
      ->capture_default_str();
  differ->footer(
      "An entry that changed is removed and added. Exit codes: 0 both say the same, 4 they "
      "differ.");
}

}  // namespace luytre::ctl
