// SPDX-License-Identifier: Apache-2.0
// `luytrectl list publish`: what is staged and signed becomes public.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "categories/authority/publication.h"
#include "command.h"
#include "list_tools.h"
#include "output.h"

namespace luytre::ctl {
namespace {

Result<int> publish(const Command& command, const ListAct& options) {
  const auto taxonomy = command.installation.taxonomy();
  if (!taxonomy) {
    return Unexpected<Error>(taxonomy.error());
  }
  const auto opened = open_list(options);
  if (!opened) {
    return Unexpected<Error>(opened.error());
  }
  const auto manifest = categories::publish(opened->place, opened->state, *taxonomy, opened->act);
  if (!manifest) {
    return Unexpected<Error>(manifest.error());
  }
  if (command.json) {
    print_json(version_json(*manifest));
  } else {
    fmt::print("Version {} is public in {}:\n", manifest->serial,
               opened->place.published().string());
    print_version(*manifest);
  }
  return kExitDone;
}

}  // namespace

void add_list_publish_commands(CLI::App& list, Command& command) {
  const auto options = std::make_shared<ListAct>();
  CLI::App* added = add_command(list, command, "publish",
                                "Make the signed version public, if subscribers take it",
                                [&command, options] { return publish(command, *options); });
  options->add_to(*added, false);
  added->footer(
      "Any web server or CDN can serve DIR/public; only manifest.json changes under its name.\n"
      "After an interruption run it again: either the old version or the new one is public.");
}

}  // namespace luytre::ctl
