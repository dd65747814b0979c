// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <memory>

#include "condition.hpp"

namespace abide_wait {

/// file:PATH and gone:PATH. Throws: std::system_error naming the path.
std::unique_ptr<condition> make_path(const condition_spec& spec);

}  // namespace abide_wait
