// SPDX-License-Identifier: Apache-2.0
#include "ut1_tree.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>
#include <vector>

#include "line_splitter.h"
#include "line_text.h"
#include "member_reader.h"

namespace luytre::categories {
namespace {

namespace fs = std::filesystem;

// root/blacklists/<category>/domains
constexpr int kMaxTreeDepth = 3;

std::string folder_of(const fs::path& path) { return path.parent_path().filename().string(); }
std::string name_of(const fs::path& path) {
  return folder_of(path) + "/" + path.filename().string();
}

// Calls visit(text) for each line that is neither blank nor a comment.
template <typename Visit>
Result<void> for_each_line(ArchiveFile& file, Visit&& visit) {
  LineSplitter splitter;
  const auto trimmed = [&](std::string_view line, std::uint64_t) {
    const std::string_view text = trim(line);
    if (!text.empty() && text.front() != '#') {
      visit(text);
    }
  };
  while (true) {
    const auto piece = file.read();
    if (!piece) {
      return Unexpected(piece.error());
    }
    if (piece->empty()) {
      splitter.finish(trimmed);
      return {};
    }
    splitter.feed(*piece, trimmed);
  }
}

// Sorted, so that examples in the report do not depend on the file system.
Result<std::vector<fs::path>> walk(const fs::path& root) {
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
  return paths;
}

}  // namespace

Ut1Tree::Kind Ut1Tree::kind_of(const fs::path& path) {
  const std::string kind = path.filename().string();
  if (folder_of(path).empty()) {
    return Kind::Other;
  }
  if (kind == "domains" || kind == "urls") {
    return Kind::Entries;
  }
  if (kind == "usage") {
    return Kind::Usage;
  }
  return kind.find("expression") != std::string::npos ? Kind::Patterns : Kind::Other;
}

Result<void> Ut1Tree::read_usage(ArchiveFile& file, const fs::path& path) {
  bool black = false;
  bool white = false;
  auto read = for_each_line(file, [&](std::string_view word) {
    black = black || word == "black";
    white = white || word == "white";
  });
  if (white && !black) {
    collector_.report().permitting.insert(folder_of(path));
  }
  return read;
}

Result<void> Ut1Tree::count_patterns(ArchiveFile& file, const fs::path& path) {
  std::uint64_t lines = 0;
  auto read = for_each_line(file, [&](std::string_view) { ++lines; });
  if (lines != 0) {
    collector_.report().patterns[name_of(path)] = lines;
  }
  return read;
}

Expected<CategorySet, SkipCause> Ut1Tree::meaning_of(const std::string& folder) const {
  if (const auto mapped = options_.mapping.find(folder); mapped) {
    return mapped->empty() ? Expected<CategorySet, SkipCause>(Unexpected(SkipCause::LeftOut))
                           : Expected<CategorySet, SkipCause>(*mapped);
  }
  const Category* category = taxonomy_.find_ut1(folder);
  if (category == nullptr) {
    return Unexpected(SkipCause::UnknownCategory);
  }
  const bool blocks =
      category->tier != CategoryTier::NeverBlock1 && category->tier != CategoryTier::NeverBlock2;
  if (blocks && collector_.report().permitting.contains(folder)) {
    return Unexpected(SkipCause::Permitted);
  }
  return CategorySet::of(category->id);
}

Result<void> Ut1Tree::read_content(ArchiveFile& file, const fs::path& path) {
  switch (kind_of(path)) {
    case Kind::Entries:
      found_ = true;
      collector_.begin_file(name_of(path), meaning_of(folder_of(path)));
      return read_member(file, collector_);
    case Kind::Patterns:
      return count_patterns(file, path);
    case Kind::Usage:
    case Kind::Other:
      return {};
  }
  return {};
}

void Ut1Tree::take_link(const fs::path& link, const fs::path& target) {
  collector_.report().aliases[link.filename().string()] = target.filename().string();
}

Result<void> Ut1Tree::read_folder(const fs::path& root) {
  const auto paths = walk(root);
  if (!paths) {
    return Unexpected(paths.error());
  }
  std::error_code error;
  for (const bool usage : {true, false}) {
    for (const fs::path& path : *paths) {
      if (fs::is_symlink(path, error)) {
        take_link(path, fs::read_symlink(path, error));
        continue;
      }
      const Kind kind = kind_of(path);
      if (!fs::is_regular_file(path, error) || kind == Kind::Other ||
          (kind == Kind::Usage) != usage) {
        continue;
      }
      auto file = ArchiveFile::open(path);
      const auto any = file ? file->next() : Result<bool>(Unexpected(file.error()));
      if (!any) {
        return Unexpected(any.error());
      }
      if (!*any) {
        found_ = found_ || kind == Kind::Entries;  // an empty file
        continue;
      }
      if (auto read = usage ? read_usage(*file, path) : read_content(*file, path); !read) {
        return read;
      }
    }
  }
  return check_found(root);
}

Result<void> Ut1Tree::read_pass(const fs::path& archive, bool usage) {
  auto file = ArchiveFile::open(archive);
  if (!file) {
    return Unexpected(file.error());
  }
  while (true) {
    const auto any = file->next();
    if (!any) {
      return Unexpected(any.error());
    }
    if (!*any) {
      return {};
    }
    if (!file->is_tar()) {
      return fail(ErrorCode::Invalid,
                  fmt::format("{}: not a UT1 folder or tar archive", archive.string()));
    }
    const fs::path member = file->member();
    if (const std::string target = file->link_target(); !target.empty()) {
      take_link(member, target);
    } else if (file->is_regular() && (kind_of(member) == Kind::Usage) == usage) {
      if (auto read = usage ? read_usage(*file, member) : read_content(*file, member); !read) {
        return read;
      }
    }
  }
}

Result<void> Ut1Tree::read_archive(const fs::path& path) {
  for (const bool usage : {true, false}) {
    if (auto read = read_pass(path, usage); !read) {
      return read;
    }
  }
  return check_found(path);
}

Result<void> Ut1Tree::check_found(const fs::path& path) const {
  if (found_) {
    return {};
  }
  return fail(ErrorCode::Invalid, fmt::format("{}: no <category>/domains file in it; a UT1 tree "
                                              "or archive of one is expected",
                                              path.string()));
}

}  // namespace luytre::categories
