// SPDX-License-Identifier: Apache-2.0
#include "opened_lists.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace luytre::ctl {

Result<OpenedLists> open_lists(const Installation& installation, lmdb::OpenMode mode) {
  auto taxonomy = installation.taxonomy();
  if (!taxonomy) {
    return Unexpected<Error>(taxonomy.error());
  }
  auto store = installation.open_categories(mode);
  if (!store) {
    return Unexpected<Error>(store.error());
  }
  return OpenedLists{std::move(*taxonomy), std::move(*store)};
}

Result<categories::SourceId> find_source(const categories::CategoryStore& store,
                                         const std::string& name) {
  const auto sources = store.sources();
  if (!sources) {
    return Unexpected<Error>(sources.error());
  }
  const auto found = std::ranges::find(*sources, name, &categories::Source::name);
  if (found == sources->end()) {
    return fail(
        ErrorCode::NotFound,
        fmt::format("There is no source '{}'; 'luytrectl categories stats' lists them.", name));
  }
  return found->id;
}

void note_stale_index(const categories::Index* index, categories::Serial serial) {
  const auto stored = static_cast<std::uint64_t>(serial);
  if (index == nullptr || index->serial() != stored) {
    fmt::print(stderr,
               "Note: the index in force is {} and the lists are at serial {}; run "
               "luytrectl categories compile.\n",
               index != nullptr ? fmt::format("of serial {}", index->serial()) : "missing", stored);
  }
}

}  // namespace luytre::ctl
