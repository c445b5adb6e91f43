// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "categories/signed/envelope.h"
#include "categories/signed/refusal.h"
#include "categories/signed/signing_key.h"

namespace luytre::categories {

inline constexpr std::size_t kMaxRoleKeys = 32;

// Of these keys, so many must have signed. The keys are all different and 1 <= threshold <= their
// number.
struct SigningRole {
  std::vector<PublicKey> keys;
  std::size_t threshold = 1;

  [[nodiscard]] bool has(const PublicKey& key) const noexcept;
};

// Who speaks for a list: the payload of the type kRootType.
struct ListRoot {
  std::string list;           // "vn-national"
  std::uint64_t version = 1;  // grows by one with every change
  std::chrono::sys_seconds expires;
  SigningRole root;      // who may name the next root
  SigningRole manifest;  // who may publish versions of the list

  // Malformed says what is wrong. Members that are not known are passed over.
  [[nodiscard]] static Accepted<ListRoot> parse(std::string_view payload);
  [[nodiscard]] std::string payload() const;
};

// "vn-national": 1 to 63 of a-z, 0-9 and "-", not beginning with "-".
[[nodiscard]] bool is_list_name(std::string_view text) noexcept;

}  // namespace luytre::categories
