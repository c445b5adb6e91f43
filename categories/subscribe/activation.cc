// SPDX-License-Identifier: Apache-2.0
#include "activation.h"

#include <fmt/format.h>

#include <utility>

#include "categories/signed/digest.h"
#include "categories/signed/list_delta.h"
#include "categories/signed/packed_file.h"
#include "scope_filter.h"

namespace luytre::categories {
namespace {

Tried<ListContent> whole_content(const ActivationRequest& request, const SubscriberHost& host,
                                 std::uint64_t& dropped) {
  auto read = read_packed_list(request.prepared.text, request.manifest.content, host.taxonomy);
  if (!read) {
    auto wrong = problem(read.error(), request.prepared.text.native());
    if (wrong.error().fault == Fault::Mirror) {
      wrong.error().fault = Fault::Issuer;  // it is the text that was signed
    }
    return wrong;
  }
  dropped = keep_what_may_be_stated(request.rules.may_state, read->content);
  return std::move(read->content);
}

// In the same way for what goes as for what comes.
Tried<CategoryStore::ListChanges> changes(const ActivationRequest& request,
                                          const SubscriberHost& host, std::uint64_t& dropped) {
  const PreparedVersion::Step& step = *request.prepared.step;
  dropped = request.dropped;
  if (!step.delta) {
    return CategoryStore::ListChanges{};
  }
  auto read = read_delta(*step.delta, step.file, host.taxonomy);
  if (!read) {
    return problem(read.error(), step.file.native());
  }
  dropped += keep_what_may_be_stated(request.rules.may_state, read->added);
  const std::uint64_t gone = keep_what_may_be_stated(request.rules.may_state, read->removed);
  dropped -= std::min(dropped, gone);
  return CategoryStore::ListChanges{.added = std::move(read->added),
                                    .removed = std::move(read->removed)};
}

Source source_of(const ActivationRequest& request) {
  Source source = request.rules.source;
  source.version = request.manifest.serial;
  source.imported_at = request.now.time_since_epoch().count();
  return source;
}

Tried<std::vector<HeldReason>> guarded(const Source& source, const ListContent& content,
                                       const SubscriberHost& host) {
  if (!host.guard) {
    return std::vector<HeldReason>{};
  }
  auto reasons = host.guard({.source = source, .content = content, .store = host.store});
  if (!reasons && reasons.error().code == ErrorCode::Invalid) {
    return Unexpected(Problem{.fault = Fault::Issuer,
                              .reason = "no_list",
                              .message = problem(reasons.error()).error().message});
  }
  if (!reasons) {
    return problem(reasons.error());
  }
  return *std::move(reasons);
}

// Nothing: the store does not hold what the step begins with.
Tried<std::optional<ActivationResult>> activate_by_step(const ActivationRequest& request,
                                                        const SubscriberHost& host) {
  ActivationResult result{.held = {}, .whole = false};
  auto step = changes(request, host, result.dropped);
  if (!step) {
    return Unexpected(step.error());
  }
  if (auto noted = request.before_commit(result.dropped); !noted) {
    return problem(noted.error());
  }
  const std::lock_guard lock(host.writing);
  const auto serial = host.store.update_source(source_of(request), *std::move(step));
  if (serial) {
    return result;
  }
  if (serial.error().code == ErrorCode::Conflict || serial.error().code == ErrorCode::NotFound) {
    return std::optional<ActivationResult>();
  }
  return problem(serial.error());
}

}  // namespace

ActivationRules activation_rules(const Subscription& settings, const std::string& fingerprint,
                                 const Taxonomy& taxonomy) {
  ActivationRules rules;
  rules.source.name = settings.name;
  rules.source.format = "luytre";
  rules.source.issuer = settings.issuer;
  rules.source.scope = settings.scope;
  rules.source.priority = settings.priority;
  rules.source.trust = fingerprint;
  rules.source.location = settings.mirrors.front();
  rules.may_state = categories::may_state(taxonomy, settings.scope, settings.never_block);
  std::string all = fmt::format("{}\n{}\n{:x}\n{}\n", settings.issuer, describe(settings.scope),
                                rules.may_state.bits(), settings.priority);
  for (const Category& category : taxonomy.categories()) {
    all += fmt::format("{} {} {}\n", static_cast<unsigned>(category.id), category.name,
                       static_cast<unsigned>(category.tier));
  }
  rules.basis = hex(sha256(all)).substr(0, 16);
  return rules;
}

Tried<ActivationResult> activate(const ActivationRequest& request, const SubscriberHost& host) {
  ActivationResult result;
  const bool by_step = request.by_step && request.prepared.step.has_value();
  std::optional<ListContent> content;
  const Source source = source_of(request);
  if (host.guard || !by_step) {
    auto read = whole_content(request, host, result.dropped);
    if (!read) {
      return Unexpected(read.error());
    }
    content = *std::move(read);
    auto held = guarded(source, *content, host);
    if (!held) {
      return Unexpected(held.error());
    }
    result.held = *std::move(held);
    if (!result.held.empty()) {
      return result;
    }
  }
  if (by_step) {
    auto done = activate_by_step(request, host);
    if (!done) {
      return Unexpected(done.error());
    }
    if (*done) {
      return **std::move(done);
    }
  }
  if (!content) {
    auto read = whole_content(request, host, result.dropped);
    if (!read) {
      return Unexpected(read.error());
    }
    content = *std::move(read);
  }
  if (auto noted = request.before_commit(result.dropped); !noted) {
    return problem(noted.error());
  }
  const std::lock_guard lock(host.writing);
  if (auto serial = host.store.replace_source(source, *std::move(content)); !serial) {
    return problem(serial.error());
  }
  return result;
}

}  // namespace luytre::categories
