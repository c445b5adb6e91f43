// SPDX-License-Identifier: Apache-2.0
#include "store_keeper.h"

#include <spdlog/spdlog.h>

#include <system_error>
#include <utility>

#include "categories/compile/index_files.h"

namespace luytre::mgmt {
namespace {

using categories::Serial;

// An entry leaves at most this long after its end.
constexpr std::chrono::milliseconds kTick{500};
constexpr std::chrono::seconds kAfterFailure{5};

std::uint64_t number(Serial serial) noexcept { return static_cast<std::uint64_t>(serial); }

}  // namespace

StoreKeeper::StoreKeeper(const Rules& rules, const categories::Taxonomy& taxonomy,
                         categories::CategoryStore& store, std::mutex& writing)
    : rules_(rules),
      taxonomy_(taxonomy),
      store_(store),
      writing_(writing),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

StoreKeeper::~StoreKeeper() = default;  // stops and joins

void StoreKeeper::changed(bool whole) {
  const std::lock_guard lock(mutex_);
  whole_ = whole_ || whole;
  asked_ = true;
  wake_.notify_all();
}

void StoreKeeper::request_stop() { thread_.request_stop(); }

bool StoreKeeper::has_ended() const {
  const std::lock_guard lock(mutex_);
  return ended_;
}

KeeperStatus StoreKeeper::status() const {
  const std::lock_guard lock(mutex_);
  return status_;
}

void StoreKeeper::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    expire();
    if (!stop.stop_requested()) {
      keep_index();
    }
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, stop, kTick, [this] { return asked_; });
    asked_ = false;
  }
  const std::lock_guard lock(mutex_);
  ended_ = true;
}

void StoreKeeper::say(const Error& error) {
  not_before_ = SteadyClock::now() + kAfterFailure;
  if (std::exchange(said_, error.message) != error.message) {
    spdlog::warn("{}", error.message);
  }
}

void StoreKeeper::expire() {
  if (SteadyClock::now() < not_before_) {
    return;
  }
  const auto serial = store_.serial();
  if (!serial) {
    return say(serial.error());
  }
  if (expiry_read_at_ != *serial) {
    const auto next = store_.next_expiry();
    if (!next) {
      return say(next.error());
    }
    next_expiry_ = *next;
    expiry_read_at_ = *serial;
  }
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  if (!next_expiry_ || *next_expiry_ > now) {
    return;
  }
  const auto expired = [&] {
    const std::lock_guard lock(writing_);
    return store_.expire(now);
  }();
  if (!expired) {
    return say(expired.error());
  }
  expiry_read_at_.reset();
  if (*expired != 0) {
    spdlog::info("{} {} came to an end and left.", *expired, *expired == 1 ? "entry" : "entries");
    const std::lock_guard lock(mutex_);
    status_.expired += *expired;
  }
}

// Nothing: there is none, or it is broken. Read only when the link points at another one: it takes
// a while with millions of names.
std::optional<std::uint64_t> StoreKeeper::serial_of_index() {
  std::error_code error;
  const auto target = std::filesystem::read_symlink(rules_.index_dir / "current", error);
  if (error || target != index_target_) {
    index_target_ = target;
    const auto index = categories::open_current_index(rules_.index_dir);
    index_serial_ = index ? std::optional(index->serial()) : std::nullopt;
    const std::lock_guard lock(mutex_);
    status_.index_serial = index_serial_.value_or(0);
  }
  return index_serial_;
}

// Whether what the index does not have yet is too much for an overlay, or has been for too long.
bool StoreKeeper::is_due(Serial serial) {
  const auto index_serial = serial_of_index();
  if (!index_serial) {
    return true;
  }
  if (*index_serial == number(serial)) {
    behind_since_.reset();
    return false;
  }
  if (!behind_since_) {
    behind_since_ = SteadyClock::now();
  }
  const auto changes = store_.changes_since(Serial{*index_serial});
  return !changes || !*changes || (*changes)->names.size() > rules_.compile_after_names ||
         (*changes)->paths_or_prefixes;
}

void StoreKeeper::keep_index() {
  if (SteadyClock::now() < not_before_) {
    return;
  }
  const auto serial = store_.serial();
  if (!serial) {
    return say(serial.error());
  }
  bool whole = false;
  {
    const std::lock_guard lock(mutex_);
    status_.store_serial = number(*serial);
    whole = std::exchange(whole_, false);
  }
  if (number(*serial) == 0) {
    return;  // nothing was ever imported
  }
  bool due = whole;
  if (!due && looked_at_ != *serial) {
    looked_at_ = *serial;
    due = is_due(*serial);
  }
  const bool long_behind =
      behind_since_ && SteadyClock::now() - *behind_since_ >= rules_.compile_after;
  if (due || long_behind) {
    compile();
  }
}

void StoreKeeper::compile() {
  const auto compiled = categories::compile_index(store_, taxonomy_, rules_.index_dir);
  if (!compiled) {
    looked_at_.reset();
    say(compiled.error());
    const std::lock_guard lock(mutex_);
    ++status_.compile_failures;
    whole_ = true;
    return;
  }
  behind_since_.reset();
  said_.clear();
  spdlog::info("Index {}: {} names, compiled in {:.2f} s.", compiled->serial, compiled->names,
               compiled->seconds);
  const std::lock_guard lock(mutex_);
  ++status_.compiles;
  status_.compile_seconds = compiled->seconds;
  status_.index_serial = compiled->serial;
}

}  // namespace luytre::mgmt
