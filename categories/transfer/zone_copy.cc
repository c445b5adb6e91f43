// SPDX-License-Identifier: Apache-2.0
#include "zone_copy.h"

#include <fmt/format.h>

#include <charconv>
#include <fstream>
#include <utility>

#include "copy_writer.h"
#include "record_text.h"

namespace luytre::categories {
namespace {

constexpr std::string_view kBegin = "; luytre zone copy 1, serial ";
constexpr std::string_view kEnd = "; end, ";
constexpr int kHeadLines = 4;

std::optional<std::uint32_t> read_serial(std::string_view line) noexcept {
  if (!line.starts_with(kBegin)) {
    return std::nullopt;
  }
  line.remove_prefix(kBegin.size());
  std::uint32_t serial = 0;
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), serial);
  return error == std::errc() && end == line.data() + line.size() ? std::optional(serial)
                                                                  : std::nullopt;
}

std::string origin_line(const DomainName& zone) {
  std::string line = "$ORIGIN ";
  append_name(zone, line);
  return line;
}

void write_head(CopyWriter& writer, const DomainName& zone, const ZoneVersion& version) {
  writer.write(fmt::format("{}{}", kBegin, version.serial));
  writer.write(origin_line(zone));
  writer.write("$TTL 60");
  writer.write(version.soa);
}

// Puts the changes between the lines of the version before, both in the order of their octets.
class Merge {
 public:
  Merge(const ZoneDelta& delta, CopyWriter& writer)
      : next_(delta.changes().begin()), end_(delta.changes().end()), writer_(writer) {}

  // False: the delta is not about these lines.
  bool take(std::string_view line) {
    while (next_ != end_ && next_->first < line) {
      if (!write_absent()) {
        return false;
      }
    }
    if (next_ == end_ || next_->first != line) {
      write(line);
      return true;
    }
    const ZoneDelta::Change change = next_++->second;
    if (change.after) {
      write(line);
    } else {
      ++applied_.removed;
    }
    return change.before;
  }
  bool finish() {
    while (next_ != end_) {
      if (!write_absent()) {
        return false;
      }
    }
    return true;
  }
  [[nodiscard]] const ZoneCopy::Applied& applied() const noexcept { return applied_; }

 private:
  void write(std::string_view line) {
    writer_.write(line);
    ++applied_.records;
  }
  bool write_absent() {
    const auto& [line, change] = *next_++;
    if (change.after) {
      write(line);
      ++applied_.added;
    }
    return !change.before;
  }

  std::map<std::string, ZoneDelta::Change>::const_iterator next_;
  std::map<std::string, ZoneDelta::Change>::const_iterator end_;
  CopyWriter& writer_;
  ZoneCopy::Applied applied_{.records = 1};  // the SOA
};

}  // namespace

ZoneCopy::ZoneCopy(std::filesystem::path file, DomainName zone)
    : file_(std::move(file)), zone_(zone) {}

std::optional<std::uint32_t> ZoneCopy::serial() const {
  std::ifstream in(file_);
  std::string line;
  if (!std::getline(in, line)) {
    return std::nullopt;
  }
  const auto serial = read_serial(line);
  Sha256 hash;
  std::uint64_t lines = 0;
  bool of_this_zone = false;
  do {
    of_this_zone = of_this_zone || (lines == 1 && line == origin_line(zone_));
    if (line.starts_with(kEnd)) {
      const bool as_written = of_this_zone && lines >= kHeadLines &&
                              line == fmt::format("{}{} records, sha256 {}", kEnd,
                                                  lines - kHeadLines + 1, hash.finish());
      return as_written && in.peek() == std::ifstream::traits_type::eof() ? serial : std::nullopt;
    }
    hash.update(line);
    hash.update("\n");
    ++lines;
  } while (std::getline(in, line));
  return std::nullopt;
}

Result<void> ZoneCopy::replace(const ZoneVersion& version, const ZoneLines& lines) {
  auto writer = CopyWriter::create(file_);
  if (!writer) {
    return Unexpected(writer.error());
  }
  write_head(*writer, zone_, version);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    writer->write(lines[i]);
  }
  return writer->commit(lines.size() + 1);
}

Result<std::optional<ZoneCopy::Applied>> ZoneCopy::apply(const ZoneVersion& version,
                                                         const ZoneDelta& delta) {
  std::ifstream in(file_);
  auto writer = CopyWriter::create(file_);
  if (!writer) {
    return Unexpected(writer.error());
  }
  write_head(*writer, zone_, version);
  Merge merge(delta, *writer);
  std::string line;
  for (int i = 0; i < kHeadLines; ++i) {
    std::getline(in, line);
  }
  while (std::getline(in, line) && !line.starts_with(kEnd)) {
    if (!merge.take(line)) {
      return std::nullopt;
    }
  }
  if (in.bad() || !merge.finish()) {
    return std::nullopt;
  }
  if (auto written = writer->commit(merge.applied().records); !written) {
    return Unexpected(written.error());
  }
  return merge.applied();
}

}  // namespace luytre::categories
