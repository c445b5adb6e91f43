// SPDX-License-Identifier: Apache-2.0
// luytrectl: what an operator does to lists and lines at a shell, on the databases that the gateway
// reads.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

#include "command.h"

namespace luytre::ctl {
namespace {

int report(const Error& error) {
  const bool closed = error.message.ends_with('.');
  fmt::print(stderr, "luytrectl: {}{}\n", error.message, closed ? "" : ".");
  return kExitFailed;
}

int run(int argc, char** argv) {
  CLI::App app("Manages the lists and lines of a Luytre gateway.", "luytrectl");
  app.footer(
      "Exit codes: 0 done (check: allowed), 1 failed, 2 wrong usage, 3 blocked (check only),\n"
      "4 different (diff only), 5 held for a second person (categories import and\n"
      "preview).\n"
      "'luytrectl COMMAND --help' explains a command.");
  app.set_version_flag("--version", "luytrectl " LUYTRE_VERSION);
  app.set_help_all_flag("--help-all", "Explain all commands");
  app.require_subcommand(1);
  app.fallthrough();
  app.get_formatter()->column_width(34);

  Command command;
  command.installation = {.data_dir = "/var/lib/luytre", .share_dir = default_share_dir()};
  app.add_option("--data-dir", command.installation.data_dir, "Databases and index")
      ->envname("LUYTRE_DATA_DIR")
      ->capture_default_str();
  app.add_option("--share-dir", command.installation.share_dir, "Taxonomy, presets and lists")
      ->envname("LUYTRE_SHARE_DIR")
      ->capture_default_str();
  add_categories_commands(app, command);
  add_list_commands(app, command);
  add_line_commands(app, command);
  add_preset_commands(app, command);
  add_check_command(app, command);
  add_status_command(app, command);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kExitDone : kExitUsage;
  }
  const Result<int> code = command.run();
  return code ? *code : report(code.error());
}

}  // namespace
}  // namespace luytre::ctl

int main(int argc, char** argv) {
  try {
    return luytre::ctl::run(argc, argv);
  } catch (const std::exception& error) {
    return luytre::ctl::report({luytre::ErrorCode::System, error.what()});
  }
}
