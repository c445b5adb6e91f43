// SPDX-License-Identifier: Apache-2.0
#include "list_import.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <utility>

#include "output.h"

namespace luytre::ctl {
namespace {

// A list that lost half of its entries is more often a failed download than a change of mind.
constexpr std::uint64_t kShrinkGuardFrom = 100;

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

// Refuses what would silently take a source's protection away. `content` is what the list says now.
Result<void> guard(const categories::CategoryStore& store, const categories::Source& source,
                   const categories::ListContent& content, Shrink shrink) {
  const std::uint64_t entries = content.size();
  const auto sources = store.sources();
  if (!sources) {
    return Unexpected<Error>(sources.error());
  }
  const auto before = std::ranges::find(*sources, source.name, &categories::Source::name);
  if (shrink == Shrink::Refused && before != sources->end() &&
      before->entry_count >= kShrinkGuardFrom && entries < before->entry_count / 2) {
    return fail(ErrorCode::Conflict,
                fmt::format("The list has {} entries where source '{}' had {}: less than half. If "
                            "that is right, add --allow-shrink.",
                            grouped(entries), source.name, grouped(before->entry_count)));
  }
  return {};
}

// Why nothing was taken from the list: what most of its lines were skipped for.
Unexpected<Error> holds_nothing(const std::filesystem::path& path, const ReadList& list) {
  const auto& skipped = list.report.skipped;
  const auto most = std::ranges::max_element(skipped, {}, &categories::SkipCount::lines);
  std::string why;
  if (most->lines != 0) {
    const auto cause = static_cast<categories::SkipCause>(most - skipped.begin());
    why =
        fmt::format(" ({} of {} lines: {}{})", grouped(most->lines), grouped(list.report.lines),
                    describe(cause),
                    cause == categories::SkipCause::NotGranted ? "; see --scope and --grant" : "");
  }
  return fail(ErrorCode::Invalid,
              fmt::format("{} holds no usable entry{}; source '{}' stays as it was.", path.string(),
                          why, list.source.name));
}

}  // namespace

Result<ReadList> read_list(const categories::SourceOrder& order,
                           const categories::Taxonomy& taxonomy,
                           std::function<void(std::uint64_t lines)> on_progress) {
  const auto began = std::chrono::steady_clock::now();
  categories::ImportOptions options = order.options;
  options.on_progress = std::move(on_progress);
  options.now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  auto parsed = categories::read_list(order.path, taxonomy, options);
  if (!parsed) {
    return Unexpected<Error>(parsed.error());
  }
  ReadList list{.source = order.source,
                .content = std::move(parsed->content),
                .report = std::move(parsed->report),
                .seconds = seconds_since(began)};
  list.source.format = describe(list.report.format);
  list.source.imported_at = options.now.time_since_epoch().count();
  return list;
}

Result<ImportedList> store_list(categories::CategoryStore& store, const std::filesystem::path& path,
                                ReadList list, Shrink shrink) {
  if (list.content.size() == 0) {
    return holds_nothing(path, list);
  }
  if (auto allowed = guard(store, list.source, list.content, shrink); !allowed) {
    return Unexpected<Error>(allowed.error());
  }
  const auto began = std::chrono::steady_clock::now();
  const auto serial = store.replace_source(list.source, std::move(list.content));
  if (!serial) {
    return Unexpected<Error>(serial.error());
  }
  return ImportedList{.source = list.source.name,
                      .path = path.string(),
                      .serial = static_cast<std::uint64_t>(*serial),
                      .report = std::move(list.report),
                      .read_seconds = list.seconds,
                      .store_seconds = seconds_since(began)};
}

}  // namespace luytre::ctl
