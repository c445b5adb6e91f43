// SPDX-License-Identifier: Apache-2.0
#include "config.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <string_view>
#include <utility>

#include "net/daemon/config_reader.h"

namespace luytre::gateway {
namespace {

using dataplane::FailMode;
using dataplane::FragmentMode;
using dataplane::QuicUnknown;
using net::ConfigPlace;
using net::ConfigReader;
using net::LogLevel;
using port::Driver;

constexpr std::string_view kTop[] = {"data_dir", "share_dir", "status_page", "ports",
                                     "workers",  "metrics",   "eal",         "log"};
constexpr std::string_view kPorts[] = {"subscriber", "internet", "driver", "mtu"};
constexpr std::string_view kWorkers[] = {"count",
                                         "cores",
                                         "spread",
                                         "distributor_core",
                                         "max_flows",
                                         "max_collecting",
                                         "max_collect_bytes",
                                         "hold_timeout_ms",
                                         "flow_idle_timeout_s",
                                         "fail_mode",
                                         "malformed",
                                         "fragments",
                                         "quic_unknown",
                                         "tunnels",
                                         "idle"};
constexpr std::string_view kMetrics[] = {"listen"};
constexpr std::string_view kEal[] = {"memory_mb", "hugepages", "arguments"};
constexpr std::string_view kLog[] = {"level"};

constexpr std::pair<std::string_view, Driver> kDrivers[] = {{"af_packet", Driver::AfPacket},
                                                            {"af_xdp", Driver::AfXdp},
                                                            {"pci", Driver::Pci},
                                                            {"vdev", Driver::Vdev}};
constexpr std::pair<std::string_view, FailMode> kFailModes[] = {{"open", FailMode::Open},
                                                                {"closed", FailMode::Closed}};
constexpr std::pair<std::string_view, bool> kForwardOrDrop[] = {{"forward", false}, {"drop", true}};
constexpr std::pair<std::string_view, QuicUnknown> kQuicUnknown[] = {
    {"refuse", QuicUnknown::Refuse}, {"forward", QuicUnknown::Forward}};
constexpr std::pair<std::string_view, FragmentMode> kFragmentModes[] = {
    {"reassemble", FragmentMode::Reassemble},
    {"drop", FragmentMode::Drop},
    {"pass", FragmentMode::Pass}};
constexpr std::pair<std::string_view, SpreadChoice> kSpreads[] = {
    {"auto", SpreadChoice::Auto},
    {"device", SpreadChoice::Device},
    {"distributor", SpreadChoice::Distributor}};
constexpr std::pair<std::string_view, Idle> kIdle[] = {{"sleep", Idle::Sleep},
                                                       {"busy", Idle::Busy}};
constexpr std::pair<std::string_view, LogLevel> kLevels[] = {{"debug", LogLevel::Debug},
                                                             {"info", LogLevel::Info},
                                                             {"warning", LogLevel::Warning},
                                                             {"error", LogLevel::Error}};

bool is_url(std::string_view text) noexcept {
  const bool has_scheme = text.starts_with("http://") || text.starts_with("https://");
  // It is written into an HTTP header as it stands: nothing that could end the header or the URL.
  return has_scheme && text.size() <= 200 && std::ranges::all_of(text, [](char letter) {
           return letter > ' ' && letter < '\x7f' && letter != '"' && letter != '<' &&
                  letter != '>';
         });
}

// "0000:01:00.0": domain, bus, device, function.
bool is_pci_address(std::string_view text) noexcept {
  constexpr std::string_view kShape = "xxxx:xx:xx.x";
  return text.size() == kShape.size() &&
         std::ranges::equal(text, kShape, [](char letter, char shape) {
           return shape == 'x'
                      ? (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'f')
                      : letter == shape;
         });
}

// As the kernel has it (dev_valid_name), less the comma, which DPDK's arguments are made of.
bool is_interface_name(std::string_view text) noexcept {
  return !text.empty() && text.size() < 16 && text != "." && text != ".." &&
         std::ranges::all_of(text, [](char letter) {
           return letter > ' ' && letter < '\x7f' && letter != '/' && letter != ':' &&
                  letter != ',';
         });
}

bool fits_driver(Driver driver, std::string_view device) noexcept {
  switch (driver) {
    case Driver::AfPacket:
    case Driver::AfXdp:
      return is_interface_name(device);
    case Driver::Pci:
      return is_pci_address(device);
    case Driver::Vdev:
      return device.starts_with("net_") && device.find(' ') == std::string_view::npos;
  }
  return false;
}

std::string_view wanted_by(Driver driver) noexcept {
  switch (driver) {
    case Driver::AfPacket:
    case Driver::AfXdp:
      return "the name of a network interface, such as \"eth1\"";
    case Driver::Pci:
      return "a PCI address, such as \"0000:01:00.0\"";
    case Driver::Vdev:
      return "a virtual device of DPDK, such as \"net_ring0\"";
  }
  return "";
}

void read_top(ConfigReader& reader, Config& config) {
  reader.enter("", kTop);
  for (const auto& [key, directory] :
       {std::pair<std::string_view, std::filesystem::path&>{"data_dir", config.data_dir},
        {"share_dir", config.share_dir}}) {
    std::string text = directory.string();
    const ConfigPlace node = reader.text(key, text);
    if (text.empty()) {
      reader.complain(node, fmt::format("{} is empty; name a directory", key));
    }
    directory = text;
  }
  const ConfigPlace node = reader.text("status_page", config.worker.status_page);
  if (node && !is_url(config.worker.status_page)) {
    reader.complain(node,
                    "status_page is not an address that a browser can be sent to; use one "
                    "like \"http://status.example/\", up to 200 characters without spaces");
  }
}

void read_device(ConfigReader& reader, std::string_view key, Driver driver, std::string& device) {
  const ConfigPlace node = reader.text(key, device);
  if (node && !fits_driver(driver, device)) {
    reader.complain(node, fmt::format("{} is \"{}\"; with this driver it is {}", reader.path(key),
                                      device, wanted_by(driver)));
  }
}

void read_ports(ConfigReader& reader, Config& config) {
  const ConfigPlace ports = reader.enter("ports", kPorts);
  reader.choice<Driver>("driver", kDrivers, config.driver);
  read_device(reader, "subscriber", config.driver, config.subscriber);
  read_device(reader, "internet", config.driver, config.internet);
  if (!ports) {
    reader.complain({},
                    "there is no [ports] section; name the subscriber's and the internet's "
                    "interface in it");
    return;
  }
  for (const std::string_view key : {"subscriber", "internet"}) {
    if (!reader.place(key)) {
      reader.complain(ports,
                      fmt::format("[ports] has no {}; name the interface on that side", key));
    }
  }
  const std::string_view first(config.subscriber);
  const std::string_view second(config.internet);
  if (!first.empty() && first.substr(0, first.find(',')) == second.substr(0, second.find(','))) {
    reader.complain(reader.place("internet"),
                    "ports.internet is the same as ports.subscriber; a gateway stands between "
                    "two of them");
  }
  std::int64_t mtu = config.mtu;
  // Up: a packet buffer has a 16-bit length, and a frame and its ring slot must fit it.
  reader.number("mtu", 1280, 9600, mtu);
  config.mtu = static_cast<std::uint16_t>(mtu);
}

void check_cores(ConfigReader& reader, ConfigPlace cores, const Config& config) {
  if (!cores || config.cores.empty()) {
    return;
  }
  if (config.cores.size() != config.workers) {
    reader.complain(cores, fmt::format("workers.cores names {} and workers.count is {}; name one "
                                       "for each worker, or none",
                                       config.cores.size(), config.workers));
  }
  if (std::set(config.cores.begin(), config.cores.end()).size() != config.cores.size()) {
    reader.complain(cores, "workers.cores names a core twice; each worker needs its own");
  }
}

void read_distributor_core(ConfigReader& reader, Config& config) {
  std::int64_t core = 0;
  const ConfigPlace node = reader.number("distributor_core", 0, 1023, core);
  if (!node) {
    return;
  }
  config.distributor_core = static_cast<unsigned>(core);
  if (std::ranges::find(config.cores, *config.distributor_core) != config.cores.end()) {
    reader.complain(node,
                    "workers.distributor_core is one of workers.cores; the distributor needs a "
                    "core of its own");
  }
}

void read_spread(ConfigReader& reader, Config& config) {
  const ConfigPlace node = reader.choice<SpreadChoice>("spread", kSpreads, config.spread);
  if (config.workers > 1 && config.spread == SpreadChoice::Device &&
      (config.driver == Driver::AfXdp || config.driver == Driver::Vdev)) {
    reader.complain(node,
                    "workers.spread is \"device\", and this driver cannot bring both directions of "
                    "a connection to the same worker; use \"distributor\", or workers.count = 1");
  }
  read_distributor_core(reader, config);
}

void read_worker_threads(ConfigReader& reader, Config& config) {
  std::int64_t count = config.workers;
  reader.number("count", 1, 64, count);
  config.workers = static_cast<unsigned>(count);
  std::vector<std::int64_t> cores;
  const ConfigPlace cores_node = reader.numbers("cores", 0, 1023, cores);
  std::ranges::transform(cores, std::back_inserter(config.cores),
                         [](std::int64_t core) { return static_cast<unsigned>(core); });
  check_cores(reader, cores_node, config);
  read_spread(reader, config);
  reader.choice<Idle>("idle", kIdle, config.idle);
}

void read_worker_bounds(ConfigReader& reader, dataplane::WorkerOptions& worker) {
  std::int64_t flows = worker.max_flows;
  std::int64_t collecting = worker.max_collecting;
  std::int64_t bytes = worker.max_collect_bytes;
  std::int64_t hold_ms = worker.hold_timeout.count();
  std::int64_t idle_s = worker.flow_idle_timeout.count();
  reader.number("max_flows", 1024, std::int64_t{1} << 26, flows);
  reader.number("max_collecting", 16, 65536, collecting);
  // Down: a ClientHello of today's browsers has 2 KB. Up: what a client may send into a window that
  // is not scaled.
  reader.number("max_collect_bytes", 4096, 65536, bytes);
  reader.number("hold_timeout_ms", 10, 10000, hold_ms);
  reader.number("flow_idle_timeout_s", 10, 86400, idle_s);
  worker.max_flows = static_cast<std::uint32_t>(flows);
  worker.max_collecting = static_cast<std::uint32_t>(collecting);
  worker.max_collect_bytes = static_cast<std::uint32_t>(bytes);
  worker.hold_timeout = std::chrono::milliseconds(hold_ms);
  worker.flow_idle_timeout = std::chrono::seconds(idle_s);
}

// Those that are named, and no others; an empty list is none.
void read_tunnels(ConfigReader& reader, dataplane::WorkerOptions& worker) {
  using dataplane::kTunnelWords;
  std::vector<std::string> words;
  const ConfigPlace node = reader.texts("tunnels", words);
  if (!node) {
    return;
  }
  worker.tunnels = dataplane::Tunnels::none();
  for (const std::string& word : words) {
    const auto* const at = std::ranges::find(kTunnelWords, word);
    if (at == kTunnelWords.end()) {
      reader.complain(node, fmt::format("workers.tunnels has \"{}\"; use some of {}", word,
                                        fmt::join(kTunnelWords, ", ")));
    } else {
      worker.tunnels =
          worker.tunnels.with(static_cast<dataplane::Tunnel>(at - kTunnelWords.begin()));
    }
  }
}

void read_workers(ConfigReader& reader, Config& config) {
  reader.enter("workers", kWorkers);
  read_worker_threads(reader, config);
  read_worker_bounds(reader, config.worker);
  reader.choice<FailMode>("fail_mode", kFailModes, config.worker.fail_mode);
  reader.choice<bool>("malformed", kForwardOrDrop, config.worker.drop_malformed);
  reader.choice<QuicUnknown>("quic_unknown", kQuicUnknown, config.worker.quic_unknown);
  reader.choice<FragmentMode>("fragments", kFragmentModes, config.worker.fragments);
  read_tunnels(reader, config.worker);
}

void read_metrics(ConfigReader& reader, Config& config) {
  reader.enter("metrics", kMetrics);
  reader.listen_address("listen", config.metrics_listen);
}

void read_eal(ConfigReader& reader, Config& config) {
  reader.enter("eal", kEal);
  bool hugepages = false;
  reader.flag("hugepages", hugepages);
  config.pages = hugepages ? port::Pages::Huge : port::Pages::Normal;
  reader.texts("arguments", config.eal_arguments);
  std::int64_t memory_mb = 0;
  const ConfigPlace node = reader.number("memory_mb", 0, 1 << 20, memory_mb);
  config.memory_mb = static_cast<std::size_t>(memory_mb);
  if (memory_mb != 0 && config.memory_mb < config.required_memory_mb()) {
    reader.complain(
        node, fmt::format("eal.memory_mb is {}, and the packet buffers of {} {} need "
                          "{}; leave the key out, or lower workers.max_collecting",
                          memory_mb, config.workers, config.workers == 1 ? "worker" : "workers",
                          config.required_memory_mb()));
  }
}

}  // namespace

Expected<Config, std::vector<std::string>> Config::load(const std::filesystem::path& file) {
  auto opened = ConfigReader::open(file, "gateway.toml.example");
  if (!opened) {
    return Unexpected(std::move(opened.error()));
  }
  ConfigReader& reader = *opened;
  Config config;
  read_top(reader, config);
  read_ports(reader, config);
  read_workers(reader, config);
  read_metrics(reader, config);
  read_eal(reader, config);
  reader.enter("log", kLog);
  reader.choice<LogLevel>("level", kLevels, config.log_level);
  if (!reader.complaints().empty()) {
    return Unexpected(reader.complaints());
  }
  return config;
}

}  // namespace luytre::gateway
