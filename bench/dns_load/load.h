// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"
#include "common/latencies.h"
#include "datagrams.h"

namespace luytre::bench {

// How a question must be answered: refused, answered, or either (its list changes meanwhile).
enum class Expected : std::uint8_t { NameError, NoError, Either };

struct LoadQuestion {
  std::vector<std::uint8_t> query;
  Expected expected = Expected::NoError;
};

// Lines of "name nx", "name ok" or "name any".
[[nodiscard]] Result<std::vector<LoadQuestion>> read_questions(const std::filesystem::path& file);

struct LoadOptions {
  double rate = 0;  // queries a second, due whether or not answers come; 0: as `window` says
  std::uint32_t window = 256;  // without a rate: queries under way at a time
  std::chrono::milliseconds duration{10'000};
  std::filesystem::path stop_file;  // ends the run as soon as it exists
};

struct LoadReport {
  std::uint64_t sent = 0;
  std::uint64_t name_errors = 0;
  std::uint64_t no_errors = 0;
  std::uint64_t wrong = 0;               // other than expected: counted in the two above as well
  std::uint64_t strange = 0;             // no answer to anything that is under way
  std::uint64_t lost = 0;                // no answer within a second
  std::vector<std::string> wrong_names;  // the first few, for whoever has to find out why
  double seconds = 0;
  Latencies latencies;  // from when a query is due
};

// Asks the questions in turn, over and over.
[[nodiscard]] LoadReport run_load(Datagrams& socket, const std::vector<LoadQuestion>& questions,
                                  const LoadOptions& options);

}  // namespace luytre::bench
