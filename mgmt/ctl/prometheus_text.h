// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace luytre::ctl {

// One sample of Prometheus' text format 0.0.4: luytre_packets_total{outcome="forwarded"} 12
struct Sample {
  std::string name;
  std::map<std::string, std::string> labels;
  std::string labels_text;  // as written, with its braces
  double value = 0;
};

// Comments, empty lines, time stamps and lines that are no samples are skipped.
[[nodiscard]] std::vector<Sample> parse_prometheus(std::string_view text);

// Value of the first sample of this name.
[[nodiscard]] std::optional<double> find_value(const std::vector<Sample>& samples,
                                               std::string_view name);

}  // namespace luytre::ctl
