// SPDX-License-Identifier: Apache-2.0
#include "categories/import/importer.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <system_error>
#include <utility>

#include "archive_file.h"
#include "format_guess.h"
#include "site_folder.h"
#include "list_collector.h"
#include "member_reader.h"
#include "name_rules.h"
#include "ut1_tree.h"

namespace luytre::categories {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kGuessBytes = std::size_t{64} << 10U;

// The beginning of the first member, cut behind its last whole line.
Result<std::string> read_beginning(ArchiveFile& file) {
  std::string text;
  while (text.size() < kGuessBytes) {
    const auto piece = file.read();
    if (!piece) {
      return Unexpected(piece.error());
    }
    if (piece->empty()) {
      return text;
    }
    text.append(piece->data(), piece->size());
  }
  text.resize(text.rfind('\n') == std::string::npos ? text.size() : text.rfind('\n') + 1);
  return text;
}

// Symbolic links to a directory count; what cannot be looked at is none, and opening it will say
// why.
bool is_folder(const fs::path& path) noexcept {
  std::error_code error;
  return fs::is_directory(path, error);
}

Result<ListFormat> detect_format(const fs::path& path, const Taxonomy& taxonomy) {
  if (is_folder(path)) {
    return ListFormat::Ut1;
  }
  auto file = ArchiveFile::open(path);
  if (!file) {
    return Unexpected(file.error());
  }
  const auto any = file->next();
  if (!any) {
    return Unexpected(any.error());
  }
  if (*any && file->is_tar()) {
    return ListFormat::Ut1;
  }
  const auto text = *any ? read_beginning(*file) : Result<std::string>();
  if (!text) {
    return Unexpected(text.error());
  }
  std::vector<std::string_view> lines;
  LineSplitter splitter;
  const auto keep = [&](std::string_view line, std::uint64_t) { lines.push_back(line); };
  splitter.feed(*text, keep);
  return guess_format(lines, taxonomy);
}

Result<void> read_single_file(const fs::path& path, ListFormat format, const ImportOptions& options,
                              ListCollector& collector) {
  auto file = ArchiveFile::open(path);
  const auto any = file ? file->next() : Result<bool>(Unexpected(file.error()));
  if (!any) {
    return Unexpected(any.error());
  }
  if (*any && file->is_tar()) {
    return fail(ErrorCode::Invalid,
                fmt::format("{}: a tar archive; import it as ut1", path.string()));
  }
  using Meaning = Expected<CategorySet, SkipCause>;
  collector.begin_file(path.filename().string(),
                       options.categories.empty() && format != ListFormat::LabelRegistry
                           ? Meaning(Unexpected(SkipCause::UnknownCategory))
                           : Meaning(options.categories));
  return *any ? read_member(*file, collector) : collector.end_file();
}

}  // namespace

Result<ParsedList> read_list(const fs::path& path, const Taxonomy& taxonomy,
                             const ImportOptions& options) {
  std::error_code error;
  if (!fs::exists(path, error)) {
    return fail(ErrorCode::NotFound, fmt::format("{}: there is no such file", path.string()));
  }
  ListFormat format = options.format;
  if (format == ListFormat::Auto) {
    const auto detected = detect_format(path, taxonomy);
    if (!detected) {
      return Unexpected(detected.error());
    }
    format = *detected;
  }
  const bool labels = format == ListFormat::Labels || format == ListFormat::LabelRegistry;
  const bool names_its_own =
      format == ListFormat::Ut1 || format == ListFormat::Luytre || format == ListFormat::Csv;
  if (labels && !options.categories.empty()) {
    return fail(
        ErrorCode::Invalid,
        fmt::format("{}: a label says an age and no category; do not give one", path.string()));
  }
  if (!names_its_own && !labels && options.categories.empty()) {
    return fail(ErrorCode::Invalid,
                fmt::format("{}: a list in the format \"{}\" does not say what its names are; give "
                            "its category",
                            path.string(), describe(format)));
  }
  auto rules = NameRules::load(taxonomy);
  if (!rules) {
    return Unexpected(rules.error());
  }
  ListCollector collector(taxonomy, options, *std::move(rules), format);
  Result<void> read;
  if (format == ListFormat::Ut1) {
    Ut1Tree tree(taxonomy, options, collector);
    read = is_folder(path) ? tree.read_folder(path) : tree.read_archive(path);
  } else if (format == ListFormat::Labels) {
    SiteFolder sites(options, collector);
    read = is_folder(path) ? sites.read_folder(path) : sites.read_file(path);
  } else {
    read = read_single_file(path, format, options, collector);
  }
  if (!read) {
    return Unexpected(read.error());
  }
  return std::move(collector).finish();
}

std::string_view describe(SkipCause cause) noexcept {
  switch (cause) {
    case SkipCause::NotAName:
      return "not a domain name";
    case SkipCause::Address:
      return "address with a port, or a redirection";
    case SkipCause::Url:
      return "URL that is no page of a named host";
    case SkipCause::SingleLabel:
      return "single label";
    case SkipCause::PublicSuffix:
      return "public suffix or shared host";
    case SkipCause::CanaryName:
      return "canary name with a fixed answer";
    case SkipCause::UnknownCategory:
      return "category without a mapping";
    case SkipCause::BadIdna:
      return "invalid internationalised name";
    case SkipCause::LineTooLong:
      return "line over 4,096 octets";
    case SkipCause::Exception:
      return "exception from less than a name";
    case SkipCause::NotNameLevel:
      return "rule that is not about a whole name";
    case SkipCause::Expired:
      return "expired";
    case SkipCause::BadField:
      return "field with an invalid value";
    case SkipCause::ReservedAddress:
      return "reserved or far too wide address range";
    case SkipCause::LeftOut:
      return "category that the mapping leaves out";
    case SkipCause::Permitted:
      return "names to permit, in no category";
    case SkipCause::NotGranted:
      return "category that the source may not state";
    case SkipCause::NoLabel:
      return "file of a site that is no label";
    case SkipCause::OtherHost:
      return "label about another site";
    case SkipCause::AllAges:
      return "label for all ages";
  }
  return "unknown";
}

std::string_view describe(ListFormat format) noexcept {
  switch (format) {
    case ListFormat::Auto:
      return "auto";
    case ListFormat::Ut1:
      return "ut1";
    case ListFormat::Hosts:
      return "hosts";
    case ListFormat::Names:
      return "names";
    case ListFormat::Luytre:
      return "luytre";
    case ListFormat::Adblock:
      return "adblock";
    case ListFormat::Dnsmasq:
      return "dnsmasq";
    case ListFormat::Rpz:
      return "rpz";
    case ListFormat::Csv:
      return "csv";
    case ListFormat::Unbound:
      return "unbound";
    case ListFormat::V2fly:
      return "v2fly";
    case ListFormat::Labels:
      return "labels";
    case ListFormat::LabelRegistry:
      return "label-registry";
  }
  return "unknown";
}

}  // namespace luytre::categories
