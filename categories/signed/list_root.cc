// SPDX-License-Identifier: Apache-2.0
#include "categories/signed/list_root.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base64.h"
#include "categories/native/utc_time.h"
#include "strict_json.h"

namespace luytre::categories {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMaxListName = 63;

SigningRole read_role(JsonFields fields) {
  SigningRole role;
  for (const auto& element : fields.array("keys", kMaxRoleKeys)) {
    const auto* text = element.get_ptr<const std::string*>();
    const auto octets = text == nullptr ? std::nullopt : from_base64(*text);
    PublicKey key;
    if (!octets || octets->size() != key.octets.size()) {
      fields.wrong("keys", "holds what is no Ed25519 key in base64");
      return role;
    }
    std::memcpy(key.octets.data(), octets->data(), key.octets.size());
    if (role.has(key)) {
      fields.wrong("keys", "holds one key twice");
    }
    role.keys.push_back(key);
  }
  role.threshold = fields.number("threshold");
  if (role.threshold < 1 || role.threshold > role.keys.size()) {
    fields.wrong("threshold", "is not between 1 and the number of keys");
  }
  return role;
}

Json role_json(const SigningRole& role) {
  Json keys = Json::array();
  for (const PublicKey& key : role.keys) {
    keys.push_back(to_base64(
        {reinterpret_cast<const char*>(key.octets.data()), key.octets.size()}));  // NOLINT
  }
  return {{"keys", std::move(keys)}, {"threshold", role.threshold}};
}

}  // namespace

bool SigningRole::has(const PublicKey& key) const noexcept {
  return std::ranges::find(keys, key) != keys.end();
}

bool is_list_name(std::string_view text) noexcept {
  return !text.empty() && text.size() <= kMaxListName && text.front() != '-' &&
         std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
         });
}

Accepted<ListRoot> ListRoot::parse(std::string_view payload) {
  const auto json = parse_strict_json(payload);
  if (!json) {
    return refuse(Refusal::Malformed, "The root is malformed: " + json.error());
  }
  std::string problem;
  JsonFields fields(*json, problem);
  ListRoot root;
  root.list = fields.text("list");
  root.version = fields.number("version");
  root.expires = fields.time("expires");
  JsonFields roles = fields.object("roles");
  root.root = read_role(roles.object("root"));
  root.manifest = read_role(roles.object("manifest"));
  if (!is_list_name(root.list)) {
    fields.wrong("list", "is no name of a list: a-z, 0-9 and -");
  }
  if (root.version == 0) {
    fields.wrong("version", "is 0; the first root has 1");
  }
  if (!problem.empty()) {
    return refuse(Refusal::Malformed, "The root is malformed: " + problem);
  }
  return root;
}

std::string ListRoot::payload() const {
  const Json json = {{"list", list},
                     {"version", version},
                     {"expires", utc_time_text(expires)},
                     {"roles", {{"root", role_json(root)}, {"manifest", role_json(manifest)}}}};
  return json.dump();
}

}  // namespace luytre::categories
