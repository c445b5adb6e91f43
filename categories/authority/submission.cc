// SPDX-License-Identifier: Apache-2.0
#include "categories/authority/submission.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "categories/native/native_text.h"
#include "categories/native/utc_time.h"
#include "files.h"
#include "strict_json.h"

namespace luytre::categories {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMaxSubmissionBytes = 65536;
// 10 million entries.
constexpr std::size_t kMaxChangesBytes = std::size_t{1} << 30U;

constexpr std::array<SubmissionState, 4> kStates = {
    SubmissionState::Pending, SubmissionState::Approved, SubmissionState::Rejected,
    SubmissionState::Published};

std::filesystem::path file_of(const Workplace& place, std::uint64_t id, std::string_view ending) {
  return place.submissions() / fmt::format("{:04}{}", id, ending);
}

Json to_json(const Act& act) {
  return {{"by", act.who}, {"at", utc_time_text(act.at)}, {"reason", act.reason}};
}

Act read_act(JsonFields fields) {
  return {.who = fields.text("by"), .at = fields.time("at"), .reason = fields.text("reason")};
}

Result<Submission> read_submission(const std::filesystem::path& file) {
  const auto text = files::read(file, kMaxSubmissionBytes);
  if (!text) {
    return Unexpected<Error>(text.error());
  }
  const auto json = parse_strict_json(*text);
  std::string problem = json ? "" : json.error();
  Submission submission;
  if (json) {
    JsonFields fields(*json, problem);
    submission.id = fields.number("id");
    const std::string state = fields.text("state");
    bool known = false;
    for (const SubmissionState each : kStates) {
      if (describe(each) == state) {
        submission.state = each;
        known = true;
      }
    }
    if (!known) {
      fields.wrong("state", "is no state of a submission");
    }
    submission.submitted = read_act(fields.object("submitted"));
    if (fields.has("reviewed")) {
      submission.reviewed = read_act(fields.object("reviewed"));
    }
    submission.added = fields.number("added");
    submission.removed = fields.number("removed");
    submission.changes_sha256 = fields.hash("changes_sha256");
    submission.published_in = fields.has("published_in") ? fields.number("published_in") : 0;
  }
  if (!problem.empty()) {
    return fail(ErrorCode::Corrupt, fmt::format("{}: {}", file.string(), problem));
  }
  return submission;
}

}  // namespace

std::string_view describe(SubmissionState state) noexcept {
  switch (state) {
    case SubmissionState::Pending:
      return "pending";
    case SubmissionState::Approved:
      return "approved";
    case SubmissionState::Rejected:
      return "rejected";
    case SubmissionState::Published:
      return "published";
  }
  return "unknown";
}

