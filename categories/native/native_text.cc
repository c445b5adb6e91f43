// SPDX-License-Identifier: Apache-2.0
#include "categories/native/native_text.h"

#include <fmt/format.h>

#include <utility>

namespace luytre::categories {
namespace {

constexpr std::size_t kPieceBytes = std::size_t{64} << 10U;

}  // namespace

Result<void> NativeReader::feed(std::string_view piece) {
  while (!piece.empty()) {
    const std::size_t end = piece.find('\n');
    if (end == std::string_view::npos) {
      rest_ += piece;
      // A line without end must not fill the memory.
      return rest_.size() > kMaxNativeLineBytes ? line(rest_) : Result<void>();
    }
    const std::string_view head = piece.substr(0, end);
    piece.remove_prefix(end + 1);
    if (rest_.empty()) {
      if (auto read = line(head); !read) {
        return read;
      }
      continue;
    }
    rest_ += head;
    if (auto read = line(rest_); !read) {
      return read;
    }
    rest_.clear();
  }
  return {};
}

Result<void> NativeReader::line(std::string_view text) {
  ++read_.lines;
  auto parsed = text.size() > kMaxNativeLineBytes ? Unexpected(NativeCause::LineTooLong)
                                                  : parse_canonical(text, vocabulary_);
  if (!parsed) {
    return fail(ErrorCode::Invalid,
                fmt::format("Line {} of the list: {}", read_.lines, describe(parsed.error())));
  }
  if (last_ && native_order(*last_, parsed->entry) >= 0) {
    return fail(ErrorCode::Invalid,
                fmt::format("Line {} of the list: \"{}\" is not in order, or there twice",
                            read_.lines, subject_text(parsed->entry)));
  }
  last_ = std::move(parsed->entry);
  if (parsed->says_nothing) {
    ++read_.skipped;
    return {};
  }
  read_.narrowed += parsed->unknown_words == 0 ? 0 : 1;
  if (const auto* name = std::get_if<ListedName>(&*last_); name != nullptr) {
    read_.content.names.add(*name);
  } else if (const auto* path = std::get_if<ListedPath>(&*last_); path != nullptr) {
    read_.content.paths.push_back(*path);
  } else if (const auto* prefix = std::get_if<ListedPrefix>(&*last_); prefix != nullptr) {
    read_.content.prefixes.push_back(*prefix);
  }
  return {};
}

Result<NativeContent> NativeReader::finish() {
  if (!rest_.empty()) {
    return fail(ErrorCode::Corrupt,
                fmt::format("Line {} of the list has no end: the text was cut", read_.lines + 1));
  }
  return std::move(read_);
}

Result<NativeContent> read_native(std::string_view text, const Taxonomy& taxonomy) {
  NativeReader reader(taxonomy);
  if (auto fed = reader.feed(text); !fed) {
    return Unexpected<Error>(fed.error());
  }
  return reader.finish();
}

Result<void> write_native(const ListContent& content, const Taxonomy& taxonomy,
                          const NativeSink& sink) {
  const NativeVocabulary vocabulary(taxonomy);
  std::string text;
  const auto add = [&](NativeEntry entry) -> Result<void> {
    auto appended = append_native(text, entry, vocabulary);
    if (appended && text.size() >= kPieceBytes) {
      appended = sink(text);
      text.clear();
    }
    return appended;
  };
  for (std::size_t i = 0; i < content.names.size(); ++i) {
    if (auto added = add(content.names[i]); !added) {
      return added;
    }
  }
  for (const ListedPath& path : content.paths) {
    if (auto added = add(path); !added) {
      return added;
    }
  }
  for (const ListedPrefix& prefix : content.prefixes) {
    if (auto added = add(prefix); !added) {
      return added;
    }
  }
  return text.empty() ? Result<void>() : sink(text);
}

}  // namespace luytre::categories
