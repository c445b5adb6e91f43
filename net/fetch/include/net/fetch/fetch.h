// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <variant>

namespace luytre::net {

// What a server said about the version that it sent (RFC 9110 §8.8); sent back with the next request.
struct Validators {
  std::string etag;           // with its quotes
  std::string last_modified;  // as the server wrote it

  [[nodiscard]] bool empty() const noexcept { return etag.empty() && last_modified.empty(); }
  friend bool operator==(const Validators&, const Validators&) = default;
};

struct FetchRequest {
  std::string url;  // http://, https:// or, if the fetcher may read files, file://
  // The body is refused as soon as it is longer, before it is written.
  std::uint64_t max_bytes = 0;
  // Of the copy that the caller has; the answer may then be NotModified.
  Validators known = {};
};

// Why there is nothing.
enum class FetchProblem : std::uint8_t {
  BadUrl,       // not an address that this fetcher may read
  Unreachable,  // no such host, nobody listens, the connection broke before the answer began
  Timeout,      // connecting, a trickle, or all of it took too long
  Tls,          // the server's certificate is not what it has to be
  Redirect,     // too many, or from https to http
  NotFound,     // HTTP 404 or 410
  Status,       // any other HTTP status than 200, 206 and 304
  Empty,        // HTTP 200 with nothing
  TooLarge,     // longer than the request allows
  Truncated,    // the connection broke inside the body; what came is kept for the next try
  Disk,         // the file cannot be written
  Cancelled,    // the caller asked to stop
};
inline constexpr std::size_t kFetchProblemCount = 12;
// A word for programs: "not_found".
[[nodiscard]] std::string_view word(FetchProblem problem) noexcept;

struct FetchError {
  FetchProblem problem = FetchProblem::Unreachable;
  std::string message;         // a sentence for people; names the address
  std::uint64_t received = 0;  // octets of body that came over the network
};

struct NotModified {};

struct Fetched {
  Validators validators;
  std::string body;            // of fetch_text()
  std::uint64_t size = 0;      // of the whole body
  std::uint64_t received = 0;  // octets that came over the network; less than size if resumed
};

using FetchResult = std::variant<Fetched, NotModified, FetchError>;

struct FetchOptions {
  std::chrono::milliseconds connect_timeout{10'000};
  // Ends a transfer that brings less than low_speed_bytes a second for this long.
  std::chrono::seconds low_speed_time{20};
  std::uint32_t low_speed_bytes = 512;
  std::chrono::milliseconds total_timeout{15 * 60'000};
  // "http://proxy.example:3128"; empty: none, whatever the environment says.
  std::string proxy;
  // Certificates that servers' certificates must come from; empty: the system's.
  std::filesystem::path ca_file;
  bool may_read_files = false;
};

}  // namespace luytre::net
