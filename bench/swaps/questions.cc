// SPDX-License-Identifier: Apache-2.0
#include "questions.h"

#include <random>
#include <string>

#include "common/must.h"
#include "common/name_generator.h"

namespace luytre::bench {
namespace {

const NameGenerator kGenerator(20261122);

// Whether nothing but itself lists it: a name right below a public suffix. Others may stand below a
// listed name, which the other list may have. The generator marks such names with an r behind the
// first hyphen.
bool stands_alone(const std::string& name) {
  const std::size_t hyphen = name.find('-');
  return hyphen != std::string::npos && name[hyphen + 1] == 'r';
}

// The first number from `number` on whose name stands alone.
std::uint64_t next_alone(std::uint64_t number) {
  while (!stands_alone(kGenerator.listed(number))) {
    ++number;
  }
  return number;
}

Question ask(const std::string& name, bool first_refuses, bool second_refuses) {
  return {.frame = test::packet()
                       .eth()
                       .ipv4("10.0.0.0", "192.0.2.53")
                       .udp(40000, 53)
                       .dns_query(name)
                       .build(),
          .refused_by = {first_refuses, second_refuses}};
}

}  // namespace

NameSet list_of(std::uint64_t serial, std::uint64_t names) {
  const std::uint64_t first = serial * (names / 2);
  return {.size = names,
          .name = [first](std::uint64_t i) { return must_name(kGenerator.listed(first + i)); },
          .category = {}};
}

std::vector<Question> make_questions(std::uint64_t names, std::size_t count) {
  std::vector<Question> questions;
  std::mt19937_64 random(1);
  const std::uint64_t half = names / 2;
  // Room behind each draw for the search of a name that stands alone: three of four do.
  constexpr std::uint64_t kRoom = 100;
  while (questions.size() < count) {
    const std::uint64_t draw = random() % (half - kRoom);
    questions.push_back(ask(kGenerator.hit(next_alone(draw)), true, false));
    questions.push_back(ask(kGenerator.hit(next_alone(half + draw)), true, true));
    questions.push_back(ask(kGenerator.hit(next_alone(names + draw)), false, true));
    questions.push_back(ask(kGenerator.miss(draw), false, false));
  }
  return questions;
}

}  // namespace luytre::bench
