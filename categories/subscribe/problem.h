// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/expected.h"
#include "categories/signed/refusal.h"
#include "categories/subscribe/list_fetcher.h"

namespace luytre::categories {

// Who can do something about it, and so what is tried next.
enum class Fault : std::uint8_t {
  Mirror,     // another mirror may do better
  Issuer,     // every mirror would give the same
  Here,       // this machine's disk or database; the same mirror again, later
  Cancelled,  // we are asked to end
};

struct Problem {
  Fault fault = Fault::Mirror;
  std::string reason;   // a word for metrics
  std::string message;  // for people, with its full stop
};

template <typename T>
using Tried = Expected<T, Problem>;

// `what` names the file that was refused.
[[nodiscard]] Unexpected<Problem> problem(const Refused& refused, std::string_view what);
[[nodiscard]] Unexpected<Problem> problem(const FetchReply& reply);
[[nodiscard]] Unexpected<Problem> problem(const Error& error);

}  // namespace luytre::categories
