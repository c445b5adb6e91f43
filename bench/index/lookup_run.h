// SPDX-License-Identifier: Apache-2.0
#pragma once

// Times lookups burst by burst, compares every answer with what is expected, and reports what one
// lookup costs.

#include <benchmark/benchmark.h>

#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "categories/category_set.h"
#include "categories/domain_name.h"
#include "common/name_set.h"

namespace luytre::bench {

// Answers names[i] into found[i].
using Lookup = std::function<void(std::span<const categories::DomainName* const> names,
                                  std::span<categories::CategorySet> found)>;

inline constexpr std::size_t kMaxBurst = 32;

struct LookupRun {
  const Questions& questions;
  std::size_t burst = kMaxBurst;
  double bytes_per_name = 0;
  // Runs with equal text are compared: each one's median is also given as a multiple of that of the
  // run which is the `measure`.
  std::string compared_as = {};
  enum class Role : std::uint8_t { Measure, Rival } role = Role::Rival;
};

void time_lookups(benchmark::State& state, const LookupRun& run, const Lookup& lookup);

}  // namespace luytre::bench
