// SPDX-License-Identifier: Apache-2.0
#include "list_trust.h"

#include <fmt/format.h>

#include <system_error>
#include <utility>

#include "categories/signed/envelope.h"

namespace luytre::categories {
namespace {

// A rotation a week for a year, for who was away so long.
constexpr int kMaxRootsPerPoll = 64;

std::string root_path(std::uint64_t version) { return fmt::format("root/{}.root.json", version); }

}  // namespace

ListTrust::ListTrust(TrustedList trusted, const ListFolder& folder, std::size_t mirrors)
    : trusted_(std::move(trusted)),
      fingerprint_(hex(trusted_.fingerprint())),
      folder_(folder),
      tags_(mirrors) {}

Result<ListTrust> ListTrust::open(const Subscription& settings, const ListFolder& folder) {
  const auto text = read_small_file(settings.root_file, kMaxRootBytes);
  if (!text) {
    return fail(ErrorCode::NotFound,
                fmt::format("The pinned root {} of the list {} cannot be read; get it from the "
                            "list's issuer.",
                            settings.root_file.native(), settings.name));
  }
  auto trusted = TrustedList::pin(*text);
  if (!trusted) {
    return fail(ErrorCode::Invalid,
                fmt::format("The pinned root {} of the list {} cannot be used: {}.",
                            settings.root_file.native(), settings.name, trusted.error().message));
  }
  if (trusted->root().list != settings.name) {
    return fail(ErrorCode::Invalid,
                fmt::format("The pinned root {} is of the list {}, not of {}.",
                            settings.root_file.native(), trusted->root().list, settings.name));
  }
  return ListTrust(*std::move(trusted), folder, settings.mirrors.size());
}

Tried<void> ListTrust::restore(const SubscriberState& state, std::uint64_t in_store,
                               std::chrono::sys_seconds now) {
  const bool same_pin = state.fingerprint == fingerprint_;
  for (std::uint64_t version = trusted_.root().version + 1; same_pin; ++version) {
    const auto text = read_small_file(folder_.root_file(version), kMaxRootBytes);
    if (!text || !trusted_.accept_root(*text)) {
      break;  // it will be fetched
    }
  }
  const std::uint64_t accepted = same_pin && state.accepted ? state.accepted->serial : 0;
  if (in_store > accepted) {
    // Which content that serial had is not known any more: it may come once again, nothing older.
    trusted_.resume({.serial = in_store - 1, .payload_sha256 = {}});
  } else if (accepted != 0) {
    trusted_.resume(*state.accepted);
  }
  const auto text = read_small_file(folder_.manifest_file(), kMaxManifestBytes);
  if (!same_pin || !text) {
    return {};
  }
  return believe(*text, folder_.manifest_file().native(), now);
}

Tried<void> ListTrust::ask(const MirrorAccess& mirror, std::size_t number,
                           std::chrono::sys_seconds now) {
  if (auto walked = walk_roots(mirror); !walked) {
    return walked;
  }
  auto accepted = ask_manifest(mirror, number, now);
  const std::uint64_t known = trusted_.root().version;
  if (accepted || (accepted.error().reason != refusal_word(Refusal::BadSignatures) &&
                   accepted.error().reason != refusal_word(Refusal::UnknownRoot))) {
    return accepted;
  }
  // A root may have appeared between the two requests.
  if (auto walked = walk_roots(mirror); !walked) {
    return walked;
  }
  return trusted_.root().version == known ? accepted : ask_manifest(mirror, number, now);
}

Tried<void> ListTrust::walk_roots(const MirrorAccess& mirror) {
  for (int step = 0; step < kMaxRootsPerPoll; ++step) {
    const std::uint64_t version = trusted_.root().version + 1;
    const FetchReply reply = mirror.text(root_path(version), kMaxRootBytes);
    if (reply.outcome == FetchOutcome::Absent) {
      return {};
    }
    if (reply.outcome != FetchOutcome::Done) {
      return problem(reply);
    }
    if (auto accepted = trusted_.accept_root(reply.body); !accepted) {
      return problem(accepted.error(), mirror.base + root_path(version));
    }
    // A root that cannot be kept is fetched again after the next start.
    static_cast<void>(write_atomically(folder_.root_file(version), reply.body).has_value());
  }
  return {};
}

Tried<void> ListTrust::ask_manifest(const MirrorAccess& mirror, std::size_t number,
                                    std::chrono::sys_seconds now) {
  const std::string where = mirror.base + "manifest.json";
  const FetchReply reply = mirror.text("manifest.json", kMaxManifestBytes, tags_[number]);
  if (reply.outcome == FetchOutcome::Unchanged) {
    return believe(std::string(manifest_text_), where, now);  // it may have expired
  }
  tags_[number].clear();
  if (reply.outcome != FetchOutcome::Done) {
    return problem(reply);
  }
  const bool known = reply.body == manifest_text_;
  if (auto believed = believe(reply.body, where, now); !believed) {
    return believed;
  }
  if (!known) {
    tags_.assign(tags_.size(), {});
    if (auto written = write_atomically(folder_.manifest_file(), manifest_text_); !written) {
      return problem(written.error());
    }
  }
  tags_[number] = reply.tag;
  return {};
}

Tried<void> ListTrust::believe(const std::string& text, std::string_view where,
                               std::chrono::sys_seconds now) {
  auto manifest = trusted_.accept_manifest(text, now);
  if (!manifest) {
    return problem(manifest.error(), where);
  }
  manifest_ = *std::move(manifest);
  manifest_text_ = text;
  return {};
}

}  // namespace luytre::categories
