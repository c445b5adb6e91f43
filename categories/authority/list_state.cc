// SPDX-License-Identifier: Apache-2.0
#include "categories/authority/list_state.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <utility>

#include "files.h"
#include "strict_json.h"

namespace luytre::categories {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMaxRecordBytes = std::size_t{4} << 20U;
constexpr std::size_t kMaxRecordSubmissions = 100'000;
constexpr std::string_view kRootEnding = ".root.json";

std::filesystem::path record_file(const Workplace& place) {
  return place.staged() / "candidate.json";
}

Unexpected<Error> wrong(const std::filesystem::path& file, const Refused& refused) {
  return fail(ErrorCode::Corrupt, fmt::format("{}: {}", file.string(), refused.message));
}

Result<RootDocument> read_root(const std::filesystem::path& file) {
  const auto text = files::read(file, kMaxRootBytes);
  if (!text) {
    return Unexpected<Error>(text.error());
  }
  auto envelope = Envelope::parse(*text, kRootType);
  if (!envelope) {
    return wrong(file, envelope.error());
  }
  auto root = ListRoot::parse(envelope->payload);
  if (!root) {
    return wrong(file, root.error());
  }
  return RootDocument{.envelope = *std::move(envelope), .root = *std::move(root)};
}

Result<ManifestDocument> read_manifest(const std::filesystem::path& file) {
  const auto text = files::read(file, kMaxManifestBytes);
  if (!text) {
    return Unexpected<Error>(text.error());
  }
  auto envelope = Envelope::parse(*text, kManifestType);
  if (!envelope) {
    return wrong(file, envelope.error());
  }
  auto manifest = ListManifest::parse(envelope->payload);
  if (!manifest) {
    return wrong(file, manifest.error());
  }
  return ManifestDocument{.envelope = *std::move(envelope), .manifest = *std::move(manifest)};
}

Result<CandidateRecord> read_record(const Workplace& place) {
  const auto text = files::read(record_file(place), kMaxRecordBytes);
  if (!text) {
    return Unexpected<Error>(text.error());
  }
  const auto json = parse_strict_json(*text);
  std::string problem = json ? "" : json.error();
  CandidateRecord record;
  if (json) {
    JsonFields fields(*json, problem);
    record.base_serial = fields.number("base_serial");
    for (const auto& id : fields.array("submissions", kMaxRecordSubmissions)) {
      record.submissions.push_back(id.is_number_unsigned() ? id.get<std::uint64_t>() : 0);
    }
    record.expired = fields.number("expired");
    record.not_found = fields.number("not_found");
    record.added = fields.number("added");
    record.removed = fields.number("removed");
  }
  if (!problem.empty()) {
    return fail(ErrorCode::Corrupt, fmt::format("{}: {}", record_file(place).string(), problem));
  }
  return record;
}

// "42" of "42.json"; nothing for other names.
std::optional<std::uint64_t> number_of(std::string_view name, std::string_view ending) {
  name.remove_suffix(ending.size());
  std::uint64_t number = 0;
  const auto [stop, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  return error == std::errc{} && stop == name.data() + name.size() ? std::optional(number)
                                                                   : std::nullopt;
}

Result<std::vector<std::uint64_t>> numbers(const std::filesystem::path& folder,
                                           std::string_view ending) {
  const auto names = files::names(folder, ending);
  if (!names) {
    return Unexpected<Error>(names.error());
  }
  std::vector<std::uint64_t> found;
  for (const std::string& name : *names) {
    if (const auto number = number_of(name, ending); number) {
      found.push_back(*number);
    }
  }
  std::ranges::sort(found);
  return found;
}

// Reads a file that may be absent into `document`.
template <typename Document, typename Read>
Result<void> read_optional(std::optional<Document>& document, const std::filesystem::path& file,
                           const Read& read) {
  if (!files::exists(file)) {
    return {};
  }
  auto found = read(file);
  if (!found) {
    return Unexpected<Error>(found.error());
  }
  document = *std::move(found);
  return {};
}

}  // namespace

bool ListState::half_published() const noexcept {
  return candidate && version && candidate->document.manifest.serial == version->manifest.serial;
}

Result<ListState> read_state(const Workplace& place) {
  ListState state;
  const std::filesystem::path roots = place.published() / "root";
  const auto versions = numbers(roots, kRootEnding);
  if (!versions) {
    return Unexpected<Error>(versions.error());
  }
  Result<void> read;
  if (!versions->empty()) {
    read = read_optional(state.root, roots / fmt::format("{}{}", versions->back(), kRootEnding),
                         read_root);
  }
  if (read) {
    read = read_optional(state.next_root, place.staged_root(), read_root);
  }
  if (read) {
    read = read_optional(state.version, place.published() / "manifest.json", read_manifest);
  }
  // A publication that was interrupted between root and manifest: the root is public already.
  if (state.root && state.next_root && state.root->root.version == state.next_root->root.version) {
    state.next_root.reset();
  }
  std::optional<ManifestDocument> staged;
  if (read) {
    read = read_optional(staged, place.staged_manifest(), read_manifest);
  }
  if (!read) {
    return Unexpected<Error>(read.error());
  }
  if (staged) {
    auto record = read_record(place);
    if (!record) {
      return Unexpected<Error>(record.error());
    }
    state.candidate = Candidate{.document = *std::move(staged), .record = *std::move(record)};
  }
  if (!state.root && !state.next_root) {
    return fail(ErrorCode::Corrupt,
                fmt::format("{} has no root, neither public nor staged", roots.string()));
  }
  auto submissions = read_submissions(place);
  if (!submissions) {
    return Unexpected<Error>(submissions.error());
  }
  state.submissions = *std::move(submissions);
  return state;
}

Result<ManifestDocument> read_version(const Workplace& place, std::uint64_t serial) {
  auto version = read_manifest(place.version_manifest(serial));
  if (!version && version.error().code == ErrorCode::NotFound) {
    const auto serials = version_serials(place);
    const std::string known =
        !serials || serials->empty()
            ? "nothing is published yet"
            : fmt::format("there are {} to {}", serials->front(), serials->back());
    return fail(ErrorCode::NotFound, fmt::format("There is no version {}: {}", serial, known));
  }
  return version;
}

Result<std::vector<std::uint64_t>> version_serials(const Workplace& place) {
  return numbers(place.versions(), ".json");
}

Result<void> write_record(const Workplace& place, const CandidateRecord& record) {
  const Json json = {{"base_serial", record.base_serial},
                     {"submissions", record.submissions},
                     {"expired", record.expired},
                     {"not_found", record.not_found},
                     {"added", record.added},
                     {"removed", record.removed}};
  return files::replace(record_file(place), json.dump(2) + "\n");
}

}  // namespace luytre::categories
