// SPDX-License-Identifier: Apache-2.0
#include "categories/signed/refusal.h"

#include <array>

namespace luytre::categories {
namespace {

// In the order of Refusal.
constexpr std::array<std::string_view, kRefusalCount> kWords = {
    "too_large",    "malformed",   "wrong_type",  "bad_signatures", "wrong_list",
    "unknown_root", "root_gap",    "old_root",    "root_expired",   "expired",
    "from_future",  "old_serial",  "serial_jump", "equivocation",   "wrong_size",
    "wrong_hash",   "bad_packing", "bad_delta",   "bad_text",       "local_fault"};
static_assert(kWords.size() == static_cast<std::size_t>(Refusal::LocalFault) + 1);

}  // namespace

std::string_view refusal_word(Refusal refusal) noexcept {
  return kWords[static_cast<std::size_t>(refusal)];
}

Error Refused::error() const {
  const ErrorCode code = reason == Refusal::LocalFault ? ErrorCode::System
                         : reason == Refusal::WrongHash || reason == Refusal::WrongSize ||
                                 reason == Refusal::BadPacking
                             ? ErrorCode::Corrupt
                             : ErrorCode::Invalid;
  return {code, message};
}

}  // namespace luytre::categories
