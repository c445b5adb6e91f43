// SPDX-License-Identifier: Apache-2.0
#include "held_versions.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "categories/native/native_text.h"
#include "categories/scope.h"
#include "guard_text.h"
#include "output.h"
#include "output_file.h"

namespace luytre::ctl {
namespace {

namespace fs = std::filesystem;
using categories::Scope;
using categories::Source;
using Json = nlohmann::ordered_json;

constexpr std::string_view kReport = "report.json";
constexpr std::size_t kReadBytes = std::size_t{64} << 10U;

std::string folder_name(std::string_view source) {
  std::string name;
  for (const char c : source) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_';
    name += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return name;
}

Unexpected<Error> failed(std::string_view doing, const fs::path& path, int number) {
  const ErrorCode code = number == EACCES || number == EPERM ? ErrorCode::Permission
                         : number == ENOSPC                  ? ErrorCode::NoSpace
                                                             : ErrorCode::System;
  return fail(code, fmt::format("Cannot {} {}: {}.", doing, path.native(), std::strerror(number)));
}

// What was renamed or removed in it survives a power cut only then.
Result<void> sync_folder(const fs::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) {
    return failed("open", folder, errno);
  }
  const int synced = ::fsync(descriptor);
  const int number = errno;
  ::close(descriptor);
  return synced == 0 ? Result<void>() : failed("write", folder, number);
}

Json to_json(const Source& source) {
  return {{"name", source.name},
          {"format", source.format},
          {"issuer", source.issuer},
          {"scope", describe(source.scope)},
          {"priority", source.priority},
          {"trust", source.trust},
          {"version", source.version},
          {"location", source.location},
          {"refresh_seconds", source.refresh_seconds},
          {"mapping", source.mapping},
          {"imported_at", source.imported_at}};
}

Source source_of(const Json& json) {
  Source source;
  json.at("name").get_to(source.name);
  json.at("format").get_to(source.format);
  json.at("issuer").get_to(source.issuer);
  json.at("priority").get_to(source.priority);
  json.at("trust").get_to(source.trust);
  json.at("version").get_to(source.version);
  json.at("location").get_to(source.location);
  json.at("refresh_seconds").get_to(source.refresh_seconds);
  json.at("mapping").get_to(source.mapping);
  json.at("imported_at").get_to(source.imported_at);
  // An unknown word gets the scope that may say least.
  source.scope = Scope::School;
  for (const Scope scope : {Scope::Mandatory, Scope::National, Scope::Operator, Scope::School}) {
    if (json.at("scope").get<std::string>() == describe(scope)) {
      source.scope = scope;
    }
  }
  return source;
}

struct Written {
  HeldVersion version;
  std::string content_file;
};

Result<Written> read_report(const fs::path& file, const categories::Taxonomy& taxonomy) {
  std::ifstream stream(file, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  const auto corrupt = [&](std::string_view why) {
    return fail(ErrorCode::Corrupt,
                fmt::format("{} is damaged ({}); import that list again.", file.native(), why));
  };
  Written written;
  try {
    const Json json = Json::parse(text);
    written.version.source = source_of(json.at("source"));
    written.version.by = json.at("by").get<std::string>();
    written.version.held_at = json.at("held_at").get<std::int64_t>();
    written.version.entries = json.at("entries").get<std::uint64_t>();
    written.content_file = json.at("content").get<std::string>();
    auto report = guard_report(json.at("findings"), taxonomy);
    if (!report) {
      return corrupt(report.error().message);
    }
    written.version.report = std::move(*report);
  } catch (const nlohmann::json::exception& error) {
    return corrupt(error.what());
  }
  if (written.content_file.find('/') != std::string::npos) {
    return corrupt("its content lies elsewhere");
  }
  return written;
}

}  // namespace

HeldVersions::HeldVersions(const fs::path& data_dir, const categories::Taxonomy& taxonomy)
    : directory_(data_dir / "held"), taxonomy_(taxonomy) {}

fs::path HeldVersions::folder(const std::string& source) const {
  return directory_ / folder_name(source);
}

Result<void> HeldVersions::write_report(const fs::path& folder, const HeldVersion& version,
                                        const std::string& content_file) const {
  const Json json = {{"source", to_json(version.source)},
                     {"by", version.by},
                     {"held_at", version.held_at},
                     {"held", time_text(version.held_at)},
                     {"entries", version.entries},
                     {"content", content_file},
                     {"findings", findings_json(version.report, taxonomy_)}};
  auto file = OutputFile::create(folder / kReport);
  if (!file) {
    return Unexpected<Error>(file.error());
  }
  const auto replace = nlohmann::ordered_json::error_handler_t::replace;
  if (auto done = file->write(json.dump(2, ' ', false, replace) + "\n"); !done) {
    return done;
  }
  if (auto done = file->commit(); !done) {
    return done;
  }
  return sync_folder(folder);
}

Result<void> HeldVersions::hold(const HeldVersion& version,
                                const categories::ListContent& content) const {
  const fs::path place = folder(version.source.name);
  std::error_code error;
  fs::create_directories(place, error);
  if (!error) {
    // Lists of what must not be seen stay between those who run the gateway.
    fs::permissions(directory_,
                    fs::perms::owner_all | fs::perms::group_read | fs::perms::group_exec, error);
  }
  if (error) {
    return failed("make", place, error.value());
  }
  // A name of its own: an older report keeps its content until the new report takes its place.
  std::string name;
  for (unsigned number = 1; name.empty() || fs::exists(place / name, error); ++number) {
    name = fmt::format("content-{}.txt", number);
  }
  auto file = OutputFile::create(place / name);
  if (!file) {
    return Unexpected<Error>(file.error());
  }
  auto written = categories::write_native(content, taxonomy_,
                                          [&](std::string_view text) { return file->write(text); });
  if (!written) {
    return written;
  }
  if (auto done = file->commit(); !done) {
    return done;
  }
  if (auto done = write_report(place, version, name); !done) {
    return done;
  }
  for (const fs::directory_entry& other : fs::directory_iterator(place, error)) {
    if (other.path().filename() != name && other.path().filename() != kReport) {
      std::error_code ignored;  // left-overs of an older version do no harm
      fs::remove(other.path(), ignored);
    }
  }
  return {};
}

Result<void> HeldVersions::update(const HeldVersion& version) const {
  const fs::path place = folder(version.source.name);
  const auto written = read_report(place / kReport, taxonomy_);
  return written ? write_report(place, version, written->content_file)
                 : Result<void>(Unexpected<Error>(written.error()));
}

Result<std::vector<HeldVersion>> HeldVersions::list() const {
  std::vector<HeldVersion> versions;
  std::error_code error;
  for (const fs::directory_entry& place : fs::directory_iterator(directory_, error)) {
    std::error_code ignored;
    if (!fs::exists(place.path() / kReport, ignored)) {
      continue;
    }
    auto written = read_report(place.path() / kReport, taxonomy_);
    if (!written) {
      return Unexpected<Error>(written.error());
    }
    versions.push_back(std::move(written->version));
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    return failed("read", directory_, error.value());
  }
  std::ranges::sort(versions, {}, [](const HeldVersion& version) { return version.source.name; });
  return versions;
}

Result<std::optional<HeldVersion>> HeldVersions::find(const std::string& source) const {
  const fs::path file = folder(source) / kReport;
  std::error_code error;
  if (!fs::exists(file, error)) {
    return std::optional<HeldVersion>();
  }
  auto written = read_report(file, taxonomy_);
  if (!written) {
    return Unexpected<Error>(written.error());
  }
  return std::optional(std::move(written->version));
}

Result<categories::ListContent> HeldVersions::content(const std::string& source) const {
  const auto written = read_report(folder(source) / kReport, taxonomy_);
  if (!written) {
    return Unexpected<Error>(written.error());
  }
  const fs::path path = folder(source) / written->content_file;
  std::ifstream stream(path, std::ios::binary);
  categories::NativeReader reader(taxonomy_);
  std::array<char, kReadBytes> piece{};
  while (stream.read(piece.data(), piece.size()) || stream.gcount() > 0) {
    const auto fed = reader.feed({piece.data(), static_cast<std::size_t>(stream.gcount())});
    if (!fed) {
      return fail(fed.error().code, fmt::format("{}: {}", path.native(), fed.error().message));
    }
  }
  auto read = reader.finish();
  if (!read || !stream.eof() || read->content.size() != written->version.entries) {
    return fail(ErrorCode::Corrupt, fmt::format("{} is not the content that was held; import that "
                                                "list again.",
                                                path.native()));
  }
  return std::move(read->content);
}

Result<void> HeldVersions::remove(const std::string& source) const {
  const fs::path place = folder(source);
  std::error_code error;
  fs::remove(place / kReport, error);
  if (error && error != std::errc::no_such_file_or_directory) {
    return failed("remove", place / kReport, error.value());
  }
  fs::remove_all(place, error);  // without its report it is no held version any more
  return {};
}

}  // namespace luytre::ctl
