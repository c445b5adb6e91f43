// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "activation.h"
#include "categories/subscribe/list_subscriber.h"
#include "list_folder.h"
#include "list_trust.h"
#include "mirror_schedule.h"
#include "subscriber_state.h"
#include "version_files.h"

namespace luytre::categories {

// The thread's side of a ListSubscriber.
class ListSubscriber::Work {
 public:
  using Clock = ListSubscriber::Clock;

  Work(const Subscription& settings, SubscriberHost host, ListFolder folder);

  [[nodiscard]] Result<void> open(Clock::time_point time);
  void poll(Clock::time_point now, const std::stop_token& stop);
  [[nodiscard]] Clock::time_point next_poll() const;
  void poll_now() { asked_ = true; }
  [[nodiscard]] ListStatus status() const;

 private:
  // What the store says, and what the state knows of it.
  [[nodiscard]] Tried<void> look_into_store();
  [[nodiscard]] bool is_wanted(const ListManifest& manifest) const;
  [[nodiscard]] std::optional<BaseText> base() const;

  void ask_mirrors(Clock::time_point now, const std::stop_token& stop);
  [[nodiscard]] Tried<void> ask(std::size_t mirror, std::chrono::sys_seconds now,
                                const std::stop_token& stop);
  // Begins with the accepted version, if it is here and its time has come.
  [[nodiscard]] Tried<void> begin(std::chrono::sys_seconds now);
  [[nodiscard]] Tried<void> activate_now(const ListManifest& manifest,
                                         std::chrono::sys_seconds now);
  void came_into_force(const ListManifest& manifest, const ActivationResult& result,
                       double seconds);

  void hold(const ListManifest& manifest, const std::vector<HeldReason>& reasons);
  void count(const Problem& problem, const std::string& where, std::chrono::sys_seconds now);
  void say(SubscriberHost::Severity severity, const std::string& sentence) const;
  [[nodiscard]] ListStage stage(std::chrono::sys_seconds now) const;
  [[nodiscard]] Result<void> save();
  void publish(std::chrono::sys_seconds now);

  Subscription settings_;
  SubscriberHost host_;
  ListFolder folder_;
  std::optional<ListTrust> trust_;
  ActivationRules rules_;
  MirrorSchedule schedule_;
  std::atomic<bool> asked_ = false;

  SubscriberState state_;
  std::string saved_;                      // what state.json holds
  std::optional<StoredVersion> in_force_;  // as the store says; without content if nobody knows
  std::optional<PreparedVersion> prepared_;
  std::uint64_t held_serial_ = 0;            // 0: none
  std::uint64_t unusable_serial_ = 0;        // signed, and yet no list; 0: none
  std::map<std::string, std::string> said_;  // by place: the reason that the log has

  Clock::time_point next_poll_;
  ListStatus next_status_;    // of the thread that polls
  mutable std::mutex mutex_;  // guards status_ and published_next_
  ListStatus status_;
  Clock::time_point published_next_;
};

}  // namespace luytre::categories
