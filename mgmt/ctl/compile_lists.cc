// SPDX-License-Identifier: Apache-2.0
#include "compile_lists.h"

#include <chrono>

namespace luytre::ctl {
namespace {

std::chrono::sys_seconds now() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

}  // namespace

Result<categories::CompiledIndex> compile_lists(categories::CategoryStore& store,
                                                const categories::Taxonomy& taxonomy,
                                                const std::filesystem::path& index_dir) {
  if (const auto expired = store.expire(now()); !expired) {
    return Unexpected<Error>(expired.error());
  }
  return categories::compile_index(store, taxonomy, index_dir);
}

Result<categories::CompiledIndex> compile_lists(const Installation& installation,
                                                const categories::Taxonomy& taxonomy) {
  {
    const auto store = installation.open_categories(lmdb::OpenMode::ReadOnly);
    if (!store) {
      return Unexpected<Error>(store.error());
    }
    const auto next = store->next_expiry();
    if (!next) {
      return Unexpected<Error>(next.error());
    }
    if (!*next || **next > now()) {
      return categories::compile_index(*store, taxonomy, installation.index_dir());
    }
  }
  auto store = installation.open_categories(lmdb::OpenMode::ReadWrite);
  return store ? compile_lists(*store, taxonomy, installation.index_dir())
               : Unexpected<Error>(store.error());
}

}  // namespace luytre::ctl
