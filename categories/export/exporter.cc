// SPDX-License-Identifier: Apache-2.0
#include "categories/export/exporter.h"

#include <utility>

#include "entry_writer.h"
#include "names_writer.h"
#include "rows_writer.h"

namespace luytre::categories {
namespace {

constexpr std::size_t kPieceBytes = std::size_t{64} << 10U;

std::unique_ptr<EntryWriter> writer_of(const Taxonomy& taxonomy, const ExportOptions& options) {
  if (options.format == ExportFormat::Luytre || options.format == ExportFormat::Csv) {
    return std::make_unique<RowsWriter>(taxonomy, options);
  }
  return std::make_unique<NamesWriter>(taxonomy, options);
}

}  // namespace

Exporter::Exporter(const Taxonomy& taxonomy, const ExportOptions& options, Sink sink)
    : writer_(writer_of(taxonomy, options)), sink_(std::move(sink)) {}
Exporter::Exporter(Exporter&&) noexcept = default;
Exporter& Exporter::operator=(Exporter&&) noexcept = default;
Exporter::~Exporter() = default;

Result<void> Exporter::flush() {
  auto taken = sink_(writer_->text());
  writer_->text().clear();
  return taken;
}

Result<void> Exporter::add(const Entry& entry) {
  writer_->add(entry);
  return writer_->text().size() < kPieceBytes ? Result<void>() : flush();
}
Result<void> Exporter::add(const PathEntry& entry) {
  writer_->add(entry);
  return writer_->text().size() < kPieceBytes ? Result<void>() : flush();
}
Result<void> Exporter::add(const PrefixEntry& entry) {
  writer_->add(entry);
  return writer_->text().size() < kPieceBytes ? Result<void>() : flush();
}

Result<ExportReport> Exporter::finish() {
  if (auto taken = flush(); !taken) {
    return Unexpected<Error>(taken.error());
  }
  return writer_->report();
}

std::string_view describe(ExportFormat format) noexcept {
  switch (format) {
    case ExportFormat::Rpz:
      return "rpz";
    case ExportFormat::Hosts:
      return "hosts";
    case ExportFormat::Names:
      return "names";
    case ExportFormat::Luytre:
      return "luytre";
    case ExportFormat::Csv:
      return "csv";
  }
  return "unknown";
}

}  // namespace luytre::categories
