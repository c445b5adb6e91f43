// SPDX-License-Identifier: Apache-2.0
#include "categories/signed/trusted_list.h"

#include <fmt/format.h>

#include <utility>

#include "categories/native/utc_time.h"
#include "categories/signed/envelope.h"

namespace luytre::categories {
namespace {

// Clocks differ; a manifest from further ahead would outlive its issuer's intention.
constexpr std::chrono::hours kClockSkew{24};
// A hundred versions an hour for 4,900 years; 2^53 is two million such steps away.
constexpr std::uint64_t kMaxSerialStep = std::uint64_t{1} << 32U;

Accepted<void> check_signatures(const Envelope& envelope, const SigningRole& role,
                                std::string_view what) {
  const std::size_t have = envelope.signers(role.keys);
  if (have >= role.threshold) {
    return {};
  }
  return Unexpected<Refused>(
      Refused{.reason = Refusal::BadSignatures,
              .message = fmt::format("{} is signed by {} of the {} keys that it takes", what, have,
                                     role.threshold),
              .have = have,
              .need = role.threshold});
}

}  // namespace

TrustedList::TrustedList(ListRoot root, const Sha256& fingerprint)
    : root_(std::move(root)), fingerprint_(fingerprint) {}

Accepted<TrustedList> TrustedList::pin(std::string_view text) {
  const auto envelope = Envelope::parse(text, kRootType);
  if (!envelope) {
    return Unexpected<Refused>(envelope.error());
  }
  auto root = ListRoot::parse(envelope->payload);
  if (!root) {
    return Unexpected<Refused>(root.error());
  }
  if (auto good = check_signatures(*envelope, root->root, "The root"); !good) {
    return Unexpected<Refused>(good.error());
  }
  return TrustedList(*std::move(root), sha256(envelope->payload));
}

Accepted<void> TrustedList::accept_root(std::string_view text) {
  const auto envelope = Envelope::parse(text, kRootType);
  if (!envelope) {
    return Unexpected<Refused>(envelope.error());
  }
  // Before the payload is looked into: it is by those who may name the next root, or by nobody.
  if (auto good = check_signatures(*envelope, root_.root, "The next root"); !good) {
    return good;
  }
  auto next = ListRoot::parse(envelope->payload);
  if (!next) {
    return Unexpected<Refused>(next.error());
  }
  if (next->list != root_.list) {
    return refuse(Refusal::WrongList, fmt::format("The root is of the list \"{}\", not of \"{}\"",
                                                  next->list, root_.list));
  }
  if (next->version <= root_.version) {
    return refuse(Refusal::OldRoot, fmt::format("The root has version {} and {} is held",
                                                next->version, root_.version));
  }
  if (next->version != root_.version + 1) {
    return refuse(Refusal::RootGap, fmt::format("The root has version {} where {} must follow",
                                                next->version, root_.version + 1));
  }
  if (auto good = check_signatures(*envelope, next->root, "The next root, by its own keys,");
      !good) {
    return good;
  }
  root_ = *std::move(next);
  return {};
}

Accepted<ListManifest> TrustedList::accept_manifest(std::string_view text,
                                                    std::chrono::sys_seconds now) {
  const auto envelope = Envelope::parse(text, kManifestType);
  if (!envelope) {
    return Unexpected<Refused>(envelope.error());
  }
  if (auto good = check_signatures(*envelope, root_.manifest, "The manifest"); !good) {
    return Unexpected<Refused>(good.error());
  }
  auto manifest = ListManifest::parse(envelope->payload);
  if (!manifest) {
    return manifest;
  }
  if (manifest->list != root_.list) {
    return refuse(Refusal::WrongList,
                  fmt::format("The manifest is of the list \"{}\", not of \"{}\"", manifest->list,
                              root_.list));
  }
  if (manifest->root_version > root_.version) {
    return refuse(Refusal::UnknownRoot,
                  fmt::format("The manifest is signed under root {} and {} is held",
                              manifest->root_version, root_.version));
  }
  if (root_.expires <= now) {
    return refuse(Refusal::RootExpired, fmt::format("Root {} of the list has expired on {}",
                                                    root_.version, utc_time_text(root_.expires)));
  }
  const Sha256 payload_sha256 = sha256(envelope->payload);
  if (auto good = check_serial(*manifest, payload_sha256); !good) {
    return Unexpected<Refused>(good.error());
  }
  if (manifest->issued > now + kClockSkew) {
    return refuse(
        Refusal::FromTheFuture,
        fmt::format("Serial {} is issued on {}, more than a day from now: a clock is wrong",
                    manifest->serial, utc_time_text(manifest->issued)));
  }
  if (manifest->expires <= now) {
    return refuse(Refusal::Expired, fmt::format("Serial {} has expired on {}", manifest->serial,
                                                utc_time_text(manifest->expires)));
  }
  accepted_ = AcceptedVersion{.serial = manifest->serial, .payload_sha256 = payload_sha256};
  return manifest;
}

Accepted<void> TrustedList::check_serial(const ListManifest& manifest,
                                         const Sha256& payload_sha256) const {
  if (!accepted_) {
    return {};
  }
  if (manifest.serial < accepted_->serial) {
    return refuse(Refusal::OldSerial, fmt::format("Serial {} is older than {}, which was accepted",
                                                  manifest.serial, accepted_->serial));
  }
  if (manifest.serial == accepted_->serial && payload_sha256 != accepted_->payload_sha256) {
    return refuse(Refusal::SameSerialOtherContent,
                  fmt::format("Serial {} is signed with two different contents: its issuer says "
                              "different things to different subscribers",
                              manifest.serial));
  }
  if (manifest.serial - accepted_->serial > kMaxSerialStep) {
    return refuse(Refusal::SerialJump, fmt::format("Serial {} is too far ahead of {}",
                                                   manifest.serial, accepted_->serial));
  }
  return {};
}

}  // namespace luytre::categories
