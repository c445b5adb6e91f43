// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "archive_file.h"
#include "base/error.h"
#include "list_collector.h"

namespace luytre::categories {

// Gives the rest of the archive's member, or of the one file that it is, to the collector.
[[nodiscard]] inline Result<void> read_member(ArchiveFile& file, ListCollector& collector) {
  while (true) {
    const auto piece = file.read();
    if (!piece) {
      return Unexpected(piece.error());
    }
    if (piece->empty()) {
      return collector.end_file();
    }
    if (auto fed = collector.feed(*piece); !fed) {
      return fed;
    }
  }
}

}  // namespace luytre::categories
