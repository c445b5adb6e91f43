// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "categories/subscribe/list_fetcher.h"
#include "net/fetch/fetcher.h"

namespace luytre::mgmt {

// Subscribers reach their mirrors through net/fetch.
class WebFetcher final : public categories::ListFetcher {
 public:
  explicit WebFetcher(const net::FetchOptions& options) : fetcher_(options) {}

  [[nodiscard]] categories::FetchReply text(const std::string& url, std::uint64_t most,
                                            const std::string& known,
                                            const std::stop_token& stop) override;
  [[nodiscard]] categories::FetchReply file(const std::string& url, std::uint64_t most,
                                            const std::filesystem::path& file,
                                            const std::stop_token& stop) override;

 private:
  net::Fetcher fetcher_;
};

}  // namespace luytre::mgmt
