// SPDX-License-Identifier: Apache-2.0
#include "site_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <system_error>
#include <utility>
#include <vector>

#include "subject_text.h"

namespace luytre::categories {
namespace {

namespace fs = std::filesystem;

SkipCause cause_of(LabelRefusal refusal) noexcept {
  switch (refusal) {
    case LabelRefusal::NoLabel:
      return SkipCause::NoLabel;
    case LabelRefusal::OtherHost:
      return SkipCause::OtherHost;
    case LabelRefusal::Pattern:
      return SkipCause::NotNameLevel;
    case LabelRefusal::BadScope:
      return SkipCause::NotAName;
    case LabelRefusal::BadAge:
      return SkipCause::BadField;
    case LabelRefusal::AllAges:
      return SkipCause::AllAges;
  }
  return SkipCause::NoLabel;
}

LineItem item_of(const SiteLabel& label) {
  if (!label.said) {
    return skipped_item(cause_of(label.said.error()));
  }
  LineItem item{.subject = std::visit([](const auto& subject) { return Subject(subject); },
                                      label.said->subject)};
  item.reach = label.said->reach;
  item.minimum_age = label.said->minimum_age;
  item.categories = label.said->restricted_to_adults ? kAdultCategory : std::string_view();
  return item;
}

// In the order of their names, so that the report does not depend on the file system.
Result<std::vector<fs::path>> sorted_paths(const fs::path& folder) {
  std::vector<fs::path> paths;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    paths.push_back(at->path());
  }
  if (error) {
    return fail(ErrorCode::System, fmt::format("{}: {}", folder.string(), error.message()));
  }
  std::ranges::sort(paths);
  return paths;
}

// Up to one octet more than a page may have: a label that long is refused.
Result<SiteFile> read_bounded(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  SiteFile file{.name = path.filename().string(), .text = std::string(kMaxPageBytes + 1, '\0')};
  in.read(file.text.data(), static_cast<std::streamsize>(file.text.size()));
  if (in.bad() || !in.is_open()) {
    return fail(ErrorCode::System, fmt::format("Cannot read {}.", path.string()));
  }
  file.text.resize(static_cast<std::size_t>(in.gcount()));
  return file;
}

bool is_plain_file(const fs::path& path) {
  std::error_code error;
  return fs::symlink_status(path, error).type() == fs::file_type::regular;
}

}  // namespace

Result<void> SiteFolder::take(const DomainName& host, const std::vector<SiteFile>& files) {
  const std::string folder = host.to_text();
  for (const SiteLabel& label : read_site(host, files, options_.country)) {
    if (auto taken = collector_.take(item_of(label), folder, label.text); !taken) {
      return taken;
    }
  }
  return {};
}

Result<void> SiteFolder::read_host(const fs::path& folder) {
  const std::string text = folder.filename().string();
  const auto host = parse_name(text);
  if (!host) {
    return collector_.take(skipped_item(host.error()), text, "no host's name");
  }
  const auto paths = sorted_paths(folder);
  if (!paths) {
    return Unexpected(paths.error());
  }
  std::vector<SiteFile> files;
  for (const fs::path& path : *paths) {
    // A link could lead anywhere; a crawler writes files.
    if (is_label_file(path.filename().string()) && is_plain_file(path)) {
      auto file = read_bounded(path);
      if (!file) {
        return Unexpected(file.error());
      }
      files.push_back(std::move(*file));
    }
  }
  return take(*host, files);
}

Result<void> SiteFolder::read_folder(const fs::path& root) {
  const auto paths = sorted_paths(root);
  if (!paths) {
    return Unexpected(paths.error());
  }
  for (const fs::path& path : *paths) {
    std::error_code error;
    if (fs::symlink_status(path, error).type() != fs::file_type::directory) {
      continue;
    }
    if (auto read = read_host(path); !read) {
      return read;
    }
  }
  return {};
}

Result<void> SiteFolder::read_file(const fs::path& path) {
  const auto host = parse_name(options_.host);
  if (!host) {
    return fail(ErrorCode::Invalid,
                fmt::format("{}: whose label is it? Give the host that it was fetched from, or a "
                            "folder with one folder for each host",
                            path.string()));
  }
  auto file = read_bounded(path);
  if (!file) {
    return Unexpected(file.error());
  }
  if (!is_label_file(file->name)) {
    return fail(
        ErrorCode::Invalid,
        fmt::format("{}: neither age.xml, age-de.xml, index.html nor headers.txt", path.string()));
  }
  std::vector<SiteFile> files;
  files.push_back(std::move(*file));
  return take(*host, files);
}

}  // namespace luytre::categories
