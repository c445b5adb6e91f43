// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "base/error.h"

struct MDB_txn;

namespace luytre::lmdb {

// LMDB's return code as a sentence: what failed, where, why and what to do.
[[nodiscard]] Error describe_failure(int code, std::string_view what, std::string_view where);
[[nodiscard]] Error describe_failure(int code, std::string_view what, MDB_txn* txn);

}  // namespace luytre::lmdb
