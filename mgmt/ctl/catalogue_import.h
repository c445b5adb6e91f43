// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "base/error.h"
#include "command.h"
#include "list_import.h"

namespace luytre::ctl {

struct CatalogueOptions {
  std::filesystem::path file;
  std::filesystem::path root;  // empty: the file's folder
  AdmissionOptions admission;
  bool compile = true;
};

// Imports every list of a catalogue, one transaction a list, compiles once and reports. A list that
// fails or is held does not stop the others; kExitFailed or kExitHeld if one did.
[[nodiscard]] Result<int> import_catalogue(const Command& command, const CatalogueOptions& options);

}  // namespace luytre::ctl
