// SPDX-License-Identifier: BSL-1.0
#include <cstddef>
#include <string>
#include <vector>

#include "harness/in_turn.hpp"
#include "peers/abide_event.hpp"
#include "peers/abide_timers.hpp"
#include "peers/boost_condition_variable.hpp"
#include "peers/raw_word.hpp"
#include "peers/std_condition_variable.hpp"
#include "peers/std_timers.hpp"
#include "peers/timerfd.hpp"
#include "subjects.hpp"

namespace bench {
namespace {

using enum side;

// One read of the clock must do, and the kernel is not asked.
template <auto Wait>
contestants too_late() {
  contestants all;
  add<in_turn<raw_word, &raw_word::read_clock>>(all, limit, "clock_gettime");
  add<in_turn<abide_event_too_late, Wait>>(
      all, abide, "abide", bounds{.system_calls = 0, .allocations = 0, .times_limit = 2.5});
  add<in_turn<std_condition_variable_too_late, &std_condition_variable_too_late::wait>>(
      all, standard, "std::condition_variable");
  add<in_turn<boost_condition_variable_too_late, &boost_condition_variable_too_late::wait>>(
      all, boost, "boost::condition_variable");
  return all;
}

// A timeout that is not the earliest needs the clock, and a lock to arm and one to disarm.
template <auto ArmAndDisarm, auto... More>
task far_timeout(const char* what, std::size_t live, double allocations) {
  return {what + std::string(", ") + std::to_string(live) + " live", alone, [=] {
            contestants all;
            add<in_turn<raw_word, &raw_word::read_clock, &raw_word::cas, &raw_word::cas,
                        &raw_word::cas, &raw_word::cas, More...>>(
                all, limit, sizeof...(More) == 0 ? "clock, four CAS" : "the same, new, delete");
            add<in_turn<abide_timers, ArmAndDisarm>>(
                all, abide, "abide", bounds{.system_calls = 0, .allocations = allocations}, live);
            add<in_turn<std_timers, &std_timers::arm_and_disarm>>(all, standard, "std::multimap",
                                                                  bounds{}, live);
            add<in_turn<timerfd, &timerfd::arm_and_disarm>>(all, other, "timerfd, alone");
            return all;
          }};
}

std::vector<task> tasks() {
  std::vector<task> all{
      {"wait_until(past)", alone, too_late<&abide_event_too_late::wait_until>},
      {"wait_for(0s)", alone, too_late<&abide_event_too_late::wait_for>},
  };
  for (const std::size_t live : {1u, 10'000u, 1'000'000u}) {
    all.push_back(
        far_timeout<&abide_timers::arm_and_disarm_source>("cancel_after, disarm", live, 0));
    all.push_back(far_timeout<&abide_timers::make_and_destroy_source, &raw_word::use_heap>(
        "source(2h), destroy", live, 1));
    all.push_back(far_timeout<&abide_timers::arm_and_disarm_timer>("timer: set, cancel", live, 0));
  }
  return all;
}

}  // namespace

const subject timers_subject{"timers", "times that have passed, and times that never come", "ns",
                             tasks};

}  // namespace bench
