// SPDX-License-Identifier: BSL-1.0
#include <abide/abide.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <deque>
#include <limits>
#include <optional>
#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

#include "support/allocations.hpp"
#include "support/running.hpp"

// A wait_set of abide objects: what it tells, what it takes, and what it leaves.

namespace {

using namespace std::chrono_literals;
using abide::auto_reset_event;
using abide::initially_set;
using abide::manual_reset_event;
using abide::semaphore;
using abide::wait_set;
using abide::wait_status;
using support::asleep_in;
using support::run;
using support::wait_until_asleep;

using keys = std::vector<std::size_t>;
constexpr std::optional<std::size_t> nothing;

keys sorted(std::span<const std::size_t> all) {
  keys list(all.begin(), all.end());
  std::sort(list.begin(), list.end());
  return list;
}

TEST(WaitSet, TellsTheKeyOfWhatIsSignaled) {
  auto_reset_event e;
  auto_reset_event f;
  wait_set set;
  set.add(e, 10);
  set.add(f, std::numeric_limits<std::size_t>::max());
  EXPECT_EQ(set.size(), 2u);
  EXPECT_EQ(set.try_wait(), nothing);
  f.set();
  EXPECT_EQ(set.try_wait(), std::numeric_limits<std::size_t>::max());
  e.set();
  EXPECT_EQ(set.wait(), 10u);
}

TEST(WaitSet, TakesWhatAWaitAnyTakes) {
  auto_reset_event e(initially_set);
  semaphore s(2);
  semaphore in_order(1, abide::fairness::fifo);
  manual_reset_event level(initially_set);
  wait_set set;
  set.add(e, 1);
  set.add(s, 2);
  set.add(in_order, 3);
  set.add(level, 4);
  std::size_t room[8];
  EXPECT_EQ(sorted(set.wait(room)), (keys{1, 2, 3, 4}));
  EXPECT_FALSE(e.is_set());
  EXPECT_EQ(s.available(), 1);
  EXPECT_EQ(in_order.available(), 0);
  EXPECT_TRUE(level.is_set());
  EXPECT_EQ(sorted(set.wait(room)), (keys{2, 4})) << "what is still ready";
  level.reset();
  EXPECT_EQ(set.try_wait(), nothing);
}

TEST(WaitSet, AWaitThatBlocksIsWokenByEachKindOfMember) {
  auto_reset_event e;
  manual_reset_event m;
  semaphore s(0);
  semaphore in_order(0, abide::fairness::fifo);
  abide::waitable_timer timer;
  abide::cancellation_source source;
  wait_set set;
  set.add(e, 1);
  set.add(m, 2);
  set.add(s, 3);
  set.add(in_order, 4);
  set.add(timer, 5);
  set.add(source.token(), 6);
  const auto wakes = [&](std::size_t key, auto signal) {
    auto waiter = run([&] { return set.wait(); });
    wait_until_asleep(waiter.id(), asleep_in::futex);
    signal();
    EXPECT_EQ(waiter.get(), key);
  };
  wakes(1, [&] { e.set(); });
  wakes(2, [&] { m.set(); });
  m.reset();
  wakes(3, [&] { s.release(); });
  wakes(4, [&] { in_order.release(); });
  wakes(5, [&] { timer.set(abide::deadline::after(0ms)); });
  wakes(6, [&] { source.cancel(); });
}

TEST(WaitSet, WhatStaysReadyGetsItsTurnAndNoMore) {
  manual_reset_event a(initially_set);
  manual_reset_event b(initially_set);
  semaphore units(2);
  wait_set set;
  set.add(a, 1);
  set.add(b, 2);
  set.add(units, 3);
  keys told;
  for (int i = 0; i != 9; ++i) told.push_back(set.wait());
  EXPECT_EQ(told, (keys{1, 2, 3, 1, 2, 3, 1, 2, 1}));
}

TEST(WaitSet, ABatchTellsEachOnceAndNoMoreThanThereIsRoomFor) {
  std::deque<manual_reset_event> events(5);
  wait_set set;
  for (std::size_t i = 0; i != events.size(); ++i) {
    events[i].set();
    set.add(events[i], i);
  }
  std::array<std::size_t, 16> room;
  EXPECT_EQ(sorted(set.try_wait(room)), (keys{0, 1, 2, 3, 4}));
  std::array<std::size_t, 3> small;
  keys told;
  for (int i = 0; i != 5; ++i) {
    const auto some = set.wait(small);
    EXPECT_EQ(some.size(), 3u);
    told.insert(told.end(), some.begin(), some.end());
  }
  for (std::size_t i = 0; i != 5; ++i) {
    EXPECT_EQ(std::count(told.begin(), told.end(), i), 3) << i << " had its turn";
  }
}

TEST(WaitSet, WhatItRefusesChangesNothing) {
  auto_reset_event e;
  auto_reset_event other(initially_set);
  abide::cancellation_source source;
  const abide::throw_on throws(source.token());
  wait_set set;
  set.add(e, 1);
  EXPECT_THROW(set.add(other, 1), std::invalid_argument) << "the key is in use";
  EXPECT_THROW(set.add(throws, 2), std::invalid_argument) << "belongs to a wait";
  EXPECT_THROW((void)set.wait(std::span<std::size_t>()), std::invalid_argument) << "no room";
  EXPECT_EQ(set.size(), 1u);
  EXPECT_EQ(set.try_wait(), nothing);
  e.set();
  EXPECT_EQ(set.wait(), 1u);
}

TEST(WaitSet, WantOfMemoryInAddChangesNothing) {
  auto_reset_event e(initially_set);
  wait_set set;
  for (std::size_t n = 0;; ++n) {
    const support::failing_allocation failure(n);
    try {
      set.add(e, 1);
      if (!failure.has_failed()) break;
    } catch (const std::bad_alloc&) {}
    EXPECT_EQ(set.size(), 0u);
    EXPECT_EQ(set.try_wait(), nothing);
  }
  EXPECT_EQ(set.wait(), 1u);
}

TEST(WaitSet, TheSameObjectMayHaveSeveralKeys) {
  semaphore s(2);
  wait_set set;
  set.add(s, 1);
  set.add(s, 2);
  std::size_t room[4];
  EXPECT_EQ(sorted(set.wait(room)), (keys{1, 2}));
  EXPECT_EQ(s.available(), 0);
  EXPECT_TRUE(set.remove(1));
  s.release(2);
  EXPECT_EQ(set.wait(), 2u);
  EXPECT_EQ(set.wait(), 2u);
}

TEST(WaitSet, WhatIsRemovedIsToldNoMoreAndKeepsItsSignal) {
  auto_reset_event again(initially_set);
  wait_set set;
  {
    auto_reset_event watched;
    auto_reset_event ready(initially_set);
    set.add(watched, 1);
    set.add(ready, 2);
    EXPECT_TRUE(set.remove(1));
    EXPECT_TRUE(set.remove(2));
    EXPECT_FALSE(set.remove(2)) << "it is gone";
    watched.set();
    EXPECT_TRUE(watched.is_set());
    EXPECT_TRUE(ready.is_set());
  }
  EXPECT_EQ(set.size(), 0u);
  EXPECT_EQ(set.try_wait(), nothing);
  set.add(again, 2);
  EXPECT_EQ(set.wait(), 2u) << "the key is free again";
}

TEST(WaitSet, SeveralMayBeRemovedWhileTheyAreReady) {
  std::deque<manual_reset_event> events(6);
  wait_set set;
  for (std::size_t i = 0; i != events.size(); ++i) {
    events[i].set();
    set.add(events[i], i);
  }
  for (const std::size_t key : {0u, 5u, 2u}) EXPECT_TRUE(set.remove(key));  // ends and middle
  std::size_t room[8];
  EXPECT_EQ(sorted(set.wait(room)), (keys{1, 3, 4}));
  for (const std::size_t key : {1u, 3u, 4u}) EXPECT_TRUE(set.remove(key));
  EXPECT_EQ(set.try_wait(), nothing);
  set.add(events[0], 9);
  EXPECT_EQ(set.wait(), 9u);
}

TEST(WaitSet, MayBeAddedToWhileSomebodyWaits) {
  auto_reset_event e(initially_set);
  wait_set set;
  auto waiter = run([&] { return set.wait(); });
  wait_until_asleep(waiter.id(), asleep_in::futex);
  set.add(e, 4);
  EXPECT_EQ(waiter.get(), 4u);
}

TEST(WaitSet, KeepsATokenAlive) {
  wait_set set;
  {
    abide::cancellation_source timed(1ns);
    set.add(timed.token(), 3);
  }
  EXPECT_EQ(set.wait(), 3u) << "its deadline outlives the source";
  set.add(abide::cancellation_token(), 4);
  EXPECT_TRUE(set.remove(3));
  EXPECT_EQ(set.try_wait(), nothing) << "the token that cannot be canceled";
}

TEST(WaitSet, ACancelEndsTheWaitAndTakesNothing) {
  auto_reset_event e;
  wait_set set;
  set.add(e, 1);
  abide::cancellation_source source;
  std::size_t room[2];
  auto throws = run([&] { (void)set.wait(source.token()); });
  auto batch_throws = run([&] { (void)set.wait_for(1h, room, source.token()); });
  auto returns = run([&] { return set.wait(abide::return_on(source.token())); });
  for (const auto id : {throws.id(), batch_throws.id(), returns.id()}) {
    wait_until_asleep(id, asleep_in::futex);
  }
  source.cancel();
  EXPECT_THROW(throws.get(), abide::operation_canceled);
  EXPECT_THROW(batch_throws.get(), abide::operation_canceled);
  EXPECT_EQ(returns.get().status, wait_status::canceled);
  e.set();
  EXPECT_EQ(set.wait(), 1u);
}

TEST(WaitSet, ATokenThatIsCanceledAlreadyWins) {
  auto_reset_event e(initially_set);
  wait_set set;
  set.add(e, 1);
  const auto token = abide::cancellation_token::canceled();
  std::size_t room[2];
  EXPECT_THROW((void)set.wait(token), abide::operation_canceled);
  EXPECT_THROW((void)set.wait_until(abide::deadline::never(), room, abide::throw_on(token)),
               abide::operation_canceled);
  EXPECT_EQ(set.wait_for(1h, abide::return_on(token)).status, wait_status::canceled);
  const auto batch = set.wait(room, abide::return_on(token));
  EXPECT_EQ(batch.status, wait_status::canceled);
  EXPECT_TRUE(batch.keys.empty());
  EXPECT_TRUE(e.is_set());
  EXPECT_EQ(set.wait_for(1h, abide::return_on(abide::cancellation_token())),
            (abide::wait_any_result{wait_status::ready, 1}));
}

TEST(WaitSet, ATimeThatComesEndsTheWait) {
  auto_reset_event e;
  wait_set set;
  set.add(e, 1);
  std::size_t room[2];
  const auto before = std::chrono::steady_clock::now();
  EXPECT_EQ(set.wait_for(3ms), nothing);
  EXPECT_GE(std::chrono::steady_clock::now() - before, 3ms);
  EXPECT_TRUE(set.wait_for(1ms, room).empty());
  EXPECT_EQ(set.wait_for(1ms, abide::return_on(abide::cancellation_token())).status,
            wait_status::timeout);
  e.set();
  EXPECT_EQ(set.wait_for(0ms), 1u) << "a time that has come takes what is there";
  EXPECT_THROW((void)set.wait_for(std::chrono::duration<double>(std::nan(""))),
               std::invalid_argument);
}

TEST(WaitSet, WhatThreadsWaitForIsTheirsFirst) {
  auto_reset_event e;
  wait_set set;
  set.add(e, 1);
  auto waiter = run([&] { e.wait(); });
  wait_until_asleep(waiter.id(), asleep_in::futex);
  e.set();
  waiter.get();
  EXPECT_EQ(set.try_wait(), nothing);
}

TEST(WaitSet, WhatIsTakenBetweenReportAndLookIsNotTold) {
  auto_reset_event e;
  manual_reset_event m;
  wait_set set;
  set.add(e, 1);
  set.add(m, 2);
  e.set();
  m.set();
  EXPECT_TRUE(e.try_wait());
  m.reset();
  EXPECT_EQ(set.try_wait(), nothing);
  e.set();
  EXPECT_EQ(set.wait(), 1u) << "and is watched again";
}

TEST(WaitSet, ManyThreadsShareWhatManySignalAndNothingIsLost) {
  constexpr int units = 6'000;  // from each of two threads
  semaphore sources[4] = {semaphore(0), semaphore(0), semaphore(0), semaphore(0)};
  manual_reset_event closed;
  wait_set set;
  for (std::size_t i = 0; i != 4; ++i) set.add(sources[i], i);
  set.add(closed, 4);
  std::atomic<int> taken{0};
  const auto receive = [&] {
    std::size_t room[3];
    for (bool open = true; open;) {
      for (const std::size_t key : set.wait(room)) {
        if (key == 4) {
          open = false;
        } else if (taken.fetch_add(1) + 1 == 2 * units) {
          closed.set();
        }
      }
    }
  };
  const auto release = [&] {
    for (std::size_t i = 0; i != units; ++i) sources[i % 4].release();
  };
  auto a = run(receive);
  auto b = run(receive);
  auto c = run(receive);
  auto d = run(release);
  auto e = run(release);
  for (auto* thread : {&a, &b, &c, &d, &e}) thread->get();
  EXPECT_EQ(taken, 2 * units);
  for (semaphore& s : sources) EXPECT_EQ(s.available(), 0);
}

}  // namespace
