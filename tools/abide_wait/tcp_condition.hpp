// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <memory>

#include "condition.hpp"

namespace abide_wait {

/// tcp:HOST:PORT. Its host is looked up once, on a thread of its own; then its addresses are tried
/// one after the other, and all of them again after a pause that doubles from 20 ms up to 1 s.
std::unique_ptr<condition> make_tcp_port(const condition_spec& spec);

}  // namespace abide_wait
