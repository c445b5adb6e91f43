// SPDX-License-Identifier: Apache-2.0
#include "categories/subscribe/list_subscriber.h"

#include <utility>

#include "list_work.h"

namespace luytre::categories {

Result<std::unique_ptr<ListSubscriber>> ListSubscriber::open(const Subscription& settings,
                                                             SubscriberHost host,
                                                             Clock::time_point now) {
  ListFolder folder(host.data_dir / "lists" / settings.name);
  auto work = std::make_unique<Work>(settings, std::move(host), std::move(folder));
  if (auto opened = work->open(now); !opened) {
    return Unexpected(opened.error());
  }
  return std::unique_ptr<ListSubscriber>(new ListSubscriber(std::move(work)));
}

ListSubscriber::ListSubscriber(std::unique_ptr<Work> work) : work_(std::move(work)) {}
ListSubscriber::~ListSubscriber() = default;

void ListSubscriber::poll(Clock::time_point now, const std::stop_token& stop) {
  work_->poll(now, stop);
}

ListSubscriber::Clock::time_point ListSubscriber::next_poll() const { return work_->next_poll(); }

void ListSubscriber::poll_now() { work_->poll_now(); }

ListStatus ListSubscriber::status() const { return work_->status(); }

}  // namespace luytre::categories
