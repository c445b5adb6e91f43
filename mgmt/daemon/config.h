// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "base/expected.h"
#include "categories/subscribe/subscription.h"
#include "net/daemon/log.h"
#include "net/fetch/fetch.h"

namespace luytre::mgmt {

// mgmt.toml, understood. deploy/mgmt.toml.example explains every key.
struct Config {
  std::filesystem::path data_dir = "/var/lib/luytre";
  std::filesystem::path share_dir = "/usr/share/luytre";
  std::string node_id;  // empty: the machine's own

  std::string metrics_listen = "127.0.0.1:9478";
  net::FetchOptions fetch;

  // When changes that an overlay shows already are compiled into an index.
  std::chrono::seconds compile_after{600};
  std::size_t compile_after_names = 5'000;

  std::vector<categories::Subscription> lists;
  net::LogLevel log_level = net::LogLevel::Info;

  // Reads and checks everything before anything starts. The complaints are complete sentences, one
  // for each thing that is wrong, with file and line.
  [[nodiscard]] static Expected<Config, std::vector<std::string>> load(
      const std::filesystem::path& file);
};

}  // namespace luytre::mgmt
