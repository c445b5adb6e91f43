// SPDX-License-Identifier: Apache-2.0
#include "catalogue_import.h"

#include <fmt/format.h>

#include <chrono>
#include <future>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "categories/compile/index_files.h"
#include "categories/import/source_catalogue.h"
#include "compile_lists.h"
#include "import_report.h"
#include "output.h"
#include "progress.h"

namespace luytre::ctl {
namespace {

using categories::SourceOrder;
using Json = nlohmann::ordered_json;

// A list that was not imported: why by decision, or what went wrong.
struct Unimported {
  std::string source;
  std::string path;
  std::string reason;
};

struct CatalogueReport {
  std::vector<ImportedList> imported;
  std::vector<ImportedList> held;
  std::vector<Unimported> left_out;
  std::vector<Unimported> failed;
  categories::ImportReport total;
  std::optional<categories::CompiledIndex> index;
  double seconds = 0;
};

// Reads each list while the one before it is stored: at most two are in memory.
class ReadAhead {
 public:
  ReadAhead(const std::vector<SourceOrder>& orders, const categories::Taxonomy& taxonomy)
      : orders_(orders), taxonomy_(taxonomy) {
    begin();
  }

  [[nodiscard]] bool done() const noexcept { return !current_.valid(); }
  [[nodiscard]] const SourceOrder& order() const noexcept { return orders_[position_]; }
  // The list at hand; the next one begins to be read.
  Result<ReadList> take() {
    Result<ReadList> list = current_.get();
    ++next_;
    begin();
    return list;
  }
  void advance() noexcept { position_ = next_; }

 private:
  void begin() {
    if (next_ < orders_.size()) {
      current_ = std::async(std::launch::async,
                            [this, at = next_] { return read_list(orders_[at], taxonomy_, {}); });
    }
  }

