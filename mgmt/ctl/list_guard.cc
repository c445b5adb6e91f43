// SPDX-License-Identifier: Apache-2.0
#include "list_guard.h"

namespace luytre::ctl {

using categories::ListContent;

categories::ContentGuard list_guard() {
  return [](const ListContent& before, const ListContent& after) -> Result<void> {
    if (after.size() == 0 && before.size() != 0) {
      return fail(ErrorCode::Invalid,
                  "The version would be empty, and take everybody's protection away; nothing was "
                  "signed");
    }
    return {};
  };
}

}  // namespace luytre::ctl
