// SPDX-License-Identifier: Apache-2.0
#include "categories/domain_name.h"
