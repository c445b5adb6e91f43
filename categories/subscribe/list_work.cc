// SPDX-License-Identifier: Apache-2.0
#include "list_work.h"

#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <system_error>
#include <utility>

#include "categories/native/utc_time.h"
#include "categories/signed/list_delta.h"

namespace luytre::categories {
namespace {

using Severity = SubscriberHost::Severity;

constexpr std::size_t kMaxStateBytes = std::size_t{1} << 20U;

std::chrono::sys_seconds in_seconds(ListSubscriber::Clock::time_point time) {
  return std::chrono::floor<std::chrono::seconds>(time);
}

std::uint64_t random_seed() {
  std::random_device random;
  return (std::uint64_t{random()} << 32U) | random();
}

}  // namespace

ListSubscriber::Work::Work(const Subscription& settings, SubscriberHost host, ListFolder folder)
    : settings_(settings),
      host_(std::move(host)),
      folder_(std::move(folder)),
      schedule_({.mirrors = settings.mirrors.size(),
                 .interval = settings.interval,
                 .urgent = settings.urgent},
                {}, random_seed()) {
  next_status_.name = settings.name;
  status_ = next_status_;
}

Result<void> ListSubscriber::Work::open(Clock::time_point time) {
  if (auto made = folder_.create(); !made) {
    return made;
  }
  auto trust = ListTrust::open(settings_, folder_);
  if (!trust) {
    return Unexpected(trust.error());
  }
  trust_.emplace(*std::move(trust));
  rules_ = activation_rules(settings_, trust_->fingerprint(), host_.taxonomy);
  const auto text = read_small_file(folder_.state_file(), kMaxStateBytes);
  auto state = text ? SubscriberState::parse(*text) : std::nullopt;
  if (text && !state) {
    say(Severity::Warning, fmt::format("{} cannot be understood; the list is fetched anew.",
                                       folder_.state_file().native()));
  }
  if (state && state->fingerprint != trust_->fingerprint()) {
    say(Severity::Info, "The pinned root is another one than before; the list begins anew.");
    folder_.forget();
    if (auto made = folder_.create(); !made) {
      return made;
    }
    state.reset();
  }
  state_ = state ? *std::move(state) : SubscriberState{};
  state_.fingerprint = trust_->fingerprint();
  const auto now = in_seconds(time);
  if (auto looked = look_into_store(); !looked) {
    return fail(ErrorCode::System, looked.error().message);
  }
  const std::uint64_t in_store = in_force_ ? in_force_->serial : 0;
  if (auto restored = trust_->restore(state_, in_store, now); !restored) {
    count(restored.error(), "", now);
  }
  publish(now);
  return {};
}

Tried<void> ListSubscriber::Work::look_into_store() {
  const auto sources = host_.store.sources();
  if (!sources) {
    return problem(sources.error());
  }
  in_force_.reset();
  next_status_.entries = 0;
  const auto source = std::ranges::find(*sources, settings_.name, &Source::name);
  if (source == sources->end() || source->trust != trust_->fingerprint() || source->version == 0) {
    return {};
  }
  next_status_.entries = source->entry_count;
  for (const auto& known : {state_.in_force, state_.activating}) {
    if (known && known->serial == source->version) {
      in_force_ = known;
      return {};
    }
  }
  in_force_ = StoredVersion{
      .serial = source->version,
      .content = {},
      .basis = {},
      .dropped = 0,
      .activated_at = std::chrono::sys_seconds(std::chrono::seconds(source->imported_at))};
  return {};
}

// In force under the same rules: nothing to do.
bool ListSubscriber::Work::is_wanted(const ListManifest& manifest) const {
  return !in_force_ || in_force_->serial != manifest.serial || in_force_->basis != rules_.basis;
}

std::optional<BaseText> ListSubscriber::Work::base() const {
  if (!in_force_ || in_force_->content.size == 0) {
    return std::nullopt;
  }
  return BaseText{.content = in_force_->content, .file = folder_.text_file(in_force_->serial)};
}

void ListSubscriber::Work::poll(Clock::time_point now, const std::stop_token& stop) {
  // A clock that was set back must not mean silence for as long.
  const bool clock_jumped =
      schedule_.next() - now > MirrorSchedule::kLongestRest + 2 * settings_.interval;
  if (asked_.exchange(false) || clock_jumped) {
    schedule_.now(now);
    unusable_serial_ = 0;
  }
  if (auto looked = look_into_store(); !looked) {
    count(looked.error(), "", in_seconds(now));
    schedule_.later(now);
  } else {
    if (schedule_.next() <= now) {
      ask_mirrors(now, stop);
    }
    if (!stop.stop_requested()) {
      if (auto begun = begin(in_seconds(now)); !begun) {
        count(begun.error(), "", in_seconds(now));
      }
    }
  }
  publish(in_seconds(now));
}

void ListSubscriber::Work::ask_mirrors(Clock::time_point now, const std::stop_token& stop) {
  ++next_status_.polls;
  for (const std::size_t mirror : schedule_.ready(now)) {
    const auto asked = ask(mirror, in_seconds(now), stop);
    if (asked) {
      said_.erase(settings_.mirrors[mirror]);
      schedule_.succeeded(mirror, now);
      return;
    }
    if (asked.error().fault == Fault::Cancelled) {
      return;
    }
    count(asked.error(), settings_.mirrors[mirror], in_seconds(now));
    if (asked.error().fault != Fault::Mirror) {
      schedule_.later(now);
      return;
    }
    schedule_.failed(mirror, now);
  }
  schedule_.finished(now);
}

Tried<void> ListSubscriber::Work::ask(std::size_t mirror, std::chrono::sys_seconds now,
                                      const std::stop_token& stop) {
  const std::string& address = settings_.mirrors[mirror];
  const MirrorAccess access{
      .fetcher = host_.fetcher,
      .base = address,
      .stop = stop,
      .received = next_status_.received_bytes,
      .passed_over = [&](const Problem& passed) { count(passed, address + "delta", now); }};
  if (auto believed = trust_->ask(access, mirror, now); !believed) {
    return believed;
  }
  // Written down before anything else is fetched: an older one is refused from now on.
  state_.accepted = trust_->accepted();
  if (auto saved = save(); !saved) {
    return problem(saved.error());
  }
  const ListManifest& manifest = *trust_->manifest();
  const bool is_here = prepared_ && prepared_->serial == manifest.serial;
  if (is_wanted(manifest) && !is_here && manifest.serial != unusable_serial_) {
    prepared_.reset();
    auto prepared = prepare_version(manifest, base(), folder_, access);
    if (!prepared) {
      return Unexpected(prepared.error());
    }
    prepared_ = *std::move(prepared);
    said_.erase(address + "delta");
  }
  state_.last_success = now;
  return {};
}

Tried<void> ListSubscriber::Work::begin(std::chrono::sys_seconds now) {
  const ListManifest* manifest = trust_->manifest();
  if (manifest == nullptr || !is_wanted(*manifest) || !prepared_ ||
      prepared_->serial != manifest->serial || manifest->expires <= now ||
      active_from(*manifest, host_.node_id) > now || held_serial_ == manifest->serial) {
    return {};
  }
  auto activated = activate_now(*manifest, now);
  if (!activated && activated.error().fault != Fault::Here) {
    // It is not tried again before something changes: a newer version, or a person.
    std::error_code ignored;
    std::filesystem::remove(prepared_->text, ignored);
    prepared_.reset();
    unusable_serial_ = activated.error().fault == Fault::Issuer ? manifest->serial : 0;
  }
  return activated;
}

Tried<void> ListSubscriber::Work::activate_now(const ListManifest& manifest,
                                               std::chrono::sys_seconds now) {
  const auto began = std::chrono::steady_clock::now();
  const bool same_basis = in_force_ && in_force_->basis == rules_.basis;
  const ActivationRequest request{.manifest = manifest,
                                  .prepared = *prepared_,
                                  .rules = rules_,
                                  .now = now,
                                  .by_step = same_basis,
                                  .dropped = in_force_ ? in_force_->dropped : 0,
                                  .before_commit = [&](std::uint64_t dropped) {
                                    state_.activating = {.serial = manifest.serial,
                                                         .content = manifest.content,
                                                         .basis = rules_.basis,
                                                         .dropped = dropped,
                                                         .activated_at = now};
                                    return save();
                                  }};
  const auto result = activate(request, host_);
  if (!result) {
    return Unexpected(result.error());
  }
  if (!result->held.empty()) {
    hold(manifest, result->held);
    return {};
  }
  came_into_force(manifest, *result,
                  std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count());
  return look_into_store();
}

void ListSubscriber::Work::came_into_force(const ListManifest& manifest,
                                           const ActivationResult& result, double seconds) {
  const std::uint64_t before = in_force_ ? in_force_->serial : 0;
  state_.in_force = std::exchange(state_.activating, std::nullopt);
  prepared_.reset();
  held_serial_ = 0;
  folder_.keep_texts(manifest.serial, manifest.serial);
  said_.erase("");
  next_status_.activation_seconds = seconds;
  ++(result.whole ? next_status_.activations_by_snapshot : next_status_.activations_by_delta);
  say(Severity::Info, fmt::format("Serial {} is in force{}{}, {} in {:.3f} s{}{}.", manifest.serial,
                                  before == 0 ? std::string() : fmt::format(" after {}", before),
                                  manifest.rollback_of ? fmt::format(" and takes it back to {}",
                                                                     *manifest.rollback_of)
                                                       : "",
                                  result.whole ? "read as a whole" : "by its changes", seconds,
                                  manifest.reason.empty() ? "" : ": ", manifest.reason));
  if (result.dropped != 0) {
    say(Severity::Warning,
        fmt::format("{} entries of serial {} state what a list of scope {} may not state; that was "
                    "left out.",
                    result.dropped, manifest.serial, describe(settings_.scope)));
  }
  if (host_.activated) {
    host_.activated(result.whole);
  }
}

// Who releases it puts it into the store: then it is what `activating` says.
void ListSubscriber::Work::hold(const ListManifest& manifest,
                                const std::vector<HeldReason>& reasons) {
  held_serial_ = manifest.serial;
  state_.activating = {.serial = manifest.serial,
                       .content = manifest.content,
                       .basis = rules_.basis,
                       .dropped = 0,
                       .activated_at = {}};
  for (const HeldReason& reason : reasons) {
    ++next_status_.failures["held_" + reason.kind];
  }
  say(Severity::Warning,
      fmt::format("Serial {} is held for a second person to decide: {} luytrectl categories held "
                  "says more, luytrectl categories release {} lets it come into force.",
                  manifest.serial, reasons.front().sentence, settings_.name));
}

void ListSubscriber::Work::count(const Problem& problem, const std::string& where,
                                 std::chrono::sys_seconds now) {
  ++next_status_.failures[problem.reason];
  state_.last_refusal = {.at = now, .reason = problem.reason, .message = problem.message};
  if (std::exchange(said_[where], problem.reason) != problem.reason) {
    say(Severity::Warning,
        in_force_ ? fmt::format("{} Serial {} stays in force.", problem.message, in_force_->serial)
                  : fmt::format("{} Nothing of this list is in force yet.", problem.message));
  }
}

void ListSubscriber::Work::say(Severity severity, const std::string& sentence) const {
  if (host_.log) {
    host_.log(severity, fmt::format("List {}: {}", settings_.name, sentence));
  }
}

ListStage ListSubscriber::Work::stage(std::chrono::sys_seconds now) const {
  const ListManifest* manifest = trust_->manifest();
  if (manifest == nullptr) {
    return in_force_ ? ListStage::Active : ListStage::None;
  }
  if (in_force_ && in_force_->serial == manifest->serial) {
    const bool early =
        manifest->rollout && !manifest->urgent && now < manifest->rollout->everyone_from;
    return early ? ListStage::Canary : ListStage::Active;
  }
  if (held_serial_ == manifest->serial) {
    return ListStage::Held;
  }
  return active_from(*manifest, host_.node_id) > now ? ListStage::Waiting : ListStage::Pending;
}

Result<void> ListSubscriber::Work::save() {
  std::string text = state_.text();
  if (text == saved_) {
    return {};
  }
  auto written = write_atomically(folder_.state_file(), text);
  if (written) {
    saved_ = std::move(text);
  }
  return written;
}

void ListSubscriber::Work::publish(std::chrono::sys_seconds now) {
  const ListManifest* manifest = trust_->manifest();
  state_.accepted = trust_->accepted();
  state_.stage = stage(now);
  state_.active_from.reset();
  if (manifest != nullptr) {
    state_.issued = manifest->issued;
    state_.expires = manifest->expires;
    if (state_.stage == ListStage::Waiting) {
      state_.active_from = active_from(*manifest, host_.node_id);
    }
  }
  if (in_force_ && in_force_->content.size != 0) {
    state_.in_force = in_force_;
  }
  if (auto saved = save(); !saved && std::exchange(said_["state"], "disk") != "disk") {
    say(Severity::Warning, saved.error().message);
  } else if (saved) {
    said_.erase("state");
  }
  next_status_.serial = in_force_ ? in_force_->serial : 0;
  next_status_.dropped = in_force_ ? in_force_->dropped : 0;
  next_status_.activated_at = in_force_ ? std::optional(in_force_->activated_at) : std::nullopt;
  next_status_.accepted_serial = state_.accepted ? state_.accepted->serial : 0;
  next_status_.stage = state_.stage;
  next_status_.issued = state_.issued;
  next_status_.expires = state_.expires;
  next_status_.active_from = state_.active_from;
  next_status_.last_success = state_.last_success;
  next_status_.last_refusal = state_.last_refusal;

  const std::lock_guard lock(mutex_);
  status_ = next_status_;
  published_next_ = schedule_.next();
  if (state_.active_from && prepared_) {
    published_next_ = std::min<Clock::time_point>(published_next_, *state_.active_from);
  }
}

ListSubscriber::Clock::time_point ListSubscriber::Work::next_poll() const {
  if (asked_) {
    return {};
  }
  const std::lock_guard lock(mutex_);
  return published_next_;
}

ListStatus ListSubscriber::Work::status() const {
  const std::lock_guard lock(mutex_);
  return status_;
}

}  // namespace luytre::categories
