// SPDX-License-Identifier: BSL-1.0
#include <abide/abide.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <limits>
#include <stdexcept>
#include <thread>

#include "support/durations.hpp"
#include "support/far_ahead.hpp"
#include "support/outcome.hpp"
#include "support/rendezvous.hpp"
#include "support/running.hpp"
#include "support/state_probe.hpp"

// P9 for all that comes to pass by itself: with every kind of duration a source is canceled, a
// timer signals and a sleep ends, never early; or never.

namespace {

using namespace std::chrono;
using abide::cancellation_source;
using abide::deadline;
using abide::wait_status;
using support::for_each_duration;
using support::is;
using support::run;

/// Checks that what begins in begin() comes to pass, and not before d is over.
template <class D, class Begin, class Wait>
void expect_not_early(D d, Begin begin, Wait wait) {
  const auto before = steady_clock::now();
  begin();
  wait();
  EXPECT_GE(duration<long double>(steady_clock::now() - before), d) << "early";
}

TEST(TimedCancel, OfASourceMadeWithEveryDuration) {
  for_each_duration([](const char* name, auto d, is expected) {
    SCOPED_TRACE(name);
    const auto before = steady_clock::now();
    const cancellation_source source(d);
    const auto token = source.token();
    if (expected >= is::late) {
      EXPECT_EQ(token.expires_at().is_never(), expected == is::never);
      EXPECT_EQ(support::is_armed(source), expected == is::late);
      EXPECT_FALSE(token.is_cancellation_requested());
      return;
    }
    if (expected == is::past) {
      EXPECT_TRUE(token.is_cancellation_requested()) << "on return";
    }
    abide::wait(token);
    EXPECT_GE(duration<long double>(steady_clock::now() - before), d) << "early";
    EXPECT_EQ(token.reason(), std::errc::timed_out);
  });
}

TEST(TimedCancel, AfterEveryDuration) {
  for_each_duration([](const char* name, auto d, is expected) {
    SCOPED_TRACE(name);
    cancellation_source after;
    cancellation_source at;
    const auto expire = [&] {
      after.cancel_after(d);
      at.cancel_at(deadline::after(d));
    };
    if (expected >= is::late) {
      for (int i = 0; i != 2; ++i) {
        expire();
        for (const cancellation_source* s : {&after, &at}) {
          EXPECT_EQ(support::is_armed(*s), expected == is::late);
          EXPECT_EQ(s->token().expires_at().is_never(), expected == is::never);
        }
        after.cancel_after(1h);  // which the second time takes back or replaces
      }
      EXPECT_FALSE(after.is_cancellation_requested() || at.is_cancellation_requested());
      return;
    }
    expect_not_early(d, expire, [&] {
      abide::wait(after.token());
      abide::wait(at.token());
    });
  });
}

TEST(TimedCancel, OfASleepOfEveryDuration) {
  for_each_duration([](const char* name, auto d, is expected) {
    SCOPED_TRACE(name);
    cancellation_source source;
    const auto token = source.token();
    if (expected >= is::late) {
      auto sleeper = run([&] { return abide::sleep_for(d, abide::return_on(token)); });
      auto other = run([&] {
        return support::outcome_of([&] { abide::sleep_until(deadline::after(d), token); });
      });
      support::wait_until_queued(token, 2);
      source.cancel();
      EXPECT_EQ(sleeper.get(), wait_status::canceled);
      EXPECT_EQ(other.get(), wait_status::canceled);
      return;
    }
    const auto nothing = [] {};
    expect_not_early(d, nothing, [&] { abide::sleep_for(d); });
    expect_not_early(d, nothing, [&] { abide::sleep_for(d, token); });
    expect_not_early(d, nothing, [&] { abide::sleep_until(deadline::after(d)); });
    expect_not_early(d, nothing, [&] {
      EXPECT_EQ(abide::sleep_until(deadline::after(d), abide::return_on(token)),
                wait_status::timeout);
    });
  });
}

TEST(TimedCancel, OfATimerSetToEveryDuration) {
  for_each_duration([](const char* name, auto d, is expected) {
    SCOPED_TRACE(name);
    abide::waitable_timer once;
    abide::waitable_timer again;
    const auto set = [&] {
      once.set(deadline::after(d));
      again.set(deadline::after(d), 1h);
    };
    if (expected >= is::late) {
      once.set(deadline::after(0s));
      set();  // disarms, and discards what was kept
      EXPECT_FALSE(once.wait_for(1ms));
      EXPECT_FALSE(again.wait_for(0s));
      return;
    }
    expect_not_early(d, set, [&] {
      once.wait();
      again.wait();
    });
  });
}

TEST(TimedCancel, OfATimerWithAPeriodOfEveryDuration) {
  for_each_duration([](const char* name, auto d, is expected) {
    SCOPED_TRACE(name);
    abide::waitable_timer timer;
    if (expected == is::past) {
      EXPECT_THROW(timer.set(deadline::after(0s), d), std::invalid_argument);
      EXPECT_FALSE(timer.wait_for(0s));
      return;
    }
    const auto before = steady_clock::now();
    timer.set(before, d);
    timer.wait();
    if (expected >= is::late) {
      EXPECT_FALSE(timer.wait_for(1ms));
      return;
    }
    timer.wait();
    EXPECT_GE(duration<long double>(steady_clock::now() - before), d) << "early";
  });
}

TEST(TimedCancel, ADeadlineAfterEveryDuration) {
  for_each_duration([](const char* name, auto d, is expected) {
    SCOPED_TRACE(name);
    const deadline t = deadline::after(d);
    EXPECT_EQ(t.is_never(), expected == is::never);
    if (expected == is::past) {
      EXPECT_TRUE(t.has_passed());
      EXPECT_EQ(t.remaining(), 0ns);
    }
    if (expected == is::soon) {
      while (!t.has_passed()) EXPECT_GE(t.remaining(), 0ns);
    }
    if (expected >= is::late) {
      EXPECT_FALSE(t.has_passed());
      EXPECT_GT(t.remaining(), 100h);
    }
  });
}

TEST(TimedCancel, NotANumberIsAnInvalidArgumentAndChangesNothing) {
  const auto nan = support::real_seconds(std::numeric_limits<double>::quiet_NaN());
  const auto nan_as_float =
      support::float_milliseconds(std::numeric_limits<float>::signaling_NaN());
  cancellation_source source;
  source.cancel_after(1h);
  const deadline before = source.token().expires_at();
  const auto test = [&](auto d) {
    EXPECT_THROW(cancellation_source made(d), std::invalid_argument);
    EXPECT_THROW(source.cancel_after(d), std::invalid_argument);
    EXPECT_THROW((void)deadline::after(d), std::invalid_argument);
    EXPECT_THROW(abide::sleep_for(d), std::invalid_argument);
  };
  test(nan);
  test(nan_as_float);
  EXPECT_EQ(source.token().expires_at(), before);
  abide::waitable_timer timer;
  timer.set(deadline::after(0s));
  while (!timer.is_set()) std::this_thread::yield();
  EXPECT_THROW(timer.set(deadline::after(1h), nan), std::invalid_argument);
  EXPECT_TRUE(timer.is_set()) << "keeps its signal";
}

TEST(TimedCancel, HoldsWhereTheClockIsFarAhead) { support::run_far_ahead("TimedCancel.*"); }

}  // namespace
