// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>

#include "categories/signed/list_manifest.h"
#include "problem.h"

namespace luytre::categories {

// One mirror during one poll.
struct MirrorAccess {
  ListFetcher& fetcher;
  const std::string& base;  // ends with "/"
  const std::stop_token& stop;
  std::uint64_t& received;
  // What was not taken although the poll goes on.
  std::function<void(const Problem& problem)> passed_over;

  [[nodiscard]] FetchReply text(const std::string& path, std::uint64_t most,
                                const std::string& known = {}) const {
    FetchReply reply = fetcher.text(base + path, most, known, stop);
    received += reply.received;
    return reply;
  }
  [[nodiscard]] FetchReply file(const FileInfo& info, const std::filesystem::path& file) const {
    FetchReply reply = fetcher.file(base + info.path, info.size, file, stop);
    received += reply.received;
    return reply;
  }
};

}  // namespace luytre::categories
