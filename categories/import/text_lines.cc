// SPDX-License-Identifier: Apache-2.0
#include "categories/import/text_lines.h"

#include <cstdint>

#include "archive_file.h"
#include "line_splitter.h"

namespace luytre::categories {
namespace {

std::string_view trimmed(std::string_view line) {
  constexpr std::string_view kBlanks = " \t\r";
  const std::size_t begin = line.find_first_not_of(kBlanks);
  return begin == std::string_view::npos
             ? std::string_view{}
             : line.substr(begin, line.find_last_not_of(kBlanks) - begin + 1);
}

}  // namespace

Result<void> read_text_lines(const std::filesystem::path& path,
                             const std::function<bool(std::string_view line)>& take) {
  auto file = ArchiveFile::open(path);
  const auto any = file ? file->next() : Result<bool>(Unexpected(file.error()));
  if (!any) {
    return Unexpected(any.error());
  }
  LineSplitter splitter;
  bool more = *any;
  const auto give = [&](std::string_view line, std::uint64_t) {
    more = more && take(trimmed(line));
  };
  while (more) {
    const auto piece = file->read();
    if (!piece) {
      return Unexpected(piece.error());
    }
    if (piece->empty()) {
      splitter.finish(give);
      break;
    }
    splitter.feed(*piece, give);
  }
  return {};
}

}  // namespace luytre::categories
