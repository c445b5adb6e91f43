// SPDX-License-Identifier: Apache-2.0
#include "categories/signed/list_delta.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "categories/native/native_line.h"
#include "line_source.h"

namespace luytre::categories {
namespace {

constexpr char kKeep = '=';
constexpr char kTake = '-';
constexpr char kAdd = '+';

Unexpected<Refused> unfit(std::string_view what) {
  return refuse(Refusal::BadDelta, fmt::format("The delta does not fit: {}", what));
}

// Nothing: no number from 1 in decimal.
std::optional<std::uint64_t> parse_count(std::string_view text) noexcept {
  std::uint64_t count = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  const bool whole = error == std::errc{} && stop == text.data() + text.size();
  return whole && !text.empty() && text.front() != '0' ? std::optional(count) : std::nullopt;
}

Accepted<LineSource> open_lines(const std::filesystem::path& file, std::uint64_t most) {
  auto reader = PackedReader::open(file, most);
  return reader ? Accepted<LineSource>(LineSource(*std::move(reader)))
                : Unexpected<Refused>(reader.error());
}

// Packs line by line.
class LineSink {
 public:
  explicit LineSink(PackedWriter writer) : writer_(std::move(writer)) {}

  Accepted<void> put(std::string_view line) { return put({}, line); }
  Accepted<void> put(std::string_view sign, std::string_view line) {
    text_ += sign;
    text_ += line;
    text_ += '\n';
    return text_.size() < kPieceBytes ? Accepted<void>() : flush();
  }
  Accepted<PackedWriter::Written> finish() {
    if (auto flushed = flush(); !flushed) {
      return Unexpected<Refused>(flushed.error());
    }
    return writer_.finish();
  }

 private:
  static constexpr std::size_t kPieceBytes = std::size_t{64} << 10U;

  Accepted<void> flush() {
    auto written = writer_.write(text_);
    text_.clear();
    return written;
  }

  PackedWriter writer_;
  std::string text_;
};

class Applier {
 public:
  Applier(LineSource base, LineSink result) : base_(std::move(base)), result_(std::move(result)) {}

  Accepted<void> line(std::string_view text) {
    const char sign = text.empty() ? '\0' : text.front();
    const std::string_view rest = text.substr(text.empty() ? 0 : 1);
    const bool kept_before = std::exchange(kept_, sign == kKeep);
    switch (sign) {
      case kKeep:
        return kept_before ? unfit("two \"=\" lines follow each other") : keep(rest);
      case kTake:
        return take(rest);
      case kAdd:
        ++counts_.added;
        return result_.put(rest);
      default:
        return unfit("a line begins with neither \"=\" nor \"-\" nor \"+\"");
    }
  }

  // Whether all of the earlier text was named, and what came out.
  Accepted<DeltaCounts> finish(const ContentInfo& from, const ContentInfo& to) {
    const auto more = base_.next();
    if (!more) {
      return Unexpected<Refused>(more.error());
    }
    if (*more || base_.finish() != from) {
      return unfit("it leads from another text");
    }
    const auto written = result_.finish();
    if (!written) {
      return Unexpected<Refused>(written.error());
    }
    if (written->text != to) {
      return refuse(Refusal::WrongHash, "The delta does not lead to the text that was signed");
    }
    return counts_;
  }

 private:
  Accepted<void> keep(std::string_view number) {
    const auto count = parse_count(number);
    if (!count) {
      return unfit("\"=\" stands before no number");
    }
    for (std::uint64_t i = 0; i < *count; ++i) {
      const auto kept = base_.next();
      if (!kept) {
        return Unexpected<Refused>(kept.error());
      }
      if (!*kept) {
        return unfit("the text it is applied to is too short");
      }
      if (auto put = result_.put(**kept); !put) {
        return put;
      }
    }
    return {};
  }

  Accepted<void> take(std::string_view line) {
    const auto taken = base_.next();
    if (!taken) {
      return Unexpected<Refused>(taken.error());
    }
    if (*taken != line) {
      return unfit("a line that it takes away is not there");
    }
    ++counts_.removed;
    return {};
  }

  LineSource base_;
  LineSink result_;
  DeltaCounts counts_;
  bool kept_ = false;
};

// Gives the lines of a delta, and says in the end whether it is as long as its manifest says.
template <typename Visit>
Accepted<void> for_each_line(const DeltaInfo& delta, const std::filesystem::path& file,
                             const Visit& visit) {
  auto lines = open_lines(file, delta.text_size);
  if (!lines) {
    return Unexpected<Refused>(lines.error());
  }
  while (true) {
    const auto line = lines->next();
    if (!line) {
      return Unexpected<Refused>(line.error());
    }
    if (!*line) {
      break;
    }
    if (Accepted<void> visited = visit(**line); !visited) {
      return visited;
    }
  }
  return lines->finish().size == delta.text_size
             ? Accepted<void>()
             : refuse(Refusal::WrongSize, "The delta is shorter than its manifest says");
}

void add(ListContent& content, const NativeEntry& entry) {
  if (const auto* name = std::get_if<ListedName>(&entry); name != nullptr) {
    content.names.add(*name);
  } else if (const auto* path = std::get_if<ListedPath>(&entry); path != nullptr) {
    content.paths.push_back(*path);
  } else if (const auto* prefix = std::get_if<ListedPrefix>(&entry); prefix != nullptr) {
    content.prefixes.push_back(*prefix);
  }
}

class Differ {
 public:
  Differ(LineSource from, LineSource to, LineSink delta)
      : from_(std::move(from)), to_(std::move(to)), delta_(std::move(delta)) {}

