// SPDX-License-Identifier: Apache-2.0
#include "list_import.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "output.h"

namespace luytre::ctl {
namespace {

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
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
                                ReadList list, ListGate& gate) {
  if (list.content.size() == 0) {
    return holds_nothing(path, list);
  }
  auto admission = gate.admit(list.source, list.content);
  if (!admission) {
    return Unexpected<Error>(admission.error());
  }
  ImportedList imported{.source = list.source.name,
                        .path = path.string(),
                        .serial = 0,
                        .admission = std::move(*admission),
                        .report = std::move(list.report),
                        .read_seconds = list.seconds,
                        .store_seconds = 0};
  if (imported.admission.held) {
    return imported;
  }
  if (auto recorded = gate.record(list.source, list.content, imported.admission); !recorded) {
    return Unexpected<Error>(recorded.error());
  }
  const auto began = std::chrono::steady_clock::now();
  const auto serial = store.replace_source(list.source, std::move(list.content));
  if (!serial) {
    return Unexpected<Error>(serial.error());
  }
  imported.serial = static_cast<std::uint64_t>(*serial);
  imported.store_seconds = seconds_since(began);
  return imported;
}

}  // namespace luytre::ctl
