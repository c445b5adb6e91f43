// SPDX-License-Identifier: Apache-2.0
#include "net/fetch/fetcher.h"

#include <array>
#include <optional>
#include <string>
#include <utility>

#include "part_file.h"
#include "transfer.h"

namespace luytre::net {
namespace {

constexpr std::array<std::string_view, kFetchProblemCount> kWords = {
    "bad_url", "unreachable", "timeout",   "tls",       "redirect", "not_found",
    "status",  "empty",       "too_large", "truncated", "disk",     "cancelled"};

constexpr long kRangeNotSatisfiable = 416;
constexpr long kNotModified = 304;

FetchError disk_error(const Error& error, std::uint64_t received) {
  return {FetchProblem::Disk, error.message, received};
}

bool may_fetch(const std::string& url, const FetchOptions& options) {
  return url.starts_with("http://") || url.starts_with("https://") ||
         (options.may_read_files && url.starts_with("file://"));
}

FetchError bad_url(const std::string& url) {
  return {FetchProblem::BadUrl,
          "\"" + url + "\" is not an address that may be fetched; use http:// or https://.", 0};
}

// A 304 that nobody asked for says nothing.
std::optional<FetchResult> not_modified(const TransferResult& done, const FetchRequest& request) {
  if (done.error || done.head.status != kNotModified) {
    return std::nullopt;
  }
  if (request.known.empty()) {
    return FetchError{FetchProblem::Status, request.url + " answers with HTTP status 304.", 0};
  }
  return NotModified{};
}

// One try; nothing: the part that is there cannot be gone on with, and was removed.
std::optional<FetchResult> fetch_part(const FetchRequest& request, PartFile& part,
                                      const FetchOptions& options, const std::stop_token& stop) {
  Result<void> disk;
  bool stale = false;
  const std::uint64_t resume_from = request.url.starts_with("http") ? part.size() : 0;
  const Transfer transfer{.request = request,
                          .resume_from = resume_from,
                          .resume_validators = part.validators(),
                          .begin = [&](const ResponseHead& head) -> std::optional<std::uint64_t> {
                            if (head.status == 206) {
                              stale = resume_from == 0 || head.range_begin != resume_from;
                              return stale ? std::nullopt : std::optional(resume_from);
                            }
                            disk = part.restart(head.validators);
                            return disk ? std::optional<std::uint64_t>(0) : std::nullopt;
                          },
                          .sink =
                              [&](std::string_view octets) {
                                disk = part.append(octets);
                                return disk.has_value();
                              }};
  const TransferResult done = run(transfer, options, stop);
  if (!disk) {
    part.remove();  // so that what is in force has the room
    return disk_error(disk.error(), done.received);
  }
  if (stale || (resume_from != 0 && done.error && done.head.status == kRangeNotSatisfiable)) {
    part.remove();
    return std::nullopt;
  }
  if (auto unchanged = not_modified(done, request)) {
    return unchanged;
  }
  if (done.error) {
    if (done.error->problem == FetchProblem::TooLarge ||
        done.error->problem == FetchProblem::Empty) {
      part.remove();
    }
    return *done.error;
  }
  if (auto finished = part.finish(); !finished) {
    return disk_error(finished.error(), done.received);
  }
  return Fetched{.validators = done.head.validators,
                 .body = {},
                 .size = part.size(),
                 .received = done.received};
}

}  // namespace

std::string_view word(FetchProblem problem) noexcept {
  return kWords[static_cast<std::size_t>(problem)];
}

Fetcher::Fetcher(FetchOptions options) : options_(std::move(options)) {}

FetchResult Fetcher::fetch_text(const FetchRequest& request, const std::stop_token& stop) const {
  if (!may_fetch(request.url, options_)) {
    return bad_url(request.url);
  }
  std::string body;
  const Transfer transfer{
      .request = request,
      .begin = [](const ResponseHead&) { return std::optional<std::uint64_t>(0); },
      .sink =
          [&body](std::string_view octets) {
            body.append(octets);
            return true;
          }};
  const TransferResult done = run(transfer, options_, stop);
  if (auto unchanged = not_modified(done, request)) {
    return *unchanged;
  }
  if (done.error) {
    return *done.error;
  }
  const std::uint64_t size = body.size();
  return Fetched{.validators = done.head.validators,
                 .body = std::move(body),
                 .size = size,
                 .received = done.received};
}

FetchResult Fetcher::fetch_file(const FetchRequest& request, const std::filesystem::path& file,
                                const std::stop_token& stop) const {
  if (!may_fetch(request.url, options_)) {
    return bad_url(request.url);
  }
  for (int attempt = 0; attempt < 2; ++attempt) {
    PartFile part(file);
    if (auto opened = part.open(); !opened) {
      return disk_error(opened.error(), 0);
    }
    if (auto result = fetch_part(request, part, options_, stop)) {
      return *std::move(result);
    }
  }
  return FetchError{FetchProblem::Status, request.url + " does not send what it is asked for.", 0};
}

}  // namespace luytre::net
