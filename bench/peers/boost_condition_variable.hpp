// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/chrono/system_clocks.hpp>
#include <boost/thread/condition_variable.hpp>
#include <boost/thread/mutex.hpp>

#include "peers/flag_and_condition.hpp"

namespace bench {

/// Boost's waits can be interrupted.
using boost_condition_variable =
    flag_and_condition<boost::mutex, boost::unique_lock<boost::mutex>, boost::condition_variable>;

/// A wait whose time has come already.
class boost_condition_variable_too_late : public boost_condition_variable {
 public:
  bool wait() { return wait_until(past_); }

 private:
  const boost::chrono::steady_clock::time_point past_{};  // when the machine started
};

}  // namespace bench
