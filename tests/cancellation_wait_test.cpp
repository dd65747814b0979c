// SPDX-License-Identifier: BSL-1.0
#include <abide/auto_reset_event.hpp>
#include <abide/cancellation.hpp>
#include <abide/manual_reset_event.hpp>
#include <abide/semaphore.hpp>
#include <abide/wait.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <mutex>
#include <thread>
#include <vector>

#include "support/callback_probe.hpp"
#include "support/rendezvous.hpp"
#include "support/running.hpp"
#include "support/thread_facts.hpp"

// P7: a cancel wakes the waits that watch that token and no others, and whoever blocks on a token
// has nothing to do with the callbacks of the user.

namespace {

using abide::cancellation_source;
using abide::cancellation_token;

TEST(CancellationWait, CancelWakesOnlyTheWaitsOfThatToken) {
  cancellation_source a;
  cancellation_source b;
  abide::manual_reset_event event;
  auto of_a = support::run([&] { event.wait(a.token()); });
  auto of_b = support::run([&] { event.wait(b.token()); });
  auto of_none = support::run([&] { event.wait(); });
  support::wait_until_queued(event, 3);
  for (auto* waiter : {&of_a, &of_b, &of_none}) {
    support::wait_until_asleep(waiter->id(), support::asleep_in::futex);
  }
  const long sleeps_of_b = support::sleeps(of_b.id());
  const long sleeps_of_none = support::sleeps(of_none.id());
  EXPECT_TRUE(a.cancel());
  EXPECT_THROW(of_a.get(), abide::operation_canceled);
  EXPECT_EQ(support::queued(event), 2u);
  EXPECT_EQ(support::sleeps(of_b.id()), sleeps_of_b) << "it slept on";
  EXPECT_EQ(support::sleeps(of_none.id()), sleeps_of_none);
  event.set();
  of_b.get();
  of_none.get();
}

TEST(CancellationWait, CancelOfAChildWakesNoWaitOfItsParent) {
  cancellation_source parent;
  cancellation_source child = cancellation_source::linked_to(parent.token());
  const cancellation_token parent_token = parent.token();
  const cancellation_token child_token = child.token();
  auto of_parent = support::run([&] { abide::wait(parent_token); });
  auto of_child = support::run([&] { abide::wait(child_token); });
  support::wait_until_queued(parent_token, 1);
  support::wait_until_queued(child_token, 1);
  support::wait_until_asleep(of_parent.id(), support::asleep_in::futex);
  const long sleeps = support::sleeps(of_parent.id());
  EXPECT_TRUE(child.cancel());
  of_child.get();
  EXPECT_EQ(support::sleeps(of_parent.id()), sleeps);
  EXPECT_EQ(support::queued(parent_token), 1u);
  EXPECT_TRUE(parent.cancel());
  of_parent.get();
}

TEST(CancellationWait, CancelWakesAllWaitsOfThatToken) {
  cancellation_source source;
  const cancellation_token token = source.token();
  abide::manual_reset_event never;
  std::vector<support::running<void>> waiters;
  for (int i = 0; i != 40; ++i) {
    waiters.push_back(
        support::run([&] { EXPECT_THROW(never.wait(token), abide::operation_canceled); }));
  }
  support::wait_until_queued(token, 40);
  EXPECT_TRUE(source.cancel());
  for (auto& w : waiters) w.get();
  EXPECT_EQ(support::queued(token), 0u);
}

TEST(CancellationWait, WaitsAreReleasedBeforeTheCallbacksHaveRun) {
  cancellation_source source;
  const cancellation_token token = source.token();
  support::held_call held;
  const auto registration = token.register_callback([&] { held(); });
  auto waiter = support::run([&] { abide::wait(token); });
  support::wait_until_queued(token, 1);
  auto canceler = support::run([&] { source.cancel(); });
  held.entered.pass();
  waiter.get();
  abide::wait(token);
  EXPECT_FALSE(held.left.is_open());
  held.let_go.open();
  canceler.get();
}

TEST(CancellationWait, WaiterMayHoldTheLockThatACallbackNeeds) {
  cancellation_source source;
  std::mutex mutex;
  int calls = 0;
  const auto registration = source.token().register_callback([&] {
    const std::lock_guard guard(mutex);
    ++calls;
  });
  abide::manual_reset_event never;
  auto waiter = support::run([&] {
    const std::lock_guard guard(mutex);
    EXPECT_THROW(never.wait(source.token()), abide::operation_canceled);
    EXPECT_EQ(calls, 0);
  });
  support::wait_until_queued(never, 1);
  EXPECT_TRUE(source.cancel());
  waiter.get();
  EXPECT_EQ(calls, 1);
}

TEST(CancellationWait, BlockingRunsNoCallback) {
  cancellation_source source;
  const cancellation_token token = source.token();
  std::thread::id ran_on;
  const auto registration = token.register_callback([&] { ran_on = std::this_thread::get_id(); });
  auto waiter = support::run([&] {
    abide::wait(token);
    return std::this_thread::get_id();
  });
  support::wait_until_queued(token, 1);
  EXPECT_TRUE(source.cancel());
  EXPECT_NE(waiter.get(), ran_on);
  EXPECT_EQ(ran_on, std::this_thread::get_id());
}

// Whoever finds what it wants takes no lock of the token: this thread holds it.
TEST(CancellationWait, WhatIsReadyIsTakenWithoutTheToken) {
  const cancellation_source source;
  const cancellation_token token = source.token();
  const abide::manual_reset_event manual(abide::initially_set);
  abide::auto_reset_event automatic(abide::initially_set);
  abide::semaphore units(3);
  abide::core::locked held = support::lock(token);
  manual.wait(token);
  automatic.wait(token);
  units.acquire(token);
  EXPECT_TRUE(units.try_acquire_for(std::chrono::hours(1), token));
  EXPECT_EQ(abide::wait_any(abide::throw_on(token), automatic, units), 2u);
  abide::wait_all(abide::throw_on(token), manual);
  EXPECT_EQ(units.available(), 0);
  held.publish();
}

TEST(CancellationWait, WaitLeavesNothingInTheToken) {
  cancellation_source source;
  const cancellation_token token = source.token();
  abide::manual_reset_event set(abide::initially_set);
  abide::manual_reset_event later;
  set.wait(token);
  EXPECT_FALSE(later.wait_for(std::chrono::microseconds(1), token));
  auto waiter = support::run([&] { later.wait(token); });
  support::wait_until_queued(token, 1);
  later.set();
  waiter.get();
  EXPECT_EQ(support::queued(token), 0u);
  EXPECT_EQ(support::queued(later), 0u);
}

}  // namespace
