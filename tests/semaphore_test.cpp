// SPDX-License-Identifier: BSL-1.0
#include <abide/abide.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <limits>
#include <memory>
#include <stdexcept>
#include <type_traits>
#include <vector>

#include "core/blocked_call.hpp"
#include "support/rendezvous.hpp"
#include "support/running.hpp"

// The semaphore on its own: counts, limits, who gets a unit.

namespace {

using namespace std::chrono_literals;
using abide::fairness;
using abide::semaphore;
using support::run;
using support::wait_until_queued;

static_assert(sizeof(semaphore) == 16);
static_assert(!std::is_copy_constructible_v<semaphore> && !std::is_move_constructible_v<semaphore>);
static_assert(!std::is_convertible_v<int, semaphore>, "explicit");
static_assert(std::is_base_of_v<std::runtime_error, abide::semaphore_full>);
static_assert(noexcept(std::declval<semaphore&>().try_acquire()));

constexpr std::ptrdiff_t most = 0x7fffffff;
constexpr std::ptrdiff_t endless = std::numeric_limits<std::ptrdiff_t>::max();
constexpr fairness both[] = {fairness::barging, fairness::fifo};

TEST(Semaphore, ConstructorAcceptsCountsUpToMaxAndMaxUpTo31Bits) {
  for (const auto f : both) {
    EXPECT_EQ(semaphore(0, f).available(), 0);
    EXPECT_EQ(semaphore(0, 1, f).available(), 0);
    EXPECT_EQ(semaphore(1, 1, f).available(), 1);
    EXPECT_EQ(semaphore(most, most, f).available(), most);
    EXPECT_EQ(semaphore(most, f).available(), most);
    EXPECT_EQ((semaphore(3, 7, f).max)(), 7);
    EXPECT_EQ((semaphore(3, f).max)(), most);
  }
}

TEST(Semaphore, ConstructorRefusesTheRest) {
  struct refused {
    std::ptrdiff_t count;
    std::ptrdiff_t max;
  };
  for (const auto& r :
       {refused{-1, 1}, refused{2, 1}, refused{0, 0}, refused{0, -1}, refused{1, most + 1},
        refused{endless, endless}, refused{std::numeric_limits<std::ptrdiff_t>::min(), 1}}) {
    EXPECT_THROW(semaphore(r.count, r.max), std::invalid_argument) << r.count << " " << r.max;
    EXPECT_THROW(semaphore(r.count, r.max, fairness::fifo), std::invalid_argument);
  }
  EXPECT_THROW(semaphore(-1), std::invalid_argument);
  EXPECT_THROW(semaphore(most + 1), std::invalid_argument);
}

TEST(Semaphore, ReleaseReturnsThePreviousCount) {
  for (const auto f : both) {
    semaphore s(0, 10, f);
    EXPECT_EQ(s.release(), 0);
    EXPECT_EQ(s.release(3), 1);
    EXPECT_EQ(s.release(0), 4);
    EXPECT_EQ(s.release(6), 4);
    EXPECT_EQ(s.available(), 10);
  }
}

TEST(Semaphore, ReleaseBeyondMaxChangesNothing) {
  for (const auto f : both) {
    semaphore s(3, 5, f);
    for (const std::ptrdiff_t n : {std::ptrdiff_t{3}, std::ptrdiff_t{6}, most, most + 1, endless}) {
      EXPECT_THROW(s.release(n), abide::semaphore_full) << n;
      EXPECT_EQ(s.available(), 3);
    }
    s.release(2);
    EXPECT_THROW(s.release(), abide::semaphore_full);
    EXPECT_EQ(s.available(), 5);
    EXPECT_EQ(s.release(0), 5);
  }
  semaphore full(most);
  EXPECT_THROW(full.release(), abide::semaphore_full);
  EXPECT_EQ(full.available(), most);
}

TEST(Semaphore, ReleaseBeyondMaxWithSomebodyQueuedChangesNothing) {
  for (const auto f : both) {
    semaphore s(0, 2, f);
    auto waiter = run([&] { s.acquire(); });
    wait_until_queued(s, 1);
    EXPECT_THROW(s.release(3), abide::semaphore_full);
    EXPECT_EQ(support::queued(s), 1u);
    EXPECT_EQ(s.available(), 0);
    EXPECT_EQ(s.release(2), 0);
    waiter.get();
    EXPECT_EQ(s.available(), 1);
    (void)s.native_handle();  // counts as queued, and takes nothing
    EXPECT_THROW(s.release(2), abide::semaphore_full);
    EXPECT_EQ(s.available(), 1);
  }
}

TEST(Semaphore, ReleaseRefusesNegativeNumbers) {
  semaphore s(1, 5);
  for (const std::ptrdiff_t n : {std::ptrdiff_t{-1}, -endless, -endless - 1}) {
    EXPECT_THROW(s.release(n), std::invalid_argument);
  }
  EXPECT_EQ(s.available(), 1);
}

TEST(Semaphore, AcquireTakesOneUnit) {
  for (const auto f : both) {
    semaphore s(4, f);
    s.acquire();
    EXPECT_TRUE(s.try_acquire());
    EXPECT_TRUE(s.try_acquire_for(1h));
    EXPECT_TRUE(s.try_acquire_until(abide::deadline::never()));
    EXPECT_EQ(s.available(), 0);
    EXPECT_FALSE(s.try_acquire());
    EXPECT_FALSE(s.try_acquire_for(0s));
    EXPECT_FALSE(s.try_acquire_until(abide::deadline::after(1ms)));
  }
}

TEST(Semaphore, ReleaseOfManyWakesAsManyAndStoresTheRest) {
  for (const auto f : both) {
    semaphore s(0, f);
    std::vector<support::running<void>> waiters;
    for (int i = 0; i != 4; ++i) waiters.push_back(run([&] { s.acquire(); }));
    wait_until_queued(s, 4);
    EXPECT_EQ(s.release(6), 0);
    for (auto& w : waiters) w.get();
    EXPECT_EQ(s.available(), 2);
  }
}

TEST(Semaphore, AReleaseWakesNoMoreThanCanHaveAUnit) {
  for (const auto f : both) {
    semaphore s(0, f);
    std::vector<support::running<void>> waiters;
    for (std::size_t i = 0; i != 4; ++i) {
      waiters.push_back(run([&] { s.acquire(); }));
      wait_until_queued(s, i + 1);
      support::wait_until_asleep(waiters.back().id(), support::asleep_in::futex);
    }
    const long third = support::sleeps(waiters[2].id());
    const long fourth = support::sleeps(waiters[3].id());
    s.release(2);
    waiters[0].get();
    waiters[1].get();
    support::wait_until_asleep(waiters[2].id(), support::asleep_in::futex);
    support::wait_until_asleep(waiters[3].id(), support::asleep_in::futex);
    EXPECT_EQ(support::sleeps(waiters[2].id()), third);
    EXPECT_EQ(support::sleeps(waiters[3].id()), fourth);
    s.release(2);
  }
}

TEST(Semaphore, FifoServesInTheOrderOfArrivalAndNewcomersLast) {
  semaphore s(0, fairness::fifo);
  std::vector<support::running<void>> waiters;
  for (std::size_t i = 0; i != 5; ++i) {
    waiters.push_back(run([&] { s.acquire(); }));
    wait_until_queued(s, i + 1);
  }
  for (auto& w : waiters) {
    s.release();
    EXPECT_FALSE(s.try_acquire()) << "the unit belongs to who is queued";
    w.get();  // hangs if another was served
  }
}

/// A wait that is queued on the semaphore and never gets to run.
class stalled_wait {
 public:
  explicit stalled_wait(semaphore& s) : item_(s), call_({&item_, 1}, abide::deadline::never()) {
    call_.enrol(0);
  }
  bool is_granted() const { return call_.decided() == 1; }
  void take_if_poked() { call_.take_if_poked(); }
  void give_up() {
    call_.decide(abide::core::timed_out);
    (void)call_.leave();
  }

