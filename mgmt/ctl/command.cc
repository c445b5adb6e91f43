// SPDX-License-Identifier: Apache-2.0
#include "command.h"

#include <CLI/CLI.hpp>
#include <utility>

namespace luytre::ctl {

CLI::App* add_command(CLI::App& parent, Command& command, const std::string& name,
                      const std::string& description, std::function<Result<int>()> run) {
  CLI::App* added = parent.add_subcommand(name, description);
  added->add_flag("--json", command.json, "Print JSON for programs");
  added->callback([&command, run = std::move(run)] { command.run = run; });
  return added;
}

}  // namespace luytre::ctl
