// SPDX-License-Identifier: Apache-2.0
// luytre-gateway: reads its configuration, starts, and then only watches for changes and signals.
// Exit codes: 0 stopped as asked, 1 something failed while starting or running, 2 the configuration
// or the command line is wrong.

#include <signal.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <string>

#include "config.h"
#include "gateway.h"
#include "net/daemon/log.h"
#include "net/daemon/service_manager.h"

namespace {

using luytre::gateway::Config;
using luytre::gateway::Gateway;

constexpr int kStopped = 0;
constexpr int kFailed = 1;
constexpr int kWrongConfiguration = 2;

// Half of what a policy change may take until it is enforced.
constexpr timespec kPollInterval{.tv_sec = 0, .tv_nsec = 50'000'000};

sigset_t ending_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  return signals;
}

void poll_until_told_to_stop(Gateway& gateway, const sigset_t& signals) {
  int signal = -1;
  while (signal < 0) {  // the time passed, or some other signal interrupted
    gateway.poll();
    signal = sigtimedwait(&signals, nullptr, &kPollInterval);
  }
  spdlog::info("Told to stop; letting go of what is held.");
}

int run(const Config& config) {
  luytre::net::start_log("luytre-gateway", config.log_level);
  // Blocked before any thread starts, so that only the loop above ever sees them.
  const sigset_t signals = ending_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  const auto gateway = Gateway::start(config);
  if (!gateway) {
    spdlog::error("{}", gateway.error().message);
    return kFailed;
  }
  luytre::net::notify_service_manager("READY=1");
  poll_until_told_to_stop(**gateway, signals);
  luytre::net::notify_service_manager("STOPPING=1");
  (*gateway)->stop();
  (*gateway)->log_totals();
  return kStopped;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Filters the lines of children between two network ports.", "luytre-gateway");
  std::string file;
  bool check = false;
  app.add_option("--config", file, "Configuration file (see gateway.toml.example)")
      ->required()
      ->type_name("FILE");
  app.add_flag("--check", check, "Read and check the configuration, then stop");
  app.set_version_flag("--version", "luytre-gateway " LUYTRE_VERSION);
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
