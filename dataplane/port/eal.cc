// SPDX-License-Identifier: Apache-2.0
#include "dataplane/port/eal.h"

#include <fmt/format.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_launch.h>
#include <rte_lcore.h>
#include <rte_version.h>
#include <sched.h>

#include <algorithm>
#include <utility>

namespace luytre::port {
namespace {

// lcore 0 is the control thread, worker n is lcore n + 1.
constexpr unsigned lcore_of(unsigned worker) noexcept { return worker + 1; }

std::vector<unsigned> allowed_cores() {
  std::vector<unsigned> cores;
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof(set), &set) != 0) {
    return cores;
  }
  for (unsigned core = 0; core < CPU_SETSIZE; ++core) {
    if (CPU_ISSET(core, &set)) {
      cores.push_back(core);
    }
  }
  return cores;
}

// "0@(0,1),1@(0,1),2@1": the control thread floats over all CPUs, and so does a worker without one
// of its own.
std::string lcore_map(const EalOptions& options, const std::vector<unsigned>& allowed) {
  const std::string everywhere = fmt::format("({})", fmt::join(allowed, ","));
  std::string map = "0@" + everywhere;
  for (unsigned worker = 0; worker < options.workers; ++worker) {
    map += worker < options.cores.size() && options.cores[worker]
               ? fmt::format(",{}@{}", lcore_of(worker), *options.cores[worker])
               : fmt::format(",{}@{}", lcore_of(worker), everywhere);
  }
  return map;
}

std::vector<std::string> eal_arguments(const EalOptions& options,
                                       const std::vector<unsigned>& allowed) {
  std::vector<std::string> arguments = {"luytre-gateway",
                                        "--lcores",
                                        lcore_map(options, allowed),
                                        "--main-lcore",
                                        "0",
                                        "-m",
                                        fmt::format("{}", options.memory_mb),
                                        "--no-telemetry",
                                        "--log-level=warning"};
  // No files in /run or in a hugetlbfs: several gateways may run side by side, and a killed one
  // leaves nothing behind. --in-memory says so with huge pages, and cannot be said without them.
  if (options.pages == Pages::Normal) {
    arguments.insert(arguments.end(), {"--no-huge", "--no-shconf", "--file-prefix=luytre"});
  } else {
    arguments.emplace_back("--in-memory");
  }
  if (options.pci_devices.empty()) {
    arguments.insert(arguments.end(), {"--no-pci", "--iova-mode=va"});
  }
  for (const std::string& device : options.pci_devices) {
    arguments.insert(arguments.end(), {"-a", device});
  }
  arguments.insert(arguments.end(), options.arguments.begin(), options.arguments.end());
  return arguments;
}

Unexpected<Error> explain_failure(const EalOptions& options, int error) {
  switch (error) {
    case EACCES:
    case EPERM:
      return fail(ErrorCode::Permission,
                  "DPDK may not use what it needs here. Run the gateway as root, or with the "
                  "capabilities of its systemd unit.");
    case ENOMEM:
    case ENOSPC:
      return fail(ErrorCode::NoSpace,
                  fmt::format("DPDK cannot have {} MB of {}. {}", options.memory_mb,
                              options.pages == Pages::Huge ? "huge pages" : "memory",
                              options.pages == Pages::Huge
                                  ? "Reserve more of them (vm.nr_hugepages) or set "
                                    "eal.hugepages = false."
                                  : "Lower workers.max_collecting or raise the memory limit."));
    default:
      return fail(ErrorCode::System,
                  fmt::format("DPDK did not start ({}). Its own lines above say why; check [eal] "
                              "arguments.",
                              error == 0 ? "no reason given" : rte_strerror(error)));
  }
}

}  // namespace

Result<Eal> Eal::start(const EalOptions& options) {
  const std::vector<unsigned> allowed = allowed_cores();
  for (const std::optional<unsigned> core : options.cores) {
    if (core && std::ranges::find(allowed, *core) == allowed.end()) {
      return fail(ErrorCode::Invalid,
                  fmt::format("CPU {} is not one that this process may use ({}). Change "
                              "workers.cores or workers.distributor_core.",
                              *core, fmt::join(allowed, ", ")));
    }
  }
  // DPDK keeps pointers into argv for as long as the process lives.
  static std::vector<std::string> arguments;
  static std::vector<char*> argv;
  arguments = eal_arguments(options, allowed);
  argv.clear();
  for (std::string& argument : arguments) {
    argv.push_back(argument.data());
  }
  if (rte_eal_init(static_cast<int>(argv.size()), argv.data()) < 0) {
    return explain_failure(options, rte_errno);
  }
  return Eal();
}

Eal::Eal(Eal&& other) noexcept : owner_(std::exchange(other.owner_, false)) {}

Eal::~Eal() {
  if (owner_) {
    static_cast<void>(rte_eal_cleanup());  // nothing is left that could act on a failure
  }
}

Result<void> Eal::launch(unsigned worker, Loop loop, void* argument) {
  if (rte_eal_remote_launch(loop, argument, lcore_of(worker)) != 0) {
    return fail(ErrorCode::Busy, fmt::format("Worker {} runs already.", worker));
  }
  return {};
}

void Eal::wait(unsigned worker) noexcept {
  static_cast<void>(rte_eal_wait_lcore(lcore_of(worker)));  // the loops return nothing of interest
}

std::string Eal::version() { return rte_version(); }

}  // namespace luytre::port