 private:
  abide::waitable_ref item_;
  abide::core::blocked_call call_;
};

// The constant of src/core/wait_list.cpp: more may not overtake.
constexpr int most_overtakes = 64;

TEST(Semaphore, BargingLetsANewcomerOvertake) {
  semaphore s(0);
  stalled_wait queued(s);
  s.release();
  EXPECT_FALSE(queued.is_granted());
  EXPECT_TRUE(s.try_acquire());
  s.release();
  s.acquire();
  EXPECT_EQ(s.available(), 0);
  queued.give_up();
}

TEST(Semaphore, BargingPassesTheHeadOverABoundedNumberOfTimes) {
  semaphore s(0);
  stalled_wait first(s);
  stalled_wait second(s);
  for (int round = 0; round != 2; ++round) {
    stalled_wait& head = round == 0 ? first : second;
    for (int i = 0; i != most_overtakes; ++i) {
      s.release();
      ASSERT_FALSE(head.is_granted()) << i;
      ASSERT_TRUE(s.try_acquire());
    }
    s.release();
    EXPECT_TRUE(head.is_granted());
    EXPECT_FALSE(s.try_acquire());
  }
}

TEST(Semaphore, BargingDoesNotPassOverWhoIsNotAtTheHead) {
  semaphore s(0);
  stalled_wait head(s);
  for (int i = 0; i != most_overtakes; ++i) {
    s.release();
    ASSERT_TRUE(s.try_acquire());
  }
  stalled_wait second(s);
  s.release(2);  // one is handed to the head, the other waits for who comes first
  EXPECT_TRUE(head.is_granted());
  EXPECT_FALSE(second.is_granted());
  EXPECT_EQ(s.available(), 1);
  EXPECT_TRUE(s.try_acquire());
  second.give_up();
}

// Who is not concerned is not even looked at, however many are queued: its place in the list leads
// nowhere meanwhile.
TEST(Semaphore, AUnitThatComesOrGoesConcernsTheFirstInLineAndTheLastThatHasAPromise) {
  semaphore s(0);
  std::vector<std::unique_ptr<stalled_wait>> waits(12);
  for (auto& w : waits) w = std::make_unique<stalled_wait>(s);
  s.release(8);
  std::vector<abide::core::wait_entry*> entries;
  abide::core::locked list = support::lock(s);
  for (auto* e = list.first(); entries.size() != waits.size(); e = e->next) entries.push_back(e);
  list.publish();
  for (std::size_t i = 2; i != 6; ++i) entries[i]->next = entries[i]->previous = nullptr;

  EXPECT_TRUE(s.try_acquire());  // of the last that has a promise
  s.release();                   // for it again
  s.release();                   // for the next
  waits[0]->take_if_poked();
  EXPECT_TRUE(waits[0]->is_granted());
  waits[8]->give_up();  // but takes what it was promised
  EXPECT_EQ(s.available(), 7);

  for (std::size_t i = 2; i != 6; ++i) {
    entries[i]->next = entries[i + 1];
    entries[i]->previous = entries[i - 1];
  }
  for (std::size_t i : {11u, 10u, 9u}) waits[i]->give_up();
  for (std::size_t i = 1; i != 8; ++i) {
    waits[i]->take_if_poked();
    EXPECT_TRUE(waits[i]->is_granted()) << i;
  }
  EXPECT_EQ(s.available(), 0);
}

TEST(Semaphore, WhatPrecedesAReleaseIsVisibleAfterTheAcquire) {
  for (const auto f : both) {
    semaphore request(0, f);
    semaphore reply(0, f);
    int message = 0;
    auto other = run([&] {
      for (int i = 0; i != 2'000; ++i) {
        request.acquire();
        ++message;
        reply.release();
      }
    });
    for (int i = 0; i != 2'000; ++i) {
      message = 2 * i;
      request.release();
      reply.acquire();
      EXPECT_EQ(message, 2 * i + 1);
    }
    other.get();
  }
}

}  // namespace
