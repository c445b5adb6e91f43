// SPDX-License-Identifier: Apache-2.0
#include "mirror_schedule.h"

#include <algorithm>

namespace luytre::categories {

MirrorSchedule::MirrorSchedule(const Options& options, TimePoint start, std::uint64_t seed)
    : options_(options), mirrors_(options.mirrors), next_(start), random_(seed) {}

MirrorSchedule::Duration MirrorSchedule::between(Duration least, Duration most) {
  return Duration(
      std::uniform_int_distribution<Duration::rep>(least.count(), most.count())(random_));
}

std::vector<std::size_t> MirrorSchedule::ready(TimePoint now) const {
  std::vector<std::size_t> order;
  for (std::size_t step = 0; step < mirrors_.size(); ++step) {
    const std::size_t mirror = (preferred_ + step) % mirrors_.size();
    if (mirrors_[mirror].rests_until <= now) {
      order.push_back(mirror);
    }
  }
  return order;
}

void MirrorSchedule::succeeded(std::size_t mirror, TimePoint now) {
  mirrors_[mirror] = {};
  preferred_ = mirror;
  later(now);
}

void MirrorSchedule::failed(std::size_t mirror, TimePoint now) {
  Mirror& at_fault = mirrors_[mirror];
  const unsigned doublings = std::min(at_fault.failures, 16U);
  ++at_fault.failures;
  const Duration bound = std::min(options_.interval * (1U << doublings),
                                  options_.urgent ? options_.interval : kLongestRest);
  // A tenth at least: zero would be a busy loop against a server that refuses connections.
  at_fault.rests_until =
      now + between(options_.interval / 10, std::max(bound, options_.interval / 10));
}

void MirrorSchedule::finished(TimePoint now) {
  const auto first = std::ranges::min_element(mirrors_, {}, &Mirror::rests_until);
  next_ = std::max(now, first->rests_until);
}

void MirrorSchedule::later(TimePoint now) {
  next_ = now + between(options_.interval * 4 / 5, options_.interval * 6 / 5);
}

void MirrorSchedule::now(TimePoint now) {
  for (Mirror& mirror : mirrors_) {
    mirror.rests_until = {};
  }
  next_ = now;
}

}  // namespace luytre::categories