  const std::vector<SourceOrder>& orders_;
  const categories::Taxonomy& taxonomy_;
  std::size_t position_ = 0;
  std::size_t next_ = 0;
  std::future<Result<ReadList>> current_;
};

void import_all(categories::CategoryStore& store, const categories::Taxonomy& taxonomy,
                const std::vector<SourceOrder>& orders, ListGate& gate, CatalogueReport& report) {
  Progress progress(fmt::format("of {} lists imported", orders.size()));
  for (ReadAhead ahead(orders, taxonomy); !ahead.done(); ahead.advance()) {
    const SourceOrder& order = ahead.order();
    auto list = ahead.take();
    auto stored = list ? store_list(store, order.path, *std::move(list), gate)
                       : Result<ImportedList>(Unexpected<Error>(list.error()));
    if (stored && stored->admission.held) {
      report.held.push_back(*std::move(stored));
    } else if (stored) {
      add_counts(report.total, stored->report);
      report.imported.push_back(*std::move(stored));
    } else {
      report.failed.push_back({order.source.name, order.path.string(), stored.error().message});
    }
    progress.update(report.imported.size() + report.held.size() + report.failed.size());
  }
}

Json to_json(const std::vector<Unimported>& lists) {
  Json json = Json::array();
  for (const Unimported& list : lists) {
    json.push_back({{"source", list.source}, {"path", list.path}, {"reason", list.reason}});
  }
  return json;
}

Json to_json(const CatalogueReport& report, const categories::Taxonomy& taxonomy) {
  Json json = {{"sources", Json::array()},
               {"held", Json::array()},
               {"left_out", to_json(report.left_out)},
               {"failed", to_json(report.failed)},
               {"lines", report.total.lines},
               {"entries", report.total.entries},
               {"names", report.total.names},
               {"paths", report.total.paths},
               {"prefixes", report.total.prefixes},
               {"exceptions", report.total.exceptions},
               {"duplicates", report.total.duplicates},
               {"skipped", skipped_json(report.total)},
               {"entries_by_category", report.total.entries_by_category},
               {"index", nullptr},
               {"seconds", report.seconds}};
  for (const ImportedList& imported : report.imported) {
    json["sources"].push_back(to_json(imported, taxonomy));
  }
  for (const ImportedList& held : report.held) {
    json["held"].push_back(to_json(held, taxonomy));
  }
  if (report.index) {
    json["index"] = {{"serial", report.index->serial},
                     {"names", report.index->names},
                     {"bytes", report.index->bytes},
                     {"seconds", report.index->seconds}};
  }
  return json;
}

// Each reason once, with the lists that it is about.
void print(std::string_view title, const std::vector<Unimported>& lists) {
  if (lists.empty()) {
    return;
  }
  std::map<std::string, std::vector<std::string>> by_reason;
  for (const Unimported& list : lists) {
    by_reason[list.reason].push_back(list.source);
  }
  fmt::print("\n{}\n", title);
  for (const auto& [reason, sources] : by_reason) {
    fmt::print("{}\n{}\n", wrap(reason, 2), wrap(fmt::format("{}", fmt::join(sources, ", ")), 6));
  }
}

// One line a list: 'categories held' has the rest.
void print_guards(const CatalogueReport& report) {
  for (const auto& [title, lists] :
       {std::pair{"Held for a second person (luytrectl categories held)", &report.held},
        std::pair{"In force, with notices of the guards", &report.imported}}) {
    bool titled = false;
    for (const ImportedList& list : *lists) {
      for (const categories::GuardFinding& finding : list.admission.report.findings) {
        fmt::print("{}{}{}", titled ? "" : "\n", titled ? "" : title, titled ? "" : "\n");
        titled = true;
        fmt::print("  {}\n{}\n", cut(list.source, 90), wrap(finding.sentence, 6));
      }
    }
  }
}

void print(const CatalogueReport& report) {
  fmt::print("  {:<36}{:>12}{:>12}{:>10}{:>12}\n", "source", "lines", "entries", "skipped", "time");
  for (const ImportedList& list : report.imported) {
    fmt::print("  {:<36}{:>12}{:>12}{:>10}{:>12}\n", cut(list.source, 35),
               grouped(list.report.lines), grouped(list.report.entries),
               grouped(skipped_lines(list.report)),
               duration_text(list.read_seconds + list.store_seconds));
  }
  const categories::ImportReport& total = report.total;
  fmt::print("  {:<36}{:>12}{:>12}{:>10}{:>12}\n", "all", grouped(total.lines),
             grouped(total.entries), grouped(skipped_lines(total)), duration_text(report.seconds));
  fmt::print("\n{} names, {} pages, {} address ranges; {} of them exceptions.\n\n",
             grouped(total.names), grouped(total.paths), grouped(total.prefixes),
             grouped(total.exceptions));
  print_categories(total);
  fmt::print("\n");
  print_skipped(total);
  print("Left out", report.left_out);
  print("Failed; each of these sources stays as it was", report.failed);
  print_guards(report);
  fmt::print("\nImported {} lists; {} held, {} left out, {} failed.\n", report.imported.size(),
             report.held.size(), report.left_out.size(), report.failed.size());
  if (report.index) {
    fmt::print("Index {}: {} names, {}, compiled in {}.\n", report.index->serial,
               grouped(report.index->names), bytes_text(report.index->bytes),
               duration_text(report.index->seconds));
  } else {
    fmt::print("Not in force yet: run luytrectl categories compile.\n");
  }
}

}  // namespace

Result<int> import_catalogue(const Command& command, const CatalogueOptions& options) {
  const auto began = std::chrono::steady_clock::now();
  const auto taxonomy = command.installation.taxonomy();
  if (!taxonomy) {
    return Unexpected<Error>(taxonomy.error());
  }
  const auto catalogue = categories::SourceCatalogue::load(options.file, *taxonomy);
  if (!catalogue) {
    return Unexpected<Error>(catalogue.error());
  }
  auto resolved =
      catalogue->resolve(options.root.empty() ? options.file.parent_path() : options.root);
  if (!resolved) {
    return Unexpected<Error>(resolved.error());
  }
  CatalogueReport report;
  std::vector<SourceOrder> orders;
  for (SourceOrder& order : *resolved) {
    if (order.left_out.empty()) {
      orders.push_back(std::move(order));
    } else {
      report.left_out.push_back({order.source.name, order.path.string(), order.left_out});
    }
  }
  auto store = command.installation.open_categories(lmdb::OpenMode::ReadWrite);
  if (!store) {
    return Unexpected<Error>(store.error());
  }
  auto gate = ListGate::open(command.installation, *taxonomy, *store, options.admission);
  if (!gate) {
    return Unexpected<Error>(gate.error());
  }
  import_all(*store, *taxonomy, orders, *gate, report);
  if (options.compile && !report.imported.empty()) {
    auto index = compile_lists(*store, *taxonomy, command.installation.index_dir());
    if (!index) {
      return Unexpected<Error>(index.error());
    }
    report.index = std::move(*index);
  }
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  if (command.json) {
    print_json(to_json(report, *taxonomy));
  } else {
    print(report);
  }
  if (!report.failed.empty()) {
    return kExitFailed;
  }
  return report.held.empty() ? kExitDone : kExitHeld;
}

}  // namespace luytre::ctl
