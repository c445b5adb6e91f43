// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "net/fetch/fetch.h"

namespace luytre::net {

// What the server said before the body.
struct ResponseHead {
  long status = 0;  // of the last response; 0: it was no HTTP
  Validators validators;
  // Of a 206: the first octet that it brings, and how many there are in all.
  std::optional<std::uint64_t> range_begin;
  std::optional<std::uint64_t> range_total;
};

// One request over the network, with a body that goes to a sink as it comes.
struct Transfer {
  const FetchRequest& request;
  // If not 0, only what follows; with the validators of the part that is there (If-Range).
  std::uint64_t resume_from = 0;
  Validators resume_validators = {};
  // Called once, before the first octet of a body: where the sink's count has to begin, or nothing
  // to refuse the answer. Then sink() gets the octets. False ends the transfer (Disk).
  std::function<std::optional<std::uint64_t>(const ResponseHead&)> begin;
  std::function<bool(std::string_view octets)> sink;
};

struct TransferResult {
  std::optional<FetchError> error;
  ResponseHead head;
  std::uint64_t received = 0;
};

[[nodiscard]] TransferResult run(const Transfer& transfer, const FetchOptions& options,
                                 const std::stop_token& stop);

}  // namespace luytre::net
