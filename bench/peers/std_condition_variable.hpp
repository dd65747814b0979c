// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <condition_variable>
#include <mutex>

#include "peers/flag_and_condition.hpp"

namespace bench {

using std_condition_variable =
    flag_and_condition<std::mutex, std::unique_lock<std::mutex>, std::condition_variable>;

}  // namespace bench
