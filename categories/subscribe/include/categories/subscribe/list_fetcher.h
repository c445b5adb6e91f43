// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>

namespace luytre::categories {

enum class FetchOutcome : std::uint8_t {
  Done,       // here it is
  Unchanged,  // the server says that it has nothing newer than `known`
  Absent,     // the server says that there is no such file
  Failed,     // the mirror did not give it
  NoRoom,     // this machine cannot write it
  Cancelled,
};

struct FetchReply {
  FetchOutcome outcome = FetchOutcome::Failed;
  std::string body = {};       // Done, of text()
  std::string tag = {};        // Done: to be given as `known` next time
  std::string problem = {};    // otherwise: a word for metrics, "timeout"
  std::string message = {};    // and a sentence that names the address
  std::uint64_t received = 0;  // octets over the network
};

// How a subscriber reaches its mirrors. Called by the thread of one list; several lists have several
// threads.
class ListFetcher {
 public:
  virtual ~ListFetcher() = default;
  // At most `most` octets, in memory.
  [[nodiscard]] virtual FetchReply text(const std::string& url, std::uint64_t most,
                                        const std::string& known, const std::stop_token& stop) = 0;
  // At most `most` octets, in `file`; a broken transfer goes on where it ended.
  [[nodiscard]] virtual FetchReply file(const std::string& url, std::uint64_t most,
                                        const std::filesystem::path& file,
                                        const std::stop_token& stop) = 0;
};

}  // namespace luytre::categories
