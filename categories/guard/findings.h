// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "categories/guard/guard.h"

namespace luytre::categories {

// The hits of one kind and severity on their way to a finding.
class Hits {
 public:
  Hits(GuardKind kind, GuardSeverity severity, std::size_t shown) noexcept : shown_(shown) {
    finding_.kind = kind;
    finding_.severity = severity;
  }

  // `make` is asked only for what is shown: there may be millions.
  template <typename Make>
  void add(Make make) {
    ++finding_.count;
    if (finding_.first.size() < shown_) {
      finding_.first.push_back(make());
    }
  }
  [[nodiscard]] std::uint64_t count() const noexcept { return finding_.count; }
  [[nodiscard]] const GuardHit& front() const noexcept { return finding_.first.front(); }

  // Into the report, if there was any; `sentence` is made then.
  template <typename Sentence>
  void finish(GuardReport& report, Sentence sentence) && {
    if (finding_.count != 0) {
      finding_.sentence = sentence(*this);
      report.findings.push_back(std::move(finding_));
    }
  }

 private:
  std::size_t shown_;
  GuardFinding finding_;
};

// A finding about the list as a whole.
[[nodiscard]] inline GuardFinding about_list(GuardKind kind, GuardSeverity severity,
                                             std::string sentence) {
  return {
      .kind = kind, .severity = severity, .count = 0, .first = {}, .sentence = std::move(sentence)};
}

// "1 entry", "12 entries".
[[nodiscard]] std::string counted(std::uint64_t count, std::string_view one, std::string_view many);

// Each adds what it finds.
void check_size(const GuardInput& input, GuardReport& report);
[[nodiscard]] Result<void> check_shared_hosts(const GuardInput& input, GuardReport& report);
void check_prefixes(const GuardInput& input, GuardReport& report);
[[nodiscard]] Result<void> check_popular(const GuardInput& input, GuardReport& report);
void check_never_block(const GuardInput& input, GuardReport& report);
void check_lost_protection(const GuardInput& input, GuardReport& report);

}  // namespace luytre::categories
