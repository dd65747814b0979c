// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/thread/condition_variable.hpp>
#include <boost/thread/mutex.hpp>

#include "peers/flag_and_condition.hpp"

namespace bench {

/// Boost's waits can be interrupted.
using boost_condition_variable =
    flag_and_condition<boost::mutex, boost::unique_lock<boost::mutex>, boost::condition_variable>;

}  // namespace bench
