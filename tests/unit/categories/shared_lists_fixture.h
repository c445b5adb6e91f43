// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

#include "import_fixture.h"

namespace luytre::categories::testing {

// Real lists, as their publishers wrote them. They are not part of the repository: LUYTRE_SHARED
// names a folder that holds lists/ (default: shared, beside the checkout); without it these tests
// skip.
class SharedListsTest : public ImportTest {
 protected:
  void SetUp() override {
    namespace fs = std::filesystem;
    const char* shared = std::getenv("LUYTRE_SHARED");
    lists_ = (shared != nullptr ? fs::path(shared) : fs::path(LUYTRE_SOURCE_DIR) / "../shared") /
             "lists";
    if (!fs::exists(lists_)) {
      GTEST_SKIP() << lists_ << " is absent; set LUYTRE_SHARED to test with real lists";
    }
  }

  ParsedList import_format(const std::string& file, std::string_view category,
                           ListFormat format = ListFormat::Auto) {
    return import(lists_ / "formats" / file, as(category, format));
  }

  std::filesystem::path lists_;
};

}  // namespace luytre::categories::testing
