// SPDX-License-Identifier: Apache-2.0
// luytre-mgmt: keeps signed lists up to date in the category database.
// Exit codes: 0 stopped as asked, 1 something failed while starting, 2 the configuration or the
// command line is wrong.

#include <signal.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "config.h"
#include "daemon.h"
#include "net/daemon/log.h"
#include "net/daemon/service_manager.h"

namespace {

using luytre::mgmt::Config;
using luytre::mgmt::Daemon;

constexpr int kStopped = 0;
constexpr int kFailed = 1;
constexpr int kWrongConfiguration = 2;

// A download ends within milliseconds. Reading a list of millions into the database does not, and
// need not: a process that ends in the middle leaves the version before in force.
constexpr std::chrono::milliseconds kPatience{1500};

void poll_until_told_to_stop(Daemon& daemon, const sigset_t& signals) {
  for (;;) {
    const int signal = sigwaitinfo(&signals, nullptr);
    if (signal == SIGHUP) {
      spdlog::info("Told to ask all mirrors now.");
      daemon.poll_now();
    } else if (signal > 0) {
      return;
    }
  }
}

int run(const Config& config) {
  luytre::net::start_log("luytre-mgmt", config.log_level);
  // Blocked before any thread starts, so that only the loop above ever sees them.
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) {
    sigaddset(&signals, signal);
  }
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  const auto daemon = Daemon::start(config);
  if (!daemon) {
    spdlog::error("{}", daemon.error().message);
    return kFailed;
  }
  luytre::net::notify_service_manager("READY=1");
  poll_until_told_to_stop(**daemon, signals);
  luytre::net::notify_service_manager("STOPPING=1");
  if (!(*daemon)->stop(kPatience)) {
    spdlog::info("Told to stop in the middle of a change, which is undone.");
    std::fflush(nullptr);
    std::_Exit(kStopped);
  }
  spdlog::info("Told to stop.");
  return kStopped;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Keeps signed lists up to date.", "luytre-mgmt");
  std::string file;
  bool check = false;
  app.add_option("--config", file, "Configuration file (see mgmt.toml.example)")
      ->required()
      ->type_name("FILE");
  app.add_flag("--check", check, "Read and check the configuration, then stop");
  app.set_version_flag("--version", "luytre-mgmt " LUYTRE_VERSION);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kStopped : kWrongConfiguration;
  }

  const auto config = Config::load(file);
  if (!config) {
    for (const std::string& complaint : config.error()) {
      std::fprintf(stderr, "%s\n", complaint.c_str());
    }
    return kWrongConfiguration;
  }
  if (check) {
    std::printf("%s: the configuration is valid.\n", file.c_str());
    return kStopped;
  }
  return run(*config);
}