Result<void> write_submission(const Workplace& place, const Submission& submission) {
  Json json = {{"id", submission.id},
               {"state", describe(submission.state)},
               {"submitted", to_json(submission.submitted)}};
  if (submission.reviewed) {
    json["reviewed"] = to_json(*submission.reviewed);
  }
  json["added"] = submission.added;
  json["removed"] = submission.removed;
  json["changes_sha256"] = hex(submission.changes_sha256);
  if (submission.published_in != 0) {
    json["published_in"] = submission.published_in;
  }
  return files::replace(file_of(place, submission.id, ".json"),
                        json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

Result<std::vector<Submission>> read_submissions(const Workplace& place) {
  const auto names = files::names(place.submissions(), ".json");
  if (!names) {
    return Unexpected<Error>(names.error());
  }
  std::vector<Submission> submissions;
  for (const std::string& name : *names) {
    auto submission = read_submission(place.submissions() / name);
    if (!submission) {
      return Unexpected<Error>(submission.error());
    }
    submissions.push_back(*std::move(submission));
  }
  // Names have four digits or more: "10000" would stand before "9999".
  std::ranges::sort(submissions, {}, &Submission::id);
  return submissions;
}

Result<Submission> submit(const Workplace& place, const Taxonomy& taxonomy,
                          const ListChanges& changes, const Act& act) {
  const auto before = read_submissions(place);
  if (!before) {
    return Unexpected<Error>(before.error());
  }
  std::string text;
  for (const std::string& subject : changes.removed) {
    text += "-" + subject + "\n";
  }
  if (auto written = write_native(changes.added, taxonomy,
                                  [&text](std::string_view piece) {
                                    text += piece;
                                    return Result<void>();
                                  });
      !written) {
    return Unexpected<Error>(written.error());
  }
  Submission submission{.id = before->empty() ? 1 : before->back().id + 1,
                        .submitted = act,
                        .reviewed = {},
                        .added = changes.added.size(),
                        .removed = changes.removed.size(),
                        .changes_sha256 = sha256(text)};
  if (text.size() > kMaxChangesBytes) {
    return fail(ErrorCode::Invalid, "The submission is over 1 GB; submit it in parts");
  }
  auto done = files::replace(file_of(place, submission.id, ".changes"), text);
  if (done) {
    done = write_submission(place, submission);
  }
  if (done) {
    done = place.log().append(act, "submit", fmt::format("submission {}", submission.id),
                              {{"added", std::to_string(submission.added)},
                               {"removed", std::to_string(submission.removed)},
                               {"changes_sha256", hex(submission.changes_sha256)}});
  }
  return done ? Result<Submission>(std::move(submission)) : Unexpected<Error>(done.error());
}

Result<Submission> review(const Workplace& place, std::uint64_t id, Decision decision,
                          const Act& act) {
  auto submission = read_submission(file_of(place, id, ".json"));
  if (!submission) {
    return submission.error().code == ErrorCode::NotFound
               ? fail(
                     ErrorCode::NotFound,
                     fmt::format("There is no submission {}; 'luytrectl list show' names them", id))
               : Unexpected<Error>(submission.error());
  }
  if (submission->state != SubmissionState::Pending) {
    return fail(ErrorCode::Conflict,
                fmt::format("Submission {} is {} already; submit it again to change that", id,
                            describe(submission->state)));
  }
  if (same_person(submission->submitted.who, act.who)) {
    return fail(ErrorCode::Permission,
                fmt::format("{} submitted it and cannot review it: a second person must", act.who));
  }
  const bool approve = decision == Decision::Approve;
  submission->state = approve ? SubmissionState::Approved : SubmissionState::Rejected;
  submission->reviewed = act;
  auto done = write_submission(place, *submission);
  if (done) {
    done = place.log().append(act, approve ? "approve" : "reject", fmt::format("submission {}", id),
                              {{"changes_sha256", hex(submission->changes_sha256)}});
  }
  return done ? std::move(submission) : Unexpected<Error>(done.error());
}

Result<ListChanges> read_changes(const Workplace& place, const Submission& submission,
                                 const Taxonomy& taxonomy) {
  const std::filesystem::path file = file_of(place, submission.id, ".changes");
  const auto text = files::read(file, kMaxChangesBytes);
  if (!text) {
    return Unexpected<Error>(text.error());
  }
  if (sha256(*text) != submission.changes_sha256) {
    return fail(ErrorCode::Corrupt,
                fmt::format("{} is not what {} submitted; restore it, or reject the submission",
                            file.string(), submission.submitted.who));
  }
  ListChanges changes;
  std::string_view rest = *text;
  while (rest.starts_with('-')) {
    const std::size_t end = std::min(rest.find('\n'), rest.size() - 1);
    changes.removed.emplace_back(rest.substr(1, end - 1));
    rest.remove_prefix(end + 1);
  }
  auto added = read_native(rest, taxonomy);
  if (!added || added->skipped + added->narrowed != 0) {
    return fail(ErrorCode::Corrupt,
                fmt::format("{}: {}", file.string(),
                            added ? "it says categories that the taxonomy no longer has"
                                  : added.error().message));
  }
  changes.added = std::move(added->content);
  return changes;
}

}  // namespace luytre::categories
