// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "categories/entry.h"
#include "categories/guard/guard.h"
#include "categories/list_content.h"
#include "categories/store/category_store.h"
#include "categories/taxonomy.h"
#include "guard_check.h"
#include "guard_protected.h"
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

// The gate before new versions of lists come into force: one for a whole run over many lists.
class ListGate {
 public:
  // Reads the whole store once. All arguments but the options outlive the gate.
  [[nodiscard]] static Result<ListGate> open(const Installation& installation,
                                             const categories::Taxonomy& taxonomy,
                                             const categories::CategoryStore& store,
                                             const AdmissionOptions& options);

  // Checks `content` (normalised), and keeps what trips a guard that was not accepted as a held
  // version, with a line in the audit log. Invalid: a list with nothing in it, of which there is
  // nothing to hold.
  [[nodiscard]] Result<Admission> admit(const categories::Source& source,
                                        const categories::ListContent& content) const;

  // Just before the admitted version comes into force: the audit log's line. An older version of
  // the source that is still held is out of date and goes away.
  [[nodiscard]] Result<void> record(const categories::Source& source,
                                    const categories::ListContent& content,
                                    const Admission& admission);

 private:
  ListGate(const Installation& installation, const categories::Taxonomy& taxonomy,
           const categories::CategoryStore& store, GuardCheck check)
      : installation_(installation),
        taxonomy_(taxonomy),
        store_(store),
        check_(std::move(check)),
        protected_(taxonomy) {}

  const Installation& installation_;
  const categories::Taxonomy& taxonomy_;
  const categories::CategoryStore& store_;
  GuardCheck check_;
  ProtectedNames protected_;
  std::string by_;
  std::vector<categories::GuardKind> accepted_;
};

}  // namespace luytre::ctl
