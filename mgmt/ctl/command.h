// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "base/error.h"
#include "installation.h"

namespace CLI {
class App;
}

namespace luytre::ctl {

// Exit codes, the same for every command.
inline constexpr int kExitDone = 0;       // done; check: the name is allowed
inline constexpr int kExitFailed = 1;     // the sentence on stderr says why; nothing was changed
inline constexpr int kExitUsage = 2;      // the command line cannot be understood
inline constexpr int kExitBlocked = 3;    // check: the name is blocked
inline constexpr int kExitDifferent = 4;  // categories diff, list diff: both say different things
inline constexpr int kExitHeld = 5;       // a list tripped a guard: it waits for a second person

// What the command line asked for: parsing fills it, main() runs it. A command's answer is its exit
// code.
struct Command {
  Installation installation;
  bool json = false;
  std::function<Result<int>()> run;
};

// Each adds one group of commands; `command` outlives the parser.
void add_categories_commands(CLI::App& app, Command& command);
void add_import_command(CLI::App& categories, Command& command);
void add_transfer_command(CLI::App& categories, Command& command);
void add_export_command(CLI::App& categories, Command& command);
void add_overlaps_command(CLI::App& categories, Command& command);
void add_diff_command(CLI::App& categories, Command& command);
void add_lookup_command(CLI::App& categories, Command& command);
void add_explain_command(CLI::App& categories, Command& command);
void add_verify_command(CLI::App& categories, Command& command);
void add_list_commands(CLI::App& app, Command& command);
void add_list_follow_commands(CLI::App& list, Command& command);
void add_list_submit_commands(CLI::App& list, Command& command);
void add_list_sign_commands(CLI::App& list, Command& command);
void add_list_rotate_commands(CLI::App& list, Command& command);
void add_list_publish_commands(CLI::App& list, Command& command);
void add_list_show_commands(CLI::App& list, Command& command);
void add_list_verify_commands(CLI::App& list, Command& command);
void add_held_commands(CLI::App& categories, Command& command);
void add_check_command(CLI::App& app, Command& command);
void add_line_commands(CLI::App& app, Command& command);
void add_preset_commands(CLI::App& app, Command& command);
void add_status_command(CLI::App& app, Command& command);

// A subcommand whose parsing makes `run` the command to run, with the flag --json that all have.
CLI::App* add_command(CLI::App& parent, Command& command, const std::string& name,
                      const std::string& description, std::function<Result<int>()> run);

}  // namespace luytre::ctl
