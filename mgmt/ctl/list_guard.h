// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "categories/authority/candidate.h"

namespace luytre::ctl {

// What every signer's version of a list is held against before it is signed.
[[nodiscard]] categories::ContentGuard list_guard();

}  // namespace luytre::ctl
