// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/thread/condition_variable.hpp>
#include <boost/thread/mutex.hpp>

#include "peers/flag_and_condition_crowd.hpp"

namespace bench {

/// Boost interrupts one thread at a time, and has no token.
using boost_crowd = flag_and_condition_crowd<boost::mutex, boost::unique_lock<boost::mutex>,
                                             boost::condition_variable>;

}  // namespace bench
