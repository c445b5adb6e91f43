// SPDX-License-Identifier: Apache-2.0
// parse_query, and the answer that the gateway would write in place.
#include <algorithm>
#include <array>
#include <cstdlib>

#include "dns/wire/refusal.h"

namespace {

using luytre::dns::QueryForm;
using luytre::dns::Rcode;
using luytre::dns::Refusal;

Refusal refusal_of(QueryForm form) {
  if (form == QueryForm::Question) {
    return luytre::dns::refusal_for({.action = luytre::policy::Action::Block});
  }
  return Refusal{.rcode = form == QueryForm::FormatError ? Rcode::FormErr : Rcode::NotImp};
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's entry point.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  luytre::dns::Query query;
  if (luytre::dns::parse_query({bytes, size}, query) == QueryForm::NotDns) {
    return 0;
  }
  std::array<std::uint8_t, 65536> datagram{};
  std::copy_n(bytes, std::min(size, datagram.size()), datagram.begin());
  const std::span message = std::span(datagram).first(std::min(size, datagram.size()));
  const QueryForm form = luytre::dns::parse_query(message, query);
  const std::size_t answer = luytre::dns::write_refusal(query, refusal_of(form), datagram);
  luytre::dns::Query echo;
  const bool fits = answer >= 12 && answer <= luytre::dns::kMaxRefusalBytes;
  if (!fits ||
      luytre::dns::parse_query(std::span(datagram).first(answer), echo) != QueryForm::Response ||
      echo.id != query.id) {
    std::abort();
  }
  return 0;
}
