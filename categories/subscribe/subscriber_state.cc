// SPDX-License-Identifier: Apache-2.0
#include "subscriber_state.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "categories/native/utc_time.h"
#include "categories/signed/digest.h"

namespace luytre::categories {
namespace {

using Json = nlohmann::ordered_json;
using Time = std::optional<std::chrono::sys_seconds>;

constexpr std::array<std::string_view, kListStageCount> kStages = {"none",   "waiting", "canary",
                                                                   "active", "pending", "held"};

Json time_json(const Time& time) { return time ? Json(utc_time_text(*time)) : Json(nullptr); }

std::string text_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::uint64_t number_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

Time time_of(const Json& object, const char* key) { return parse_utc_time(text_of(object, key)); }

Json to_json(const std::optional<StoredVersion>& version) {
  if (!version) {
    return nullptr;
  }
  return {{"serial", version->serial},
          {"content_sha256", hex(version->content.sha256)},
          {"content_size", version->content.size},
          {"basis", version->basis},
          {"dropped", version->dropped},
          {"activated_at", utc_time_text(version->activated_at)}};
}

std::optional<StoredVersion> stored_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_object()) {
    return std::nullopt;
  }
  const auto sha256 = parse_hex(text_of(*found, "content_sha256"));
  const Time activated = time_of(*found, "activated_at");
  if (!sha256 || !activated) {
    return std::nullopt;
  }
  return StoredVersion{.serial = number_of(*found, "serial"),
                       .content = {.sha256 = *sha256, .size = number_of(*found, "content_size")},
                       .basis = text_of(*found, "basis"),
                       .dropped = number_of(*found, "dropped"),
                       .activated_at = *activated};
}

}  // namespace

std::string_view describe(ListStage stage) noexcept {
  return kStages[static_cast<std::size_t>(stage)];
}

std::string SubscriberState::text() const {
  Json json = {{"fingerprint", fingerprint},
               {"accepted", nullptr},
               {"in_force", to_json(in_force)},
               {"activating", to_json(activating)},
               {"stage", describe(stage)},
               {"issued", time_json(issued)},
               {"expires", time_json(expires)},
               {"active_from", time_json(active_from)},
               {"last_success", time_json(last_success)},
               {"last_refusal", nullptr}};
  if (accepted) {
    json["accepted"] = {{"serial", accepted->serial},
                        {"payload_sha256", hex(accepted->payload_sha256)}};
  }
  if (last_refusal) {
    json["last_refusal"] = {{"at", utc_time_text(last_refusal->at)},
                            {"reason", last_refusal->reason},
                            {"message", last_refusal->message}};
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::optional<SubscriberState> SubscriberState::parse(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) {
    return std::nullopt;
  }
  SubscriberState state;
  state.fingerprint = text_of(json, "fingerprint");
  if (const auto found = json.find("accepted"); found != json.end() && found->is_object()) {
    if (const auto digest = parse_hex(text_of(*found, "payload_sha256"))) {
      state.accepted = {.serial = number_of(*found, "serial"), .payload_sha256 = *digest};
    }
  }
  state.in_force = stored_of(json, "in_force");
  state.activating = stored_of(json, "activating");
  const auto stage = std::ranges::find(kStages, text_of(json, "stage"));
  state.stage =
      stage == kStages.end() ? ListStage::None : static_cast<ListStage>(stage - kStages.begin());
  state.issued = time_of(json, "issued");
  state.expires = time_of(json, "expires");
  state.active_from = time_of(json, "active_from");
  state.last_success = time_of(json, "last_success");
  if (const auto found = json.find("last_refusal"); found != json.end() && found->is_object()) {
    if (const Time at = time_of(*found, "at")) {
      state.last_refusal = {
          .at = *at, .reason = text_of(*found, "reason"), .message = text_of(*found, "message")};
    }
  }
  return state;
}

}  // namespace luytre::categories
