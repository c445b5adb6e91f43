// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "must.h"

namespace luytre::bench {

// Takes a program's own arguments away before Google Benchmark reads the rest.
class Arguments {
 public:
  Arguments(int& argc, char** argv) : argc_(argc), argv_(argv) {}

  // What follows `flag` ("--names="); the last one counts.
  [[nodiscard]] std::optional<std::string> take(std::string_view flag) {
    std::optional<std::string> taken;
    int kept = 1;
    for (int i = 1; i < argc_; ++i) {
      const std::string_view argument = argv_[i];
      if (argument.starts_with(flag)) {
        taken = argument.substr(flag.size());
      } else {
        argv_[kept++] = argv_[i];
      }
    }
    argc_ = kept;
    return taken;
  }

  // A number above 0, or several with commas between them.
  [[nodiscard]] std::vector<std::uint64_t> take_numbers(std::string_view flag,
                                                        std::vector<std::uint64_t> otherwise) {
    const auto text = take(flag);
    if (!text) {
      return otherwise;
    }
    std::vector<std::uint64_t> numbers;
    const char* at = text->data();
    const char* const end = at + text->size();
    while (at != end) {
      const auto [next, error] = std::from_chars(at, end, numbers.emplace_back());
      if (error != std::errc() || numbers.back() == 0 || (next != end && *next != ',')) {
        give_up(std::string(flag) + *text + " is not a number above 0.");
      }
      at = next == end ? end : next + 1;
    }
    return numbers;
  }
  [[nodiscard]] std::uint64_t take_number(std::string_view flag, std::uint64_t otherwise) {
    return take_numbers(flag, {otherwise}).front();
  }

 private:
  int& argc_;
  char** argv_;
};

}  // namespace luytre::bench
