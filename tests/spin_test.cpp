// SPDX-License-Identifier: BSL-1.0
#include <abide/abide.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <utility>

#include "support/first_wait.hpp"
#include "support/kernel_calls.hpp"
#include "support/running.hpp"
#include "support/thread_facts.hpp"

// The busy wait before the sleep. The thread that waits has a clock of its own, which stands still
// or leaps, so whether it spins, and for how long, is not a matter of time: a wait without a
// deadline looks at the clock only to spin.

namespace {

using namespace std::chrono_literals;
using abide::spin;
using support::run;

class Spin : public testing::Test {
 protected:
  void SetUp() override {
    if (support::usable_processors() < 2) GTEST_SKIP() << "there is one processor";
    calls.step = leap;
  }

  /// A thread that waits for the event again and again, after it has done what `prepare` says.
  template <class F>
  support::running<void> waiter(F prepare) {
    return run([this, prepare] {
      prepare();
      const support::counted_thread counted(calls);
      while (!ends) {
        event.wait();
        ++returned;
      }
    });
  }

  long looks() const { return calls.looks_at_the_clock; }

  /// Returns once the wait spins or sleeps: whether it spins. Its clock stands still.
  bool spins() const {
    const long before = looks();
    while (looks() < before + 2 && calls.sleeps_and_wakes == sleeps_before) {
      std::this_thread::yield();
    }
    return calls.sleeps_and_wakes == sleeps_before;
  }

  /// One wait that is released once it is asleep. Returns: how often it looked at the clock.
  long looks_of_a_wait_that_sleeps(const support::running<void>& thread) {
    support::wait_until_asleep(thread.id(), support::asleep_in::futex);
    const long before = std::exchange(looks_before, looks());
    release();
    return looks_before - before;
  }

  void release() {
    const long before = returned;
    sleeps_before = calls.sleeps_and_wakes;
    event.set();
    while (returned == before) std::this_thread::yield();
  }

  void end(support::running<void>& thread) {
    ends = true;
    event.set();
    thread.get();
  }

  static constexpr std::int64_t leap = 10'000;  // longer than anybody spins
  abide::auto_reset_event event;
  support::kernel_calls calls;
  long looks_before = 0;
  long sleeps_before = 0;
  std::atomic<long> returned = 0;
  std::atomic<bool> ends = false;
};

void adaptive() { abide::this_thread::set_spin(spin::adaptive); }

TEST_F(Spin, IsWhatTheThreadSaid) {
  EXPECT_EQ(abide::this_thread::get_spin(), spin::off);
  adaptive();
  EXPECT_EQ(abide::this_thread::get_spin(), spin::adaptive);
  run([] { EXPECT_EQ(abide::this_thread::get_spin(), spin::off); }).get();
  abide::this_thread::set_spin(spin::off);
  EXPECT_EQ(abide::this_thread::get_spin(), spin::off);
}

TEST_F(Spin, AnAnswerThatComesMeanwhileNeedsNoSystemCallOfEither) {
  calls.step = 0;
  auto thread = run([&] {
    adaptive();
    const support::counted_thread counted(calls);
    event.wait();
  });
  EXPECT_TRUE(spins());
  support::kernel_calls mine;
  {
    const support::counted_thread counted(mine);
    event.set();
  }
  thread.get();
  EXPECT_EQ(calls.sleeps_and_wakes, 0);
  EXPECT_EQ(mine.sleeps_and_wakes, 0);
  EXPECT_GE(looks(), 2);
}

TEST_F(Spin, ACancelThatComesMeanwhileEndsTheWait) {
  calls.step = 0;
  abide::cancellation_source source;
  auto thread = run([&, token = source.token()] {
    adaptive();
    const support::counted_thread counted(calls);
    EXPECT_EQ(event.wait(abide::return_on(token)), abide::wait_status::canceled);
  });
  EXPECT_TRUE(spins());
  source.cancel();
  thread.get();
  EXPECT_EQ(calls.sleeps_and_wakes, 0);
}

TEST_F(Spin, WhoDidNotAskForItSleepsAtOnce) {
  auto thread = waiter([] {});
  for (int i = 0; i != 10; ++i) EXPECT_EQ(looks_of_a_wait_that_sleeps(thread), 0);
  end(thread);
}

TEST_F(Spin, WhoTakesItBackSleepsAtOnce) {
  auto thread = waiter([] {
    adaptive();
    support::block_once();
    abide::this_thread::set_spin(spin::off);
  });
  for (int i = 0; i != 10; ++i) EXPECT_EQ(looks_of_a_wait_that_sleeps(thread), 0);
  end(thread);
}

TEST_F(Spin, WithOneProcessorThereIsNone) {
  auto thread = waiter([] {
    support::use_one_processor();
    adaptive();
    EXPECT_EQ(abide::this_thread::get_spin(), spin::off);
  });
  for (int i = 0; i != 10; ++i) EXPECT_EQ(looks_of_a_wait_that_sleeps(thread), 0);
  end(thread);
}

TEST_F(Spin, AfterFourThatDidNotPayAWaitSleepsAtOnceAndEach64thTriesAgain) {
  auto thread = waiter(adaptive);
  for (int i = 0; i != 4; ++i) EXPECT_EQ(looks_of_a_wait_that_sleeps(thread), 2);
  for (int round = 0; round != 2; ++round) {
    for (int i = 0; i != 63; ++i) EXPECT_EQ(looks_of_a_wait_that_sleeps(thread), 0);
    EXPECT_EQ(looks_of_a_wait_that_sleeps(thread), 2);
  }
  end(thread);
}

TEST_F(Spin, OnceItPaysItGoesOn) {
  auto thread = waiter(adaptive);
  for (int i = 0; i != 4 + 62; ++i) (void)looks_of_a_wait_that_sleeps(thread);
  support::wait_until_asleep(thread.id(), support::asleep_in::futex);
  calls.step = 0;
  release();
  for (int i = 0; i != 20; ++i) {
    EXPECT_TRUE(spins());
    release();
  }
  calls.step = leap;
  support::wait_until_asleep(thread.id(), support::asleep_in::futex);
  end(thread);
}

TEST_F(Spin, ItIsAskedForBeforeOrAfterTheFirstWait) {
  calls.step = 0;
  auto thread = run([&] {
    support::block_once();
    adaptive();
    const support::counted_thread counted(calls);
    event.wait();
  });
  EXPECT_TRUE(spins());
  event.set();
  thread.get();
  EXPECT_EQ(calls.sleeps_and_wakes, 0);
}

TEST_F(Spin, EndsWithTheThread) {
  run([] {
    support::block_once();
    adaptive();
  }).get();
  auto next = waiter([] {});  // waits where the other did
  for (int i = 0; i != 10; ++i) EXPECT_EQ(looks_of_a_wait_that_sleeps(next), 0);
  end(next);
}

TEST_F(Spin, EndsWithTheDeadlineOfTheWait) {
  run([&] {
    adaptive();
    const support::counted_thread counted(calls);
    const auto soon = abide::deadline::after(100ns);
    calls.step = 50;
    EXPECT_FALSE(event.wait_until(soon));
  }).get();
  EXPECT_LT(looks(), 20);  // of 100 to the end of a spin
}

}  // namespace
