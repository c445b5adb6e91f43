// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include "categories/domain_name.h"
#include "categories/index/index.h"
#include "categories/ip_address.h"
#include "categories/name_match.h"

namespace luytre::categories {

// A compiled index and what changed since: a small overlay that has the last word for the names that
// changed and all below them. Paths and prefixes are the main index's. Immutable, copied as two
// pointers; lookups as in Index, from any thread.
class LayeredIndex {
 public:
  // `main` is never nullptr; without changes there is no overlay.
  explicit LayeredIndex(std::shared_ptr<const Index> main,
                        std::shared_ptr<const Index> overlay = nullptr) noexcept
      : main_(std::move(main)), overlay_(std::move(overlay)) {}

  void lookup(std::span<const DomainName* const> names,
              std::span<NameMatch> matches) const noexcept {
    if (overlay_ == nullptr) {
      main_->lookup(names, matches);
    } else {
      main_->lookup_with(*overlay_, names, matches);
    }
  }
  [[nodiscard]] NameMatch lookup(const DomainName& name) const noexcept {
    const DomainName* const names[] = {&name};
    NameMatch match;
    lookup(names, {&match, 1});
    return match;
  }
  [[nodiscard]] NameMatch lookup_path(const DomainName& host,
                                      std::string_view target) const noexcept {
    return main_->lookup_path(host, target);
  }
  [[nodiscard]] NameMatch lookup_address(const IpAddress& address) const noexcept {
    return main_->lookup_address(address);
  }
  [[nodiscard]] bool has_paths() const noexcept { return main_->has_paths(); }
  [[nodiscard]] bool has_prefixes() const noexcept { return main_->has_prefixes(); }

  [[nodiscard]] const Index& main() const noexcept { return *main_; }
  // nullptr: nothing changed since.
  [[nodiscard]] const Index* overlay() const noexcept { return overlay_.get(); }

 private:
  std::shared_ptr<const Index> main_;
  std::shared_ptr<const Index> overlay_;
};

}  // namespace luytre::categories
