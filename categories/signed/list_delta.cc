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

// Hashes line by line.
class LineHash {
 public:
  Accepted<void> put(std::string_view line) {
    hash_.add(line);
    hash_.add("\n");
    size_ += line.size() + 1;
    return {};
  }
  ContentInfo finish() { return {.sha256 = hash_.finish(), .size = size_}; }

 private:
  Sha256Stream hash_;
  std::uint64_t size_ = 0;
};

// Walks a text along a delta. Forwards it takes "-" lines away and puts "+" lines in; backwards the
// other way round, which leads from the later text to the earlier one.
enum class Direction : std::uint8_t { Forwards, Backwards };

template <typename Sink>
class Walker {
 public:
  Walker(LineSource base, Sink& result, Direction direction)
      : base_(std::move(base)),
        result_(result),
        taken_(direction == Direction::Forwards ? kTake : kAdd) {}

  Accepted<void> line(std::string_view text) {
    const char sign = text.empty() ? '\0' : text.front();
    const std::string_view rest = text.substr(text.empty() ? 0 : 1);
    const bool kept_before = std::exchange(kept_, sign == kKeep);
    if (sign == kKeep) {
      return kept_before ? unfit("two \"=\" lines follow each other") : keep(rest);
    }
    if (sign != kTake && sign != kAdd) {
      return unfit("a line begins with neither \"=\" nor \"-\" nor \"+\"");
    }
    ++(sign == kAdd ? counts_.added : counts_.removed);
    return sign == taken_ ? take(rest) : result_.put(rest);
  }

  // Whether just the text `walked` was walked.
  Accepted<DeltaCounts> finish(const ContentInfo& walked) {
    const auto more = base_.next();
    if (!more) {
      return Unexpected<Refused>(more.error());
    }
    if (*more || base_.finish() != walked) {
      return unfit("it belongs to another text");
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
        return unfit("the text it belongs to is too short");
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
    return *taken == line ? Accepted<void>() : unfit("a line that it names is not there");
  }

  LineSource base_;
  Sink& result_;
  char taken_;
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

// Gives what differs between two texts, line by line in canonical order.
class Differ {
 public:
  Differ(LineSource from, LineSource to, const DifferenceVisitor& visit)
      : from_(std::move(from)), to_(std::move(to)), visit_(visit) {}

  Accepted<void> run() {
    while (true) {
      if (auto read = read_both(); !read) {
        return read;
      }
      if (!*left_ && !*right_) {
        return {};
      }
      const auto order = compare();
      if (!order) {
        return Unexpected<Refused>(order.error());
      }
      if (auto visited = step(*order); !visited) {
        return visited;
      }
    }
  }

  Accepted<void> finish(const ContentInfo& from, const ContentInfo& to) {
    return from_.finish() == from && to_.finish() == to
               ? Accepted<void>()
               : refuse(Refusal::WrongHash, "A version that is compared is damaged");
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
                  : refuse(Refusal::BadText, "A version that is compared is not canonical");
  }

  Accepted<void> step(std::strong_ordering order) {
    need_left_ = order <= 0;
    need_right_ = order >= 0;
    if (*left_ && *right_ && **left_ == **right_) {
      return visit_(kKeep, **left_);
    }
    if (need_left_) {
      if (auto visited = visit_(kTake, **left_); !visited) {
        return visited;
      }
    }
    return need_right_ ? visit_(kAdd, **right_) : Accepted<void>();
  }

  LineSource from_;
  LineSource to_;
  const DifferenceVisitor& visit_;
  NativeVocabulary vocabulary_;
  Line left_;
  Line right_;
  bool need_left_ = true;
  bool need_right_ = true;
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
  LineSink sink(*std::move(writer));
  Walker walker(*std::move(lines), sink, Direction::Forwards);
  const auto walked = for_each_line(delta, delta_file,
                                    [&walker](std::string_view line) { return walker.line(line); });
  const auto counts = walked ? walker.finish(delta.from) : Unexpected<Refused>(walked.error());
  if (!counts) {
    return counts;
  }
  const auto written = sink.finish();
  if (!written) {
    return Unexpected<Refused>(written.error());
  }
  if (written->text != manifest.content) {
    std::error_code ignored;
    std::filesystem::remove(result, ignored);
    return refuse(Refusal::WrongHash, "The delta does not lead to the text that was signed");
  }
  return counts;
}

Accepted<DeltaCounts> check_delta(const ListManifest& manifest, const DeltaInfo& delta,
                                  const std::filesystem::path& content,
                                  const std::filesystem::path& delta_file) {
  auto lines = open_lines(content, manifest.content.size);
  if (!lines) {
    return Unexpected<Refused>(lines.error());
  }
  LineHash earlier;
  Walker walker(*std::move(lines), earlier, Direction::Backwards);
  const auto walked = for_each_line(delta, delta_file,
                                    [&walker](std::string_view line) { return walker.line(line); });
  const auto counts =
      walked ? walker.finish(manifest.content) : Unexpected<Refused>(walked.error());
  return !counts || earlier.finish() == delta.from
             ? counts
             : refuse(Refusal::BadDelta, "The delta does not lead from the text that it names");
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

Accepted<void> for_each_difference(const PackedText& from, const PackedText& to,
                                   const DifferenceVisitor& visit) {
  auto left = open_lines(from.file, from.content.size);
  auto right = open_lines(to.file, to.content.size);
  if (!left || !right) {
    return Unexpected<Refused>(!left ? left.error() : right.error());
  }
  Differ differ(*std::move(left), *std::move(right), visit);
  if (auto run = differ.run(); !run) {
    return run;
  }
  return differ.finish(from.content, to.content);
}

Accepted<WrittenDelta> write_delta(const PackedText& from, const PackedText& to,
                                   const std::filesystem::path& file) {
  auto writer = PackedWriter::create(file, PackedWriter::kSmallLevel);
  if (!writer) {
    return Unexpected<Refused>(writer.error());
  }
  LineSink delta(*std::move(writer));
  WrittenDelta result;
  std::uint64_t kept = 0;
  const auto flush = [&] {
    const std::uint64_t count = std::exchange(kept, 0);
    return count == 0 ? Accepted<void>() : delta.put("=", std::to_string(count));
  };
  const auto compared =
      for_each_difference(from, to, [&](char sign, std::string_view line) -> Accepted<void> {
        if (sign == kKeep) {
          ++kept;
          return {};
        }
        ++(sign == kAdd ? result.counts.added : result.counts.removed);
        auto put = flush();
        return put ? delta.put({&sign, 1}, line) : put;
      });
  const auto flushed = compared ? flush() : compared;
  if (!flushed) {
    return Unexpected<Refused>(flushed.error());
  }
  const auto written = delta.finish();
  if (!written) {
    return Unexpected<Refused>(written.error());
  }
  result.file = *written;
  return result;
}

}  // namespace luytre::categories