  Accepted<void> run() {
    while (true) {
      if (auto read = read_both(); !read) {
        return read;
      }
      if (!*left_ && !*right_) {
        return flush_kept();
      }
      const auto order = compare();
      if (!order) {
        return Unexpected<Refused>(order.error());
      }
      if (auto put = step(*order); !put) {
        return put;
      }
    }
  }

  Accepted<WrittenDelta> finish(const ContentInfo& from, const ContentInfo& to) {
    if (from_.finish() != from || to_.finish() != to) {
      return refuse(Refusal::WrongHash, "A version that a delta is made of is damaged");
    }
    const auto written = delta_.finish();
    return written ? Accepted<WrittenDelta>(WrittenDelta{.file = *written, .counts = counts_})
                   : Unexpected<Refused>(written.error());
  }

 private:
  using Line = Accepted<std::optional<std::string_view>>;

  Accepted<void> read_both() {
    if (std::exchange(need_left_, false)) {
      left_ = from_.next();
    }
    if (std::exchange(need_right_, false)) {
      right_ = to_.next();
    }
    return left_ && right_ ? Accepted<void>()
                           : Unexpected<Refused>(left_ ? right_.error() : left_.error());
  }

  Accepted<std::strong_ordering> compare() const {
    if (!*left_ || !*right_) {
      return *left_ ? std::strong_ordering::less : std::strong_ordering::greater;
    }
    if (**left_ == **right_) {
      return std::strong_ordering::equal;
    }
    const auto a = parse_canonical(**left_, vocabulary_);
    const auto b = parse_canonical(**right_, vocabulary_);
    return a && b ? Accepted<std::strong_ordering>(native_order(a->entry, b->entry))
                  : refuse(Refusal::BadText, "A version that a delta is made of is not canonical");
  }

  Accepted<void> step(std::strong_ordering order) {
    const bool same = *left_ && *right_ && **left_ == **right_;
    need_left_ = order <= 0;
    need_right_ = order >= 0;
    if (same) {
      ++kept_;
      return {};
    }
    if (auto flushed = flush_kept(); !flushed) {
      return flushed;
    }
    if (need_left_) {
      ++counts_.removed;
      if (auto put = delta_.put("-", **left_); !put) {
        return put;
      }
    }
    if (need_right_) {
      ++counts_.added;
      return delta_.put("+", **right_);
    }
    return {};
  }

  Accepted<void> flush_kept() {
    const std::uint64_t count = std::exchange(kept_, 0);
    return count == 0 ? Accepted<void>() : delta_.put("=", std::to_string(count));
  }

  LineSource from_;
  LineSource to_;
  LineSink delta_;
  NativeVocabulary vocabulary_;
  Line left_;
  Line right_;
  bool need_left_ = true;
  bool need_right_ = true;
  std::uint64_t kept_ = 0;
  DeltaCounts counts_;
};

}  // namespace

Accepted<DeltaCounts> apply_delta(const ListManifest& manifest, const DeltaInfo& delta,
                                  const std::filesystem::path& base,
                                  const std::filesystem::path& delta_file,
                                  const std::filesystem::path& result) {
  auto lines = open_lines(base, delta.from.size);
  if (!lines) {
    return Unexpected<Refused>(lines.error());
  }
  auto writer = PackedWriter::create(result, PackedWriter::kFastLevel);
  if (!writer) {
    return Unexpected<Refused>(writer.error());
  }
  Accepted<DeltaCounts> counts;
  {
    Applier applier(*std::move(lines), LineSink(*std::move(writer)));
    const auto applied = for_each_line(
        delta, delta_file, [&applier](std::string_view line) { return applier.line(line); });
    counts = applied ? applier.finish(delta.from, manifest.content)
                     : Unexpected<Refused>(applied.error());
  }
  if (!counts) {
    std::error_code ignored;
    std::filesystem::remove(result, ignored);
  }
  return counts;
}

Accepted<DeltaContent> read_delta(const DeltaInfo& delta, const std::filesystem::path& delta_file,
                                  const Taxonomy& taxonomy) {
  const NativeVocabulary vocabulary(taxonomy);
  DeltaContent content;
  const auto read = for_each_line(delta, delta_file, [&](std::string_view line) -> Accepted<void> {
    const char sign = line.empty() ? '\0' : line.front();
    if (sign == kKeep) {
      return {};
    }
    const auto parsed = parse_canonical(line.substr(line.empty() ? 0 : 1), vocabulary);
    if ((sign != kTake && sign != kAdd) || !parsed) {
      return unfit("one of its lines is no canonical line");
    }
    if (!parsed->says_nothing) {
      add(sign == kAdd ? content.added : content.removed, parsed->entry);
    }
    return {};
  });
  if (!read) {
    return Unexpected<Refused>(read.error());
  }
  if (content.added.normalise() + content.removed.normalise() != 0) {
    return unfit("it adds or takes away one entry twice");
  }
  return content;
}

Accepted<WrittenDelta> write_delta(const PackedText& from, const PackedText& to,
                                   const std::filesystem::path& file) {
  auto left = open_lines(from.file, from.content.size);
  auto right = open_lines(to.file, to.content.size);
  auto writer = PackedWriter::create(file, PackedWriter::kSmallLevel);
  if (!left || !right || !writer) {
    return Unexpected<Refused>(!left ? left.error() : !right ? right.error() : writer.error());
  }
  Differ differ(*std::move(left), *std::move(right), LineSink(*std::move(writer)));
  if (auto run = differ.run(); !run) {
    return Unexpected<Refused>(run.error());
  }
  return differ.finish(from.content, to.content);
}

}  // namespace luytre::categories
