// SPDX-License-Identifier: BSL-1.0
#include <abide/abide.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <limits>

#include "support/child.hpp"
#include "support/running.hpp"
#include "support/system_calls.hpp"

// P9: deadlines are absolute and checked before the kernel is asked.

namespace {

using namespace std::chrono;
using abide::deadline;
using support::run;

class TimeDeathTest : public support::child_process {};

TEST_F(TimeDeathTest, ADeadlineThatHasPassedAsksTheKernelNothing) {
  EXPECT_EXIT(
      {
        abide::manual_reset_event manual;
        abide::auto_reset_event automatic;
        abide::semaphore units(0);
        const abide::cancellation_source source;
        const auto test = [&](deadline t) {
          EXPECT_FALSE(manual.wait_until(t));
          EXPECT_FALSE(automatic.wait_until(t, source.token()));
          EXPECT_FALSE(units.try_acquire_until(t));
          EXPECT_FALSE(abide::wait_any_until(t, manual, automatic, units));
          EXPECT_FALSE(abide::wait_all_until(t, manual, automatic));
          abide::sleep_until(t);
        };
        test(deadline::after(0s));  // lazy binding of symbols is done here
        support::forbid_system_calls();
        test(deadline::after(0s));
        test(deadline::after(-1h));
        test(deadline(steady_clock::time_point::min()));
        test(deadline(steady_clock::now()));
        support::finish();
      },
      testing::ExitedWithCode(0), "");
}

TEST(Time, ADeadlineIsAbsolute) {
  abide::auto_reset_event event;
  const deadline until = deadline::after(20ms);
  int wakes = 0;
  event.set();  // one that is there whenever the thread comes
  auto setter = run([&] {
    for (int i = 0; i != 50; ++i) event.set();
  });
  while (event.wait_until(until)) ++wakes;
  EXPECT_TRUE(until.has_passed());
  EXPECT_GE(wakes, 1);
}

TEST(Time, AClockOtherThanTheSteadyOneIsConvertedAtTheCall) {
  abide::manual_reset_event event;
  const auto before = steady_clock::now();
  EXPECT_FALSE(event.wait_until(system_clock::now() + 2ms));
  EXPECT_GE(steady_clock::now() - before, 1ms);  // the two clocks are read one after the other
  EXPECT_FALSE(event.wait_until(system_clock::time_point::min()));
  EXPECT_FALSE(event.wait_until(system_clock::now()));
}

TEST(Time, ASleepIsNeverShort) {
  const abide::cancellation_source source;
  for (const auto d : {1ns, 1000ns, 300'000ns, 2'000'000ns}) {
    auto before = steady_clock::now();
    abide::sleep_for(d);
    EXPECT_GE(steady_clock::now() - before, d);
    before = steady_clock::now();
    abide::sleep_for(d, source.token());
    EXPECT_GE(steady_clock::now() - before, d);
    before = steady_clock::now();
    EXPECT_EQ(abide::sleep_for(d, abide::return_on(source.token())), abide::wait_status::timeout);
    EXPECT_GE(steady_clock::now() - before, d);
    const auto until = steady_clock::now() + d;
    abide::sleep_until(until);
    EXPECT_GE(steady_clock::now(), until);
  }
  abide::sleep_for(0s);
  abide::sleep_for(-1h);
  abide::sleep_for(nanoseconds::min());
}

TEST(Time, ASleepForEverEndsByCancel) {
  const auto sleep_through = [](auto d) {
    abide::cancellation_source source;
    auto sleeper = run([&] { abide::sleep_for(d, source.token()); });
    support::wait_until_asleep(sleeper.id(), support::asleep_in::futex);
    EXPECT_FALSE(sleeper.is_done());
    source.cancel();
    EXPECT_THROW(sleeper.get(), abide::operation_canceled);
  };
  sleep_through(nanoseconds::max());
  sleep_through(hours::max());
  sleep_through(duration<double>(std::numeric_limits<double>::infinity()));
}

}  // namespace
