// SPDX-License-Identifier: BSL-1.0
#include <abide/abide.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <deque>
#include <limits>
#include <memory>
#include <numeric>
#include <random>
#include <stdexcept>
#include <thread>
#include <type_traits>
#include <vector>

#include "core/process_hooks.hpp"
#include "support/rendezvous.hpp"
#include "support/running.hpp"

// The waitable timer. When it signals is asserted from below; that it does not drift is read from
// its place in the timer queue.

namespace {

using namespace std::chrono;
using abide::deadline;
using abide::waitable_timer;
using support::run;
using support::wait_until_queued;

static_assert(!std::is_copy_constructible_v<waitable_timer>);
static_assert(!std::is_move_constructible_v<waitable_timer>);

/// A copy of the timer's node in the queue: when it is due next, and whether it is armed.
abide::detail::timer_node node_of(waitable_timer& timer) {
  abide::core::lock_timer_queue();
  const abide::detail::timer_node node = (abide::detail::timer_node&)timer;  // a private base
  abide::core::unlock_timer_queue();
  return node;
}

deadline next_due(waitable_timer& timer) { return node_of(timer).due; }

bool is_armed(waitable_timer& timer) {
  return node_of(timer).at == abide::detail::timer_node::stage::armed;
}

/// Returns once the timer thread has dealt with all that was due before.
void let_pass(deadline t) {
  waitable_timer after;
  after.set(t);
  after.wait();
}

TEST(WaitableTimer, SignalsOnceAndNotBeforeItIsDue) {
  waitable_timer timer;
  EXPECT_FALSE(timer.is_set());
  EXPECT_FALSE(timer.try_wait());
  for (const auto d : {0us, 1us, 800us, 2000us}) {
    const auto due = steady_clock::now() + d;
    timer.set(due);
    timer.wait();
    EXPECT_GE(steady_clock::now(), due);
    EXPECT_FALSE(timer.is_set());
  }
  let_pass(deadline::after(1ms));
  EXPECT_FALSE(timer.is_set());
}

TEST(WaitableTimer, IsAnAutoResetEvent) {
  waitable_timer timer;
  timer.set(deadline::after(0s));
  let_pass(deadline::after(0s));
  EXPECT_TRUE(timer.is_set());
  EXPECT_TRUE(timer.wait_for(0s));
  EXPECT_FALSE(timer.wait_for(0s));
  timer.set(deadline::after(0s));
  abide::auto_reset_event other;
  EXPECT_EQ(abide::wait_any(other, timer), 1u);
  EXPECT_FALSE(timer.is_set());
  timer.set(deadline::after(1ms));
  other.set();
  abide::wait_all(timer, other);
  EXPECT_FALSE(timer.is_set() || other.is_set());
}

TEST(WaitableTimer, WaitsWithTokensAndDeadlines) {
  waitable_timer timer;
  abide::cancellation_source source;
  const auto token = source.token();
  static_assert(std::is_void_v<decltype(timer.wait(token))>);
  static_assert(std::is_same_v<decltype(timer.wait_for(1s, token)), bool>);
  EXPECT_FALSE(timer.wait_for(1ms, token));
  EXPECT_FALSE(timer.wait_until(deadline::after(1ms)));
  EXPECT_EQ(timer.wait_until(deadline::after(1ms), abide::return_on(token)),
            abide::wait_status::timeout);
  timer.set(deadline::after(1ms));
  timer.wait(token);
  auto waiter = run([&] { timer.wait(token); });
  wait_until_queued(timer, 1);
  source.cancel();
  EXPECT_THROW(waiter.get(), abide::operation_canceled);
}

TEST(WaitableTimer, ReleasesOneOfManyWaits) {
  waitable_timer timer;
  auto first = run([&] { timer.wait(); });
  wait_until_queued(timer, 1);
  auto second = run([&] { timer.wait(); });
  wait_until_queued(timer, 2);
  timer.set(deadline::after(1ms));
  first.get();
  EXPECT_EQ(support::queued(timer), 1u);
  timer.set(deadline::after(0s));
  second.get();
}

TEST(WaitableTimer, APeriodicTimerIsNeverEarlyAndDoesNotDrift) {
  waitable_timer timer;
  constexpr nanoseconds period = 700us;
  const auto start = steady_clock::now() + 1ms;
  timer.set(start, period);
  for (int tick = 0; tick != 20; ++tick) {
    timer.wait();
    EXPECT_GE(steady_clock::now(), start + tick * period);
    EXPECT_EQ((next_due(timer).time() - start) % period, 0ns);
  }
}

TEST(WaitableTimer, MissedPeriodsCountOnce) {
  waitable_timer timer;
  const auto start = steady_clock::now() - 10h - 1min;
  timer.set(start, 1h);
  timer.wait();
  EXPECT_EQ(next_due(timer).time(), start + 11h);
  EXPECT_FALSE(timer.is_set());
  timer.set(deadline::after(0s), 1ms);
  const deadline due = next_due(timer);
  while (next_due(timer).time() < due.time() + 3ms) std::this_thread::yield();
  timer.cancel();
  EXPECT_TRUE(timer.try_wait());
  EXPECT_FALSE(timer.try_wait());
}

TEST(WaitableTimer, SettingItAnewReplacesWhatWasSet) {
  waitable_timer timer;
  timer.set(deadline::after(1h));
  timer.set(deadline::after(1ms));
  timer.wait();
  timer.set(deadline::after(0s), 1ms);
  timer.wait();
  const auto due = steady_clock::now() + 3ms;
  timer.set(due);  // once, from a periodic one
  timer.wait();
  EXPECT_GE(steady_clock::now(), due);
  let_pass(deadline::after(2ms));
  EXPECT_FALSE(timer.is_set());
}

TEST(WaitableTimer, SettingItAnewDiscardsTheSignalItKept) {
  waitable_timer timer;
  timer.set(deadline::after(0s));
  let_pass(deadline::after(0s));
  EXPECT_TRUE(timer.is_set());
  timer.set(deadline::after(1h));
  EXPECT_FALSE(timer.is_set());
}

TEST(WaitableTimer, CancelDisarmsAndKeepsTheSignal) {
  waitable_timer timer;
  timer.set(deadline::after(1h));
  EXPECT_TRUE(is_armed(timer));
  timer.cancel();
  EXPECT_FALSE(is_armed(timer));
  timer.set(deadline::after(0s), 1h);
  let_pass(deadline::after(0s));
  EXPECT_TRUE(is_armed(timer));
  timer.cancel();
  timer.cancel();
  EXPECT_FALSE(is_armed(timer));
  EXPECT_TRUE(timer.try_wait());
  timer.set(deadline::after(0s));
  timer.wait();
}

TEST(WaitableTimer, NeverDisarms) {
  waitable_timer timer;
  timer.set(deadline::after(1h));
  timer.set(deadline::never());
  EXPECT_FALSE(is_armed(timer));
  timer.set(deadline::never(), 1ms);
  EXPECT_FALSE(is_armed(timer));
}

TEST(WaitableTimer, APeriodMustBePositiveAndANumber) {
  waitable_timer timer;
  timer.set(deadline::after(0s));
  let_pass(deadline::after(0s));
  const auto nan = duration<double>(std::numeric_limits<double>::quiet_NaN());
  EXPECT_THROW(timer.set(deadline::after(1h), 0s), std::invalid_argument);
  EXPECT_THROW(timer.set(deadline::after(1h), -1ns), std::invalid_argument);
  EXPECT_THROW(timer.set(deadline::after(1h), nan), std::invalid_argument);
  EXPECT_THROW(timer.set(deadline::never(), 0s), std::invalid_argument);
  EXPECT_TRUE(timer.is_set()) << "nothing has changed";
}

TEST(WaitableTimer, ExtremesOfDueAndPeriodAreNoOverflow) {
  waitable_timer timer;
  for (const deadline due : {deadline(steady_clock::time_point::min()),
                             deadline::after(nanoseconds::min()), deadline::after(-1h)}) {
    for (const nanoseconds period : {nanoseconds(1h), nanoseconds(100'000h), nanoseconds::max()}) {
      timer.set(due, period);
      timer.wait();
      timer.cancel();
    }
    timer.set(due, hours::max());
    timer.wait();
    EXPECT_FALSE(timer.is_set());
  }
}

TEST(WaitableTimer, APeriodTooShortToBeServedKeepsNobodyOut) {
  abide::waitable_timer restless;
  restless.set(deadline::after(0s), 1ns);
  for (int i = 0; i != 20; ++i) {
    restless.wait();
    abide::waitable_timer timer;
    timer.set(deadline::after(1us));
    timer.wait();
    timer.set(deadline::after(1h));
    timer.cancel();
    const abide::cancellation_source timed(1us);
    abide::wait(timed.token());
  }
  restless.cancel();
  (void)restless.try_wait();
  EXPECT_FALSE(restless.try_wait());
}

TEST(WaitableTimer, ManyFireInTheOrderInWhichTheyAreDue) {
  constexpr std::size_t count = 200;
  std::deque<waitable_timer> timers(count);
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::shuffle(order.begin(), order.end(), std::mt19937(3));
  const auto start = steady_clock::now() + 100ms;
  for (const std::size_t i : order) timers[i].set(start + 20us * static_cast<int>(i));
  long late = 0;
  for (std::size_t i = count; i-- != 0;) {
    timers[i].wait();
    for (std::size_t k = 0; k != i; ++k) late += !timers[k].is_set() ? 1 : 0;
  }
  EXPECT_EQ(late, 0);
}

TEST(WaitableTimer, DestroyingAnArmedOneLeavesNothingBehind) {
  std::mt19937 random(5);
  std::vector<std::unique_ptr<waitable_timer>> timers(50);
  for (int i = 0; i != 5'000; ++i) {
    auto& timer = timers[random() % timers.size()];
    timer = std::make_unique<waitable_timer>();
    timer->set(deadline::after(microseconds(random() % 500)), 100us);
  }
  timers.clear();
  let_pass(deadline::after(1ms));
}

TEST(WaitableTimer, IsDestroyedByWhoItReleased) {
  for (int i = 0; i != 200; ++i) {
    auto timer = std::make_unique<waitable_timer>();
    timer->set(deadline::after(microseconds(i % 50)), 10us);
    timer->wait();
    timer.reset();
  }
}

}  // namespace
