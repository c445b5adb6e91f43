// SPDX-License-Identifier: Apache-2.0
#include "categories/authority/audit_log.h"

#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <system_error>

#include "categories/native/utc_time.h"
#include "categories/signed/digest.h"
#include "files.h"
#include "strict_json.h"

namespace luytre::categories {
namespace {

using Json = nlohmann::ordered_json;

struct Chain {
  std::uint64_t lines = 0;
  Sha256 last{};            // of the last line
  std::uintmax_t size = 0;  // of the whole lines
  bool torn = false;        // a line without its end follows: a crash while it was written
};

// Checks the whole chain; 100 lines a day for 10 years are read in a second or two.
Result<Chain> walk(const std::filesystem::path& file) {
  Chain chain;
  std::ifstream in(file, std::ios::binary);
  std::string line;
  while (std::getline(in, line)) {
    if (in.eof()) {
      chain.torn = true;
      break;
    }
    const auto json = parse_strict_json(line);
    std::string problem = json ? "" : json.error();
    if (json) {
      JsonFields fields(*json, problem);
      const std::uint64_t number = fields.number("number");
      if (fields.hash("previous") != chain.last || number != chain.lines + 1) {
        problem = "it does not follow from the line before it";
      }
    }
    if (!problem.empty()) {
      return fail(ErrorCode::Corrupt,
                  fmt::format("{}:{} was changed: {}. Compare with a copy of the log",
                              file.string(), chain.lines + 1, problem));
    }
    ++chain.lines;
    chain.last = sha256(line);
    chain.size += line.size() + 1;
  }
  return chain;
}

}  // namespace

Result<void> AuditLog::append(const Act& act, const std::string& what, const std::string& about,
                              const Details& details) {
  const auto chain = walk(file_);
  if (!chain) {
    return Unexpected<Error>(chain.error());
  }
  if (chain->torn) {
    std::error_code error;
    std::filesystem::resize_file(file_, chain->size, error);
    if (error) {
      return fail(ErrorCode::System,
                  fmt::format("Cannot repair the end of {}: {}", file_.string(), error.message()));
    }
  }
  Json line = {{"number", chain->lines + 1},
               {"at", utc_time_text(act.at)},
               {"who", act.who},
               {"what", what},
               {"about", about},
               {"reason", act.reason}};
  for (const auto& [name, value] : details) {
    line["details"][name] = value;
  }
  line["previous"] = hex(chain->last);
  return files::append(file_, line.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
}

Result<std::uint64_t> AuditLog::verify() const {
  const auto chain = walk(file_);
  if (!chain) {
    return Unexpected<Error>(chain.error());
  }
  if (chain->torn) {
    return fail(ErrorCode::Corrupt, fmt::format("{}:{} has no end: its writer was interrupted",
                                                file_.string(), chain->lines + 1));
  }
  return chain->lines;
}

}  // namespace luytre::categories
