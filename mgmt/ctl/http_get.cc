// SPDX-License-Identifier: Apache-2.0
#include "http_get.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <cstddef>
#include <memory>

namespace luytre::ctl {
namespace {

constexpr std::size_t kMaxBodyBytes = std::size_t{4} << 20U;

std::size_t collect(char* bytes, std::size_t /*always_one*/, std::size_t size, void* context) {
  auto& body = *static_cast<std::string*>(context);
  if (body.size() + size > kMaxBodyBytes) {
    return 0;  // libcurl then fails with CURLE_WRITE_ERROR
  }
  body.append(bytes, size);
  return size;
}

}  // namespace

Result<std::string> http_get(const std::string& url) {
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> handle(curl_easy_init(),
                                                                   &curl_easy_cleanup);
  if (handle == nullptr) {
    return fail(ErrorCode::System, "Cannot start libcurl.");
  }
  std::string body;
  curl_easy_setopt(handle.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(handle.get(), CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle.get(), CURLOPT_PROXY, "");
  curl_easy_setopt(handle.get(), CURLOPT_TIMEOUT_MS, 5000L);
  curl_easy_setopt(handle.get(), CURLOPT_WRITEFUNCTION, &collect);
  curl_easy_setopt(handle.get(), CURLOPT_WRITEDATA, &body);
  if (const CURLcode code = curl_easy_perform(handle.get()); code != CURLE_OK) {
    return fail(ErrorCode::System, fmt::format("Cannot read {}: {}. Is the gateway running?", url,
                                               curl_easy_strerror(code)));
  }
  long status = 0;
  curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
  if (status != 200) {
    return fail(ErrorCode::Invalid,
                fmt::format("{} answers with HTTP status {}; say where the gateway's figures are: "
                            "--metrics URL.",
                            url, status));
  }
  return body;
}

}  // namespace luytre::ctl
