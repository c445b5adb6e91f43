// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <atomic>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "categories/category_set.h"
#include "categories/index/layered_index.h"
#include "dataplane/port/quiescence.h"
#include "dataplane/worker.h"
#include "policy/snapshot.h"

namespace luytre::gateway {

// One complete state of what packets are judged by. Immutable once published; lists that did
// not change are shared with the state before.
class LiveWorld {
 public:
  LiveWorld(std::shared_ptr<const categories::LayeredIndex> index,
            std::shared_ptr<const policy::PolicySnapshot> policy,
            std::span<const std::string> category_names)
      : index_(std::move(index)),
        policy_(std::move(policy)),
        world_{.index = index_.get(),
               .policy = policy_.get(),
               .category_names = category_names,
               .vpn = named(category_names, "vpn"),
               .proxy = named(category_names, "proxy_anonymizer")} {}

  [[nodiscard]] const dataplane::World& world() const noexcept { return world_; }

 private:
  // A taxonomy without the category gives no verdict on it.
  static categories::CategorySet named(std::span<const std::string> names, std::string_view name) {
    const auto found = std::ranges::find(names, name);
    return found == names.end() ? categories::CategorySet()
                                : categories::CategorySet::of(categories::CategoryId{
                                      static_cast<std::uint8_t>(found - names.begin())});
  }

  std::shared_ptr<const categories::LayeredIndex> index_;
  std::shared_ptr<const policy::PolicySnapshot> policy_;
  dataplane::World world_;
};

// Where workers find the world. One writer; as many readers as `quiescence` counts.
class WorldSwitch {
 public:
  // `quiescence` outlives the switch.
  WorldSwitch(port::Quiescence& quiescence, std::unique_ptr<const LiveWorld> first) noexcept
      : quiescence_(quiescence), owned_(std::move(first)), current_(owned_.get()) {}

  // For a worker, between two reports of quiescence.
  [[nodiscard]] const dataplane::World& current() const noexcept {
    return current_.load(std::memory_order_acquire)->world();
  }

  // Workers see `next` from their next burst on; the old one is freed when none can hold it.
  void publish(std::unique_ptr<const LiveWorld> next) noexcept {
    current_.store(next.get(), std::memory_order_release);
    quiescence_.wait_for_readers();
    owned_ = std::move(next);
  }

 private:
  port::Quiescence& quiescence_;
  std::unique_ptr<const LiveWorld> owned_;
  std::atomic<const LiveWorld*> current_;
};

}  // namespace luytre::gateway
