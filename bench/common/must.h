// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

#include "base/error.h"
#include "categories/domain_name.h"

namespace luytre::bench {

// A benchmark that cannot prepare what it measures ends: a figure of something else is worse than
// none.
[[noreturn]] inline void give_up(const std::string& why) {
  std::fprintf(stderr, "%s\n", why.c_str());
  std::exit(1);
}

template <typename T>
T must(Result<T> result) {
  if (!result) {
    give_up(result.error().message);
  }
  if constexpr (!std::is_void_v<T>) {
    return *std::move(result);
  }
}

[[nodiscard]] inline categories::DomainName must_name(const std::string& text) {
  const auto name = categories::DomainName::from_hostname(text);
  if (!name) {
    give_up(text + " is not a name.");
  }
  return *name;
}

}  // namespace luytre::bench
