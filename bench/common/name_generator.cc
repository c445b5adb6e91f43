// SPDX-License-Identifier: Apache-2.0
#include "name_generator.h"

#include <array>

namespace luytre::bench {

namespace {

constexpr std::array<std::string_view, 8> kTopLevel{"com", "com", "com", "net",
                                                    "xyz", "ru",  "org", "top"};
constexpr std::array<std::string_view, 6> kSuffixes{"co.uk", "com.br", "com.vn",
                                                    "co.jp", "com.au", "co.in"};
constexpr std::array<std::string_view, 4> kHosts{"blogspot.com", "weebly.com", "pages.dev",
                                                 "duckdns.org"};
constexpr std::string_view kDigits = "0123456789abcdefghijklmnopqrstuvwxyz";

std::string unique_label(char kind, std::uint64_t number) {
  std::string label(1, kind);
  for (; number != 0; number /= kDigits.size()) {
    label += kDigits[number % kDigits.size()];
  }
  return label;
}

}  // namespace

// Repeatable random numbers for one name (the splitmix generator).
class NameGenerator::Dice {
 public:
  Dice(std::uint64_t seed, std::uint64_t number) noexcept
      : state_(seed ^ (number * 0x9e3779b97f4a7c15U)) {}

  std::uint64_t below(std::uint64_t bound) noexcept {
    state_ += 0x9e3779b97f4a7c15U;
    std::uint64_t word = state_;
    word = (word ^ (word >> 30U)) * 0xbf58476d1ce4e5b9U;
    word = (word ^ (word >> 27U)) * 0x94d049bb133111ebU;
    return (word ^ (word >> 31U)) % bound;
  }
  std::string letters(std::uint64_t shortest, std::uint64_t longest) {
    std::string label(shortest + below(longest - shortest + 1), 'a');
    for (char& letter : label) {
      letter = static_cast<char>('a' + below(26));
    }
    return label;
  }

 private:
  std::uint64_t state_;
};

std::string NameGenerator::registered(std::uint64_t number, char kind) const {
  Dice dice(seed_ ^ static_cast<unsigned char>(kind), number);
  const std::string label = dice.letters(2, 12) + "-" + unique_label(kind, number) + ".";
  return label + std::string(dice.below(10) == 0 ? kSuffixes[dice.below(kSuffixes.size())]
                                                 : kTopLevel[dice.below(kTopLevel.size())]);
}

std::string NameGenerator::listed(std::uint64_t number) const {
  Dice dice(seed_, number);
  const std::uint64_t percent = dice.below(100);
  if (percent < 74) {  // with the suffixes of two labels: 66 % of two labels
    return registered(number, 'r');
  }
  const std::string label = dice.letters(2, 12) + "-" + unique_label('s', number) + ".";
  const std::string between = percent < 99 ? "" : dice.letters(3, 8) + ".";
  switch (dice.below(3)) {
    case 0:
      return label + between + std::string(kHosts[dice.below(kHosts.size())]);
    case 1:  // a twin of a listed name, as "www." twins are
      return label + between + registered(number / 2, 'r');
    default:  // one of many names below a name that is not listed
      return label + between + registered(number / 8, 'h');
  }
}

std::string NameGenerator::hit(std::uint64_t number) const {
  Dice dice(~seed_, number);
  std::string question = listed(number);
  for (std::uint64_t labels = dice.below(2) == 0 ? 0 : 1 + dice.below(2); labels > 0; --labels) {
    question.insert(0, dice.letters(1, 10) + ".");
  }
  return question;
}

std::string NameGenerator::miss(std::uint64_t number) const {
  Dice dice(seed_ + 1, number);
  std::string question = dice.below(6) != 0 ? registered(number, 'm')
                         : dice.below(2) == 0
                             ? unique_label('m', number) + "." + std::string(kHosts[dice.below(4)])
                             : unique_label('m', number) + "." + registered(number, 'h');
  constexpr std::array<std::uint64_t, 4> kAtLeast{
      84, 42, 22, 11};  // percent with one, two, three, four labels more
  const std::uint64_t percent = dice.below(100);
  for (const std::uint64_t share : kAtLeast) {
    if (percent < share) {
      question.insert(0, dice.letters(2, 10) + ".");
    }
  }
  return question;
}

}  // namespace luytre::bench
