// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <utility>

#include "categories/authority/candidate.h"
#include "files.h"

namespace luytre::categories {
namespace {

std::string short_id(const PublicKey& key) { return hex(key.id()).substr(0, 16); }

Result<void> sign_one(const Workplace& place, Envelope& envelope, const std::filesystem::path& file,
                      const std::string& about, const SigningKey& key, const Act& act) {
  auto done = envelope.sign(key);
  if (done) {
    done = files::replace(file, envelope.text());
  }
  return done ? place.log().append(act, "sign", about,
                                   {{"key", hex(key.public_key().id())},
                                    {"payload_sha256", hex(sha256(envelope.payload))}})
              : done;
}

}  // namespace

SignatureNeeds needs_of(const ListState& state, const PublicKey& key) {
  SignatureNeeds needs;
  const auto& next = state.next_root;
  if (next) {
    const bool old_role = state.root && state.root->root.root.has(key);
    const bool role = old_role || next->root.root.has(key);
    needs.has_role = role;
    needs.root = role && !next->envelope.signed_by(key);
  }
  const bool role = state.signing_root().manifest.has(key);
  needs.has_role = needs.has_role || role;
  needs.version = role && (!state.candidate || !state.candidate->document.envelope.signed_by(key));
  return needs;
}

Result<void> sign_staged(const Workplace& place, ListState& state, const SigningKey& key,
                         const Act& act) {
  const SignatureNeeds needs = needs_of(state, key.public_key());
  const bool version = needs.version && state.candidate;
  if (!needs.has_role) {
    return fail(ErrorCode::Permission,
                fmt::format("Key {} has no say in this list; 'luytrectl list show' names those "
                            "that have",
                            short_id(key.public_key())));
  }
  if (!needs.root && !version) {
    return fail(ErrorCode::Conflict,
                fmt::format("Key {} has signed everything that is staged; another one must",
                            short_id(key.public_key())));
  }
  if (needs.root) {
    RootDocument& next = *state.next_root;
    if (auto done = sign_one(place, next.envelope, place.staged_root(),
                             fmt::format("root {}", next.root.version), key, act);
        !done) {
      return done;
    }
  }
  if (!version) {
    return {};
  }
  ManifestDocument& document = state.candidate->document;
  return sign_one(place, document.envelope, place.staged_manifest(),
                  fmt::format("version {}", document.manifest.serial), key, act);
}

Result<void> stage_root(const Workplace& place, const ListState& state, const ListRoot& next,
                        const Act& act) {
  if (state.next_root) {
    return fail(ErrorCode::Conflict,
                fmt::format("Root {} is staged already; sign and publish it, or discard it",
                            state.next_root->root.version));
  }
  if (state.candidate) {
    return fail(ErrorCode::Conflict,
                fmt::format("Version {} is staged under the present root; publish it first, or "
                            "discard it",
                            state.candidate->document.manifest.serial));
  }
  Envelope envelope{.type = std::string(kRootType), .payload = next.payload(), .signatures = {}};
  if (const auto good = ListRoot::parse(envelope.payload); !good) {
    return Unexpected<Error>(good.error().error());
  }
  auto done = files::replace(place.staged_root(), envelope.text());
  return done ? place.log().append(act, "rotate", fmt::format("root {}", next.version),
                                   {{"root_keys", std::to_string(next.root.keys.size())},
                                    {"root_threshold", std::to_string(next.root.threshold)},
                                    {"version_keys", std::to_string(next.manifest.keys.size())},
                                    {"version_threshold", std::to_string(next.manifest.threshold)}})
              : done;
}

}  // namespace luytre::categories
