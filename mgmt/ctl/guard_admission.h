// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "categories/entry.h"
#include "categories/guard/guard.h"
#include "categories/list_content.h"
#include "categories/store/category_store.h"
#include "categories/taxonomy.h"
#include "guard_check.h"
#include "installation.h"

namespace CLI {
class App;
}

namespace luytre::ctl {

// What the command line says about the guards of an import.
struct AdmissionOptions {
  std::string by;
  std::vector<std::string> accept;  // words of guard kinds
  bool allow_shrink = false;        // the same as shrink among them
  RankingOptions ranking;
};

// --by, --accept, --allow-shrink.
void add_admission_options(CLI::App& command, AdmissionOptions& options);
// --popular, --top.
void add_ranking_options(CLI::App& command, RankingOptions& options);

struct Admission {
  std::string by;
  categories::GuardReport report;
  std::vector<categories::GuardKind> accepted;  // of what would hold it
  bool held = false;
};

// The gate before a new version of `source` comes into force: checks `content` (normalised), and
// keeps what trips a guard that was not accepted as a held version, with a line in the audit log.
// Invalid: a list with nothing in it, of which there is nothing to hold.
[[nodiscard]] Result<Admission> admit(const Installation& installation,
                                      const categories::Taxonomy& taxonomy,
                                      const categories::CategoryStore& store,
                                      const categories::Source& source,
                                      const categories::ListContent& content,
                                      const AdmissionOptions& options);

// After the version came into force: the audit log's line. An older version of the source that is
// still held is out of date and goes away.
[[nodiscard]] Result<void> record_import(const Installation& installation,
                                         const categories::Taxonomy& taxonomy,
                                         const categories::Source& source,
                                         const Admission& admission);

}  // namespace luytre::ctl
