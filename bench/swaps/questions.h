// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "common/name_set.h"
#include "tests/support/packet_builder.h"

namespace luytre::bench {

// Two lists that share half of their names: numbers 0 to N - 1 and N / 2 to N / 2 + N - 1 of the
// same made-up names. Their serials are 0 and 1.
inline constexpr std::size_t kLists = 2;
[[nodiscard]] NameSet list_of(std::uint64_t serial, std::uint64_t names);

// A query and which of the lists refuses it.
struct Question {
  test::Bytes frame;
  bool refused_by[kLists];
};

// In equal shares: refused by both lists, by the first alone, by the second alone, by neither.
[[nodiscard]] std::vector<Question> make_questions(std::uint64_t names, std::size_t count);

}  // namespace luytre::bench
