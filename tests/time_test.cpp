// SPDX-License-Identifier: BSL-1.0
#include <abide/abide.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <limits>
#include <stdexcept>

#include "support/descriptors.hpp"
#include "support/durations.hpp"
#include "support/far_ahead.hpp"
#include "support/outcome.hpp"
#include "support/rendezvous.hpp"
#include "support/running.hpp"

// P9: every timed call with every kind of duration. Time is asserted from below only.

namespace {

using namespace std::chrono;
using abide::deadline;
using abide::wait_status;
using support::outcome_of;
using support::run;

using support::for_each_duration;
using support::is;
using support::real_seconds;

/// What the timed calls wait on, nothing of it ready.
struct objects {
  abide::manual_reset_event manual;
  abide::auto_reset_event automatic;
  abide::semaphore barging{0};
  abide::semaphore fifo{0, abide::fairness::fifo};
  abide::waitable_timer timer;
  abide::cancellation_source source;
  abide::cancellation_token token = source.token();
  abide::throw_on throws{token};
  abide::return_on returns{token};
  support::connection pipe = support::make_pipe();
  abide::os_handle handle{pipe.first.get()};
  abide::waitable_ref list[2] = {automatic, fifo};
};

/// A timed call by name: `call(objects, d)` waits, `ends(objects)` lets it succeed once it is
/// queued on `where(objects)`.
template <class Call, class Where, class Ends>
struct timed_call {
  const char* name;
  Call call;
  Where where;
  Ends ends;
};
template <class Call, class Where, class Ends>
timed_call(const char*, Call, Where, Ends) -> timed_call<Call, Where, Ends>;

const auto manual = [](objects & o) -> auto& { return o.manual; };
const auto automatic = [](objects & o) -> auto& { return o.automatic; };
const auto barging = [](objects & o) -> auto& { return o.barging; };
const auto fifo = [](objects & o) -> auto& { return o.fifo; };
const auto source = [](objects & o) -> auto& { return o.token; };
const auto timer = [](objects & o) -> auto& { return o.timer; };
const auto set_manual = [](objects& o) { o.manual.set(); };
const auto set_automatic = [](objects& o) { o.automatic.set(); };
const auto release_barging = [](objects& o) { o.barging.release(); };
const auto release_fifo = [](objects& o) { o.fifo.release(); };
const auto set_timer = [](objects& o) { o.timer.set(deadline::after(0s)); };
const auto cancel = [](objects& o) { o.source.cancel(); };

template <class Test>
void for_each_call(Test test) {
  const auto with = [&](auto where, auto ends, auto... calls) {
    (test(timed_call{calls.name, calls.call, where, ends}), ...);
  };
  const auto named = [](const char* name, auto call) {
    return timed_call{name, call, nullptr, nullptr};
  };
  with(manual, set_manual,  //
       named("manual wait_for", [](objects& o, auto d) { return o.manual.wait_for(d); }),
       named("manual wait_for, token",
             [](objects& o, auto d) { return o.manual.wait_for(d, o.token); }),
       named("manual wait_until",
             [](objects& o, auto d) { return o.manual.wait_until(deadline::after(d)); }),
       named("manual wait_until, return_on",
             [](objects& o, auto d) { return o.manual.wait_until(deadline::after(d), o.returns); }),
       named("wait_any_until, return_on",
             [](objects& o, auto d) {
               return abide::wait_any_until(deadline::after(d), o.manual, o.automatic, o.returns);
             }),
       named("wait_all_until, token", [](objects& o, auto d) {
         return abide::wait_all_until(deadline::after(d), o.manual, o.throws);
       }));
  with(
      automatic, set_automatic,
      named("auto wait_for", [](objects& o, auto d) { return o.automatic.wait_for(d); }),
      named("auto wait_for, token",
            [](objects& o, auto d) { return o.automatic.wait_for(d, o.token); }),
      named("auto wait_until, token",
            [](objects& o, auto d) { return o.automatic.wait_until(deadline::after(d), o.token); }),
      named("auto wait_for, return_on",
            [](objects& o, auto d) { return o.automatic.wait_for(d, o.returns); }),
      named("wait_for", [](objects& o, auto d) { return abide::wait_for(d, o.automatic); }),
      named("wait_for, token",
            [](objects& o, auto d) { return abide::wait_for(d, o.automatic, o.token); }),
      named("wait_any_for",
            [](objects& o, auto d) { return abide::wait_any_for(d, o.manual, o.automatic); }),
      named("wait_any_for, token",
            [](objects& o, auto d) { return abide::wait_any_for(d, o.throws, o.automatic); }),
      named("wait_any_for, handle",
            [](objects& o, auto d) { return abide::wait_any_for(d, o.handle, o.automatic); }),
      named("wait_any_for, return_on",
            [](objects& o, auto d) { return abide::wait_any_for(d, o.automatic, o.returns); }),
      named("wait_until, return_on",
            [](objects& o, auto d) {
              return abide::wait_until(deadline::after(d), o.automatic, o.returns);
            }),
      named("wait_all_for", [](objects& o, auto d) { return abide::wait_all_for(d, o.automatic); }),
      named("wait_all_for, return_on",
            [](objects& o, auto d) { return abide::wait_all_for(d, o.returns, o.automatic); }));
  with(barging, release_barging,
       named("semaphore try_acquire_for",
             [](objects& o, auto d) { return o.barging.try_acquire_for(d); }),
       named("semaphore try_acquire_until, token",
             [](objects& o, auto d) {
               return o.barging.try_acquire_until(deadline::after(d), o.token);
             }),
       named("wait_all_for, token",
             [](objects& o, auto d) { return abide::wait_all_for(d, o.throws, o.barging); }));
  with(fifo, release_fifo,
       named("fifo try_acquire_for, return_on",
             [](objects& o, auto d) { return o.fifo.try_acquire_for(d, o.returns); }),
       named("fifo try_acquire_for, token",
             [](objects& o, auto d) { return o.fifo.try_acquire_for(d, o.token); }),
       named("wait_any_until, range and return_on",
             [](objects& o, auto d) {
               return abide::wait_any_until(deadline::after(d), o.list, o.returns);
             }),
       named("wait_any_for, range",
             [](objects& o, auto d) { return abide::wait_any_for(d, o.list); }));
  with(
      source, cancel,  //
      named("wait_for of a token", [](objects& o, auto d) { return abide::wait_for(d, o.token); }));
  with(timer, set_timer,
       named("timer wait_for", [](objects& o, auto d) { return o.timer.wait_for(d); }),
       named("timer wait_until, return_on",
             [](objects& o, auto d) { return o.timer.wait_until(deadline::after(d), o.returns); }));
}

TEST(Time, EveryDurationInEveryTimedCall) {
  for_each_call([](auto c) {
    for_each_duration([&](const char* name, auto d, is expected) {
      SCOPED_TRACE(testing::Message() << c.name << " of " << name);
      objects o;
      if (expected >= is::late) {
        auto waiter = run([&] { return outcome_of([&] { return c.call(o, d); }); });
        support::wait_until_queued(c.where(o), 1);
        c.ends(o);
        EXPECT_EQ(waiter.get(), wait_status::ready);
        return;
      }
      const auto before = steady_clock::now();
      EXPECT_EQ(outcome_of([&] { return c.call(o, d); }), wait_status::timeout);
      EXPECT_GE(duration<long double>(steady_clock::now() - before), d) << "early";
      EXPECT_EQ(support::queued(c.where(o)), 0u);
    });
  });
}

TEST(Time, NotANumberIsAnInvalidArgumentAndTakesNothing) {
  const auto nan = real_seconds(std::numeric_limits<double>::quiet_NaN());
  for_each_call([&](auto c) {
    SCOPED_TRACE(c.name);
    objects o;
    EXPECT_THROW((void)c.call(o, nan), std::invalid_argument);
    o.automatic.set();
    o.barging.release();
    o.fifo.release();
    EXPECT_THROW((void)c.call(o, nan), std::invalid_argument);
    EXPECT_TRUE(o.automatic.is_set());
    EXPECT_EQ(o.barging.available() + o.fifo.available(), 2);
  });
  objects o;
  EXPECT_THROW(abide::sleep_for(nan), std::invalid_argument);
  EXPECT_THROW(abide::sleep_for(nan, o.token), std::invalid_argument);
  EXPECT_THROW(o.timer.set(deadline::after(1h), nan), std::invalid_argument);
}

TEST(Time, WhatIsReadyIsTakenWhateverTheDuration) {
  for_each_duration([](const char* name, auto d, is) {
    SCOPED_TRACE(name);
    abide::auto_reset_event event{abide::initially_set};
    abide::semaphore units(1);
    EXPECT_TRUE(event.wait_for(d));
    EXPECT_TRUE(units.try_acquire_for(d));
    event.set();
    units.release();
    EXPECT_EQ(abide::wait_any_for(d, units, event), 0u);
    units.release();
    EXPECT_TRUE(abide::wait_all_for(d, units, event));
  });
}

TEST(Time, HoldsWhereTheClockIsFarAhead) { support::run_far_ahead("Time.*"); }

}  // namespace
