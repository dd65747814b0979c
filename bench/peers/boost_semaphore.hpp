// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/thread/condition_variable.hpp>
#include <boost/thread/mutex.hpp>

#include "peers/count_and_condition.hpp"

namespace bench {

/// Boost.Thread has none of its own.
using boost_semaphore =
    count_and_condition<boost::mutex, boost::unique_lock<boost::mutex>, boost::condition_variable>;

}  // namespace bench
