// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <stop_token>

#include "net/fetch/fetch.h"

namespace luytre::net {

// Bounded downloads with libcurl. At most three redirects, never from https to http, never to
// another scheme; certificates are always verified. Nothing is sent but the request itself: no
// cookies, no credentials, no referrer.
// Threads: any number at once. A request of `stop` ends a transfer at once (Cancelled).
class Fetcher {
 public:
  explicit Fetcher(FetchOptions options);

  // The body in memory.
  [[nodiscard]] FetchResult fetch_text(const FetchRequest& request,
                                       const std::stop_token& stop = {}) const;

  // The body in `file`, which takes its name only when it is complete. What came before a
  // connection broke stays in <file>.part (with <file>.part.validators beside it) and the next call
  // asks for the rest only, if the server still has the same version (RFC 9110 §13.1.5, If-Range).
  [[nodiscard]] FetchResult fetch_file(const FetchRequest& request,
                                       const std::filesystem::path& file,
                                       const std::stop_token& stop = {}) const;

 private:
  FetchOptions options_;
};

}  // namespace luytre::net
