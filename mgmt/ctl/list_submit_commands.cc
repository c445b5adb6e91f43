// SPDX-License-Identifier: Apache-2.0
// `luytrectl list submit` and `review`: what goes into a list, and the second pair of eyes.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "categories/authority/submission.h"
#include "command.h"
#include "list_tools.h"
#include "output.h"
#include "progress.h"

namespace luytre::ctl {
namespace {

using categories::ChangesReader;
using categories::Decision;
using categories::Submission;
using categories::Terms;
using categories::Workplace;
using Json = nlohmann::ordered_json;

struct SubmitOptions {
  ListAct act;
  std::vector<std::string> add;
  std::vector<std::string> remove;
  std::string file;
  std::string legal_ref;
  std::string expires;
};

Result<void> read_file(const std::string& path, ChangesReader& reader) {
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    return fail(ErrorCode::NotFound, fmt::format("Cannot read {}", path));
  }
  Progress progress("lines read");
  std::string line;
  for (std::uint64_t number = 1; std::getline(in, line); ++number) {
    const std::string where = fmt::format("{}:{}", path, number);
    if (line.starts_with('-')) {
      reader.remove(std::string_view(line).substr(1, line.find_last_not_of(" \t\r")), where);
    } else {
      reader.add(line, where);
    }
    progress.step();
  }
  return in.bad() ? fail(ErrorCode::System, fmt::format("Cannot read {} to its end", path))
                  : Result<void>();
}

Result<Terms> read_terms(const SubmitOptions& options) {
  Terms terms;
  if (!options.legal_ref.empty()) {
    if (!categories::is_legal_ref(options.legal_ref)) {
      return fail(ErrorCode::Invalid,
                  fmt::format("The legal reference must be one printable line of at most {} octets",
                              categories::kMaxLegalRefBytes));
    }
    terms.legal_ref = options.legal_ref;
  }
  if (!options.expires.empty()) {
    const auto expires = categories::parse_expiry(options.expires);
    if (!expires) {
      return fail(ErrorCode::Invalid,
                  fmt::format("'{}' is no day like 2026-12-31, and no time like "
                              "2026-12-31T12:00:00Z",
                              options.expires));
    }
    terms.expires = *expires;
  }
  return terms;
}

Result<categories::ListChanges> read_changes(const SubmitOptions& options,
                                             const categories::Taxonomy& taxonomy,
                                             const categories::ListSettings& settings) {
  const auto terms = read_terms(options);
  if (!terms) {
    return Unexpected<Error>(terms.error());
  }
  ChangesReader reader(taxonomy, settings, *terms);
  for (const std::string& subject : options.remove) {
    reader.remove(subject, "--remove");
  }
  for (const std::string& line : options.add) {
    reader.add(line, "--add");
  }
  if (!options.file.empty()) {
    if (const auto read = read_file(options.file, reader); !read) {
      return Unexpected<Error>(read.error());
    }
  }
  return reader.finish();
}

Json to_json(const Submission& submission) {
  return {{"id", submission.id},
          {"state", describe(submission.state)},
          {"added", submission.added},
          {"removed", submission.removed},
          {"by", submission.submitted.who}};
}

Result<int> submit(const Command& command, const SubmitOptions& options) {
  const auto act = options.act.act();
  const auto taxonomy = command.installation.taxonomy();
  if (!act || !taxonomy) {
    return Unexpected<Error>(!act ? act.error() : taxonomy.error());
  }
  const auto place = Workplace::lock(options.act.folder);
  if (!place) {
    return Unexpected<Error>(place.error());
  }
  const auto changes = read_changes(options, *taxonomy, place->settings());
  if (!changes) {
    return Unexpected<Error>(changes.error());
  }
  const auto submission = categories::submit(*place, *taxonomy, *changes, *act);
  if (!submission) {
    return Unexpected<Error>(submission.error());
  }
  if (command.json) {
    print_json(to_json(*submission));
  } else {
    fmt::print("Submission {}: {} to add, {} to remove. A second person reviews it:\n",
               submission->id, grouped(submission->added), grouped(submission->removed));
    fmt::print("  luytrectl list review {} {} --by NAME --approve --reason TEXT\n",
               options.act.folder, submission->id);
  }
  return kExitDone;
}

struct ReviewOptions {
  ListAct act;
  std::uint64_t id = 0;
  bool approve = false;
  bool reject = false;
};

Result<int> review(const Command& command, const ReviewOptions& options) {
  const auto act = options.act.act();
  if (!act) {
    return Unexpected<Error>(act.error());
  }
  const auto place = Workplace::lock(options.act.folder);
  if (!place) {
    return Unexpected<Error>(place.error());
  }
  const auto submission = categories::review(
      *place, options.id, options.approve ? Decision::Approve : Decision::Reject, *act);
  if (!submission) {
    return Unexpected<Error>(submission.error());
  }
  if (command.json) {
    print_json(to_json(*submission));
  } else {
    fmt::print("Submission {} is {}{}.\n", submission->id, describe(submission->state),
               options.approve ? " and goes into the next version" : "");
  }
  return kExitDone;
}

}  // namespace

void add_list_submit_commands(CLI::App& list, Command& command) {
  const auto options = std::make_shared<SubmitOptions>();
  CLI::App* added = add_command(list, command, "submit", "Ask for entries to be added or removed",
                                [&command, options] { return submit(command, *options); });
  options->act.add_to(*added, true);
  added->add_option("--add", options->add, "An entry: 'casino.example gambling'")
      ->allow_extra_args(false)
      ->type_name("LINE");
  added->add_option("--remove", options->remove, "Take away all that is said about a subject")
      ->allow_extra_args(false)
      ->type_name("SUBJECT");
  added->add_option("--file", options->file, "Entries to add, one a line; '-SUBJECT' removes")
      ->type_name("FILE");
  added->add_option("--legal-ref", options->legal_ref, "For entries that state none")
      ->type_name("TEXT");
  added->add_option("--expires", options->expires, "Last day, for entries that state none")
      ->type_name("2026-12-31");
  added->footer(
      "A line: SUBJECT CATEGORIES [REACH [MINIMUM_AGE [LEGAL_REF [EXPIRES]]]], with tabs between\n"
      "(blanks do for the first four). SUBJECT: a name, HOST/PATH or an address range; '!' before\n"
      "it takes back what other lists say. To change an entry, remove it and add it again.");

  const auto decided = std::make_shared<ReviewOptions>();
  CLI::App* reviewed =
      add_command(list, command, "review", "Approve or reject what somebody else submitted",
                  [&command, decided] { return review(command, *decided); });
  decided->act.add_to(*reviewed, true);
  reviewed->add_option("ID", decided->id, "The submission")->required();
  CLI::Option_group* decision = reviewed->add_option_group("decision");
  decision->add_flag("--approve", decided->approve, "It goes into the next version");
  decision->add_flag("--reject", decided->reject, "It does not");
  decision->require_option(1);
}

}  // namespace luytre::ctl
