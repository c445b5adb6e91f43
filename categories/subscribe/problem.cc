// SPDX-License-Identifier: Apache-2.0
#include "problem.h"

#include <fmt/format.h>

namespace luytre::categories {

Unexpected<Problem> problem(const Refused& refused, std::string_view what) {
  return Unexpected(
      Problem{.fault = refused.reason == Refusal::LocalFault ? Fault::Here : Fault::Mirror,
              .reason = std::string(refusal_word(refused.reason)),
              .message = fmt::format("{} ({}).", refused.message, what)});
}

Unexpected<Problem> problem(const FetchReply& reply) {
  const Fault fault = reply.outcome == FetchOutcome::Cancelled ? Fault::Cancelled
                      : reply.outcome == FetchOutcome::NoRoom  ? Fault::Here
                                                               : Fault::Mirror;
  return Unexpected(Problem{.fault = fault, .reason = reply.problem, .message = reply.message});
}

Unexpected<Problem> problem(const Error& error) {
  std::string_view reason = "store";
  if (error.code == ErrorCode::NoSpace) {
    reason = "disk";
  }
  const std::string_view end = error.message.ends_with('.') ? "" : ".";
  return Unexpected(Problem{.fault = Fault::Here,
                            .reason = std::string(reason),
                            .message = fmt::format("{}{}", error.message, end)});
}

}  // namespace luytre::categories
