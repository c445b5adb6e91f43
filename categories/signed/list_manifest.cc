// SPDX-License-Identifier: Apache-2.0
#include "categories/signed/list_manifest.h"

#include <fmt/format.h>

#include <algorithm>

#include "categories/native/utc_time.h"
#include "categories/signed/list_root.h"
#include "strict_json.h"

namespace luytre::categories {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMaxPathBytes = 200;
constexpr unsigned kWhole = 100;  // percent

// Joined to the folder's address it stays below it, whatever the server or file system.
bool is_file_path(std::string_view path) noexcept {
  const bool characters = std::ranges::all_of(path, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '/';
  });
  // No part is empty or begins with a dot.
  return characters && !path.empty() && path.size() <= kMaxPathBytes && path.front() != '/' &&
         path.front() != '.' && path.back() != '/' && !path.contains("//") && !path.contains("/.");
}

ContentInfo read_content_info(JsonFields fields) {
  return {.sha256 = fields.hash("sha256"), .size = fields.number("size", kMaxContentBytes)};
}

FileInfo read_file(JsonFields& fields) {
  FileInfo file{.path = fields.text("path"),
                .size = fields.number("size", kMaxContentBytes),
                .sha256 = fields.hash("sha256")};
  if (!is_file_path(file.path)) {
    fields.wrong("path", "is no plain relative path");
  }
  if (fields.text("encoding") != "zstd") {
    fields.wrong("encoding", "is not \"zstd\"");
  }
  return file;
}

DeltaInfo read_delta(JsonFields fields) {
  DeltaInfo delta;
  JsonFields from = fields.object("from");
  delta.from_serial = from.number("serial");
  delta.from = read_content_info(from);
  delta.file = read_file(fields);
  // It names every line of both texts at most once, with two octets more.
  delta.text_size = fields.number("text_size", 4 * kMaxContentBytes);
  return delta;
}

Rollout read_rollout(JsonFields fields) {
  return {.canary_percent = static_cast<unsigned>(fields.number("canary_percent", kWhole)),
          .everyone_from = fields.time("everyone_from")};
}

void check(const ListManifest& manifest, JsonFields& fields) {
  if (!is_list_name(manifest.list)) {
    fields.wrong("list", "is no name of a list: a-z, 0-9 and -");
  }
  if (manifest.serial == 0) {
    fields.wrong("serial", "is 0; the first version has 1");
  }
  if (manifest.root_version == 0) {
    fields.wrong("root", "is 0; the first root has 1");
  }
  if (manifest.expires <= manifest.issued) {
    fields.wrong("expires", "is not after \"issued\"");
  }
  for (const DeltaInfo& delta : manifest.deltas) {
    if (delta.from_serial >= manifest.serial) {
      fields.wrong("deltas", "leads from a serial that is not before this one");
    }
  }
  if (manifest.rollback_of && *manifest.rollback_of >= manifest.serial) {
    fields.wrong("rollback_of", "is not before this serial");
  }
  // Otherwise a rollout could hold a version back for ever.
  if (manifest.rollout && (manifest.rollout->everyone_from < manifest.issued ||
                           manifest.rollout->everyone_from > manifest.expires)) {
    fields.wrong("rollout", "does not end between \"issued\" and \"expires\"");
  }
}

Json content_json(const ContentInfo& content) {
  return {{"sha256", hex(content.sha256)}, {"size", content.size}};
}

Json file_json(const FileInfo& file) {
  return {
      {"path", file.path}, {"size", file.size}, {"sha256", hex(file.sha256)}, {"encoding", "zstd"}};
}

Json delta_json(const DeltaInfo& delta) {
  Json json = file_json(delta.file);
  json["text_size"] = delta.text_size;
  json["from"] = {
      {"serial", delta.from_serial}, {"sha256", hex(delta.from.sha256)}, {"size", delta.from.size}};
  return json;
}

}  // namespace

Accepted<ListManifest> ListManifest::parse(std::string_view payload) {
  const auto json = parse_strict_json(payload);
  if (!json) {
    return refuse(Refusal::Malformed, "The manifest is malformed: " + json.error());
  }
  std::string problem;
  JsonFields fields(*json, problem);
  ListManifest manifest;
  manifest.list = fields.text("list");
  manifest.serial = fields.number("serial");
  manifest.issued = fields.time("issued");
  manifest.expires = fields.time("expires");
  manifest.root_version = fields.number("root");
  manifest.entries = fields.number("entries");
  manifest.content = read_content_info(fields.object("content"));
  JsonFields snapshot = fields.object("snapshot");
  manifest.snapshot = read_file(snapshot);
  for (const auto& element : fields.array("deltas", kMaxDeltas)) {
    manifest.deltas.push_back(read_delta(JsonFields(element, problem, "deltas")));
  }
  if (fields.has("rollout")) {
    manifest.rollout = read_rollout(fields.object("rollout"));
  }
  manifest.urgent = fields.has("urgent") && fields.flag("urgent");
  if (fields.has("rollback_of")) {
    manifest.rollback_of = fields.number("rollback_of");
  }
  manifest.reason = fields.has("reason") ? fields.text("reason") : "";
  check(manifest, fields);
  if (!problem.empty()) {
    return refuse(Refusal::Malformed, "The manifest is malformed: " + problem);
  }
  return manifest;
}

std::string ListManifest::payload() const {
  Json json = {{"list", list},
               {"serial", serial},
               {"issued", utc_time_text(issued)},
               {"expires", utc_time_text(expires)},
               {"root", root_version},
               {"entries", entries},
               {"content", content_json(content)},
               {"snapshot", file_json(snapshot)},
               {"deltas", Json::array()}};
  for (const DeltaInfo& delta : deltas) {
    json["deltas"].push_back(delta_json(delta));
  }
  if (rollout) {
    json["rollout"] = {{"canary_percent", rollout->canary_percent},
                       {"everyone_from", utc_time_text(rollout->everyone_from)}};
  }
  if (urgent) {
    json["urgent"] = true;
  }
  if (rollback_of) {
    json["rollback_of"] = *rollback_of;
  }
  if (!reason.empty()) {
    json["reason"] = reason;
  }
  return json.dump();
}

const DeltaInfo* ListManifest::delta_from(const ContentInfo& held) const noexcept {
  const auto found = std::ranges::find(deltas, held, &DeltaInfo::from);
  return found == deltas.end() ? nullptr : &*found;
}

bool is_canary(std::string_view list, std::uint64_t serial, std::string_view node_id,
               unsigned percent) {
  const Sha256 digest = sha256(fmt::format("luytre-canary-v1\n{}\n{}\n{}", list, serial, node_id));
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < sizeof number; ++i) {
    number = number << 8U | digest[i];
  }
  return number % kWhole < percent;
}

std::chrono::sys_seconds active_from(const ListManifest& manifest, std::string_view node_id) {
  if (manifest.urgent || !manifest.rollout ||
      is_canary(manifest.list, manifest.serial, node_id, manifest.rollout->canary_percent)) {
    return manifest.issued;
  }
  return manifest.rollout->everyone_from;
}

}  // namespace luytre::categories
