// SPDX-License-Identifier: Apache-2.0
#include "web_fetcher.h"

#include <utility>
#include <variant>

namespace luytre::mgmt {
namespace {

using categories::FetchOutcome;
using categories::FetchReply;
using net::FetchProblem;
using net::Validators;

// A tag is both validators, one a line; neither has a line feed in it.
std::string tag_of(const Validators& validators) {
  return validators.empty() ? std::string() : validators.etag + '\n' + validators.last_modified;
}

Validators validators_of(const std::string& tag) {
  const std::size_t end = tag.find('\n');
  return end == std::string::npos
             ? Validators{}
             : Validators{.etag = tag.substr(0, end), .last_modified = tag.substr(end + 1)};
}

FetchOutcome outcome_of(FetchProblem problem) noexcept {
  switch (problem) {
    case FetchProblem::NotFound:
      return FetchOutcome::Absent;
    case FetchProblem::Disk:
      return FetchOutcome::NoRoom;
    case FetchProblem::Cancelled:
      return FetchOutcome::Cancelled;
    default:
      return FetchOutcome::Failed;
  }
}

FetchReply reply_of(net::FetchResult result) {
  FetchReply reply;
  if (auto* fetched = std::get_if<net::Fetched>(&result)) {
    reply.outcome = FetchOutcome::Done;
    reply.body = std::move(fetched->body);
    reply.tag = tag_of(fetched->validators);
    reply.received = fetched->received;
  } else if (auto* error = std::get_if<net::FetchError>(&result)) {
    reply.outcome = outcome_of(error->problem);
    reply.problem = net::word(error->problem);
    reply.message = std::move(error->message);
    reply.received = error->received;
  } else {
    reply.outcome = FetchOutcome::Unchanged;
  }
  return reply;
}

}  // namespace

FetchReply WebFetcher::text(const std::string& url, std::uint64_t most, const std::string& known,
                            const std::stop_token& stop) {
  return reply_of(
      fetcher_.fetch_text({.url = url, .max_bytes = most, .known = validators_of(known)}, stop));
}

FetchReply WebFetcher::file(const std::string& url, std::uint64_t most,
                            const std::filesystem::path& file, const std::stop_token& stop) {
  return reply_of(fetcher_.fetch_file({.url = url, .max_bytes = most}, file, stop));
}

}  // namespace luytre::mgmt
