// SPDX-License-Identifier: Apache-2.0
#include "categories/import/importer.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <system_error>
#include <utility>

#include "archive_file.h"
#include "format_guess.h"
#include "list_collector.h"
#include "name_rules.h"

namespace luytre::categories {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kGuessBytes = std::size_t{64} << 10U;
// root/blacklists/<category>/domains
constexpr int kMaxTreeDepth = 3;

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

Result<void> feed_member(ArchiveFile& file, ListCollector& collector) {
  while (true) {
    const auto piece = file.read();
    if (!piece) {
      return Unexpected(piece.error());
    }
    if (piece->empty()) {
      return collector.end_file();
    }
    if (auto fed = collector.feed(*piece); !fed) {
      return fed;
    }
  }
}

// What a member of a UT1 tree is for the import.
class Ut1Reader {
 public:
  Ut1Reader(const Taxonomy& taxonomy, ListCollector& collector)
      : taxonomy_(taxonomy), collector_(collector) {}

  Result<void> read_directory(const fs::path& root) {
    // Sorted, so that examples in the report do not depend on the file system.
    std::vector<fs::path> paths;
    std::error_code error;
    for (fs::recursive_directory_iterator at(root, error), end; !error && at != end;
         at.increment(error)) {
      if (at.depth() >= kMaxTreeDepth - 1) {
        at.disable_recursion_pending();
      }
      paths.push_back(at->path());
    }
    if (error) {
      return fail(ErrorCode::System, fmt::format("{}: {}", root.string(), error.message()));
    }
    std::ranges::sort(paths);
    for (const fs::path& path : paths) {
      if (fs::is_symlink(path, error)) {
        take_link(path, fs::read_symlink(path, error));
      } else if (fs::is_regular_file(path, error) && takes(path)) {
        auto file = ArchiveFile::open(path);
        const auto any = file ? file->next() : Result<bool>(Unexpected(file.error()));
        if (!any) {
          return Unexpected(any.error());
        }
        if (auto read = *any ? feed_member(*file, collector_) : Result<void>(); !read) {
          return read;
        }
      }
    }
    return check_found(root);
  }

  Result<void> read_archive(const fs::path& path) {
    auto file = ArchiveFile::open(path);
    if (!file) {
      return Unexpected(file.error());
    }
    while (true) {
      const auto any = file->next();
      if (!any) {
        return Unexpected(any.error());
      }
      if (!*any) {
        return check_found(path);
      }
      if (!file->is_tar()) {
        return fail(ErrorCode::Invalid,
                    fmt::format("{}: not a UT1 folder or tar archive", path.string()));
      }
      if (const std::string target = file->link_target(); !target.empty()) {
        take_link(file->member(), target);
      } else if (file->is_regular() && takes(file->member())) {
        if (auto read = feed_member(*file, collector_); !read) {
          return read;
        }
      }
    }
  }

 private:
  // True: a file of names, which the collector then waits for.
  bool takes(const fs::path& path) {
    const std::string folder = path.parent_path().filename().string();
    const std::string kind = path.filename().string();
    if (folder.empty()) {
      return false;
    }
    if (kind == "urls" || kind.find("expression") != std::string::npos) {
      collector_.report().files_not_imported.push_back(folder + "/" + kind);
    }
    if (kind != "domains") {
      return false;
    }
    found_ = true;
    const Category* category = taxonomy_.find_ut1(folder);
    collector_.begin_file(folder + "/" + kind,
                          category == nullptr ? CategorySet() : CategorySet::of(category->id));
    return true;
  }

  void take_link(const fs::path& link, const fs::path& target) {
    collector_.report().aliases[link.filename().string()] = target.filename().string();
  }

  Result<void> check_found(const fs::path& path) const {
    if (found_) {
      return {};
    }
    return fail(ErrorCode::Invalid, fmt::format("{}: no <category>/domains file in it; a UT1 tree "
                                                "or archive of one is expected",
                                                path.string()));
  }

  const Taxonomy& taxonomy_;
  ListCollector& collector_;
  bool found_ = false;
};

Result<void> read_single_file(const fs::path& path, const ImportOptions& options,
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
  collector.begin_file(path.filename().string(), options.categories);
  return *any ? feed_member(*file, collector) : collector.end_file();
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
  const bool names_its_own =
      format == ListFormat::Ut1 || format == ListFormat::Luytre || format == ListFormat::Csv;
  if (!names_its_own && options.categories.empty()) {
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
    Ut1Reader tree(taxonomy, collector);
    read = is_folder(path) ? tree.read_directory(path) : tree.read_archive(path);
  } else {
    read = read_single_file(path, options, collector);
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
      return "address instead of a name";
    case SkipCause::Url:
      return "URL, path or port";
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
      return "line over 1,024 octets";
    case SkipCause::Exception:
      return "exception that takes another line back";
    case SkipCause::NotNameLevel:
      return "rule that is not about a whole name";
    case SkipCause::Expired:
      return "expired";
    case SkipCause::BadField:
      return "field with an invalid value";
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
  }
  return "unknown";
}

}  // namespace luytre::categories
