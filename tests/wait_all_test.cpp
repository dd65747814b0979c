// SPDX-License-Identifier: BSL-1.0
#include <abide/abide.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <stdexcept>
#include <vector>

#include "support/descriptors.hpp"
#include "support/long_form.hpp"
#include "support/outcome.hpp"
#include "support/rendezvous.hpp"
#include "support/running.hpp"

// P4: wait_all takes from all or from none.

namespace {

using namespace std::chrono_literals;
using abide::wait_status;
using support::queued;
using support::run;
using support::wait_until_queued;

TEST(WaitAll, TakesFromAllWhenAllAreReady) {
  abide::auto_reset_event event{abide::initially_set};
  abide::semaphore units(2);
  const abide::manual_reset_event gate{abide::initially_set};
  abide::wait_all(event, units, gate);
  EXPECT_FALSE(event.is_set());
  EXPECT_EQ(units.available(), 1);
  EXPECT_TRUE(gate.is_set());
}

TEST(WaitAll, WithNoTimeLeftStillTakesWhatIsReady) {
  abide::auto_reset_event event{abide::initially_set};
  EXPECT_TRUE(abide::wait_all_for(0s, event));
  EXPECT_FALSE(abide::wait_all_for(0s, event));
}

TEST(WaitAll, TakesNothingWhenItTimesOut) {
  abide::auto_reset_event event{abide::initially_set};
  abide::semaphore units(1);
  abide::semaphore missing(0, abide::fairness::fifo);
  EXPECT_FALSE(abide::wait_all_for(0s, event, missing, units));
  EXPECT_FALSE(abide::wait_all_for(2ms, event, missing, units));
  EXPECT_FALSE(abide::wait_all_for(2ms, missing, units, event));
  EXPECT_TRUE(event.is_set());
  EXPECT_EQ(units.available(), 1);
  EXPECT_EQ(queued(missing), 0u);
}

TEST(WaitAll, TakesNothingWhileOneIsMissingAndNothingWhenItIsCanceled) {
  abide::auto_reset_event event{abide::initially_set};
  abide::semaphore units(1);
  abide::auto_reset_event missing;
  abide::cancellation_source source;
  auto waiter =
      run([&] { return abide::wait_all(event, missing, units, abide::return_on(source.token())); });
  wait_until_queued(missing, 1);
  EXPECT_TRUE(event.is_set());
  EXPECT_EQ(units.available(), 1);
  EXPECT_TRUE(event.try_wait());  // it holds nothing: others may take meanwhile
  event.set();
  source.cancel();
  EXPECT_EQ(waiter.get(), wait_status::canceled);
  EXPECT_TRUE(event.is_set());
  EXPECT_EQ(units.available(), 1);
}

TEST(WaitAll, WaitsOnForAnObjectThatAnotherTookMeanwhile) {
  abide::auto_reset_event first{abide::initially_set};
  abide::auto_reset_event second;
  auto waiter = run([&] { abide::wait_all(first, second); });
  wait_until_queued(second, 1);
  EXPECT_TRUE(first.try_wait());
  second.set();
  wait_until_queued(first, 1);
  EXPECT_TRUE(second.is_set());
  first.set();
  waiter.get();
  EXPECT_FALSE(first.is_set());
  EXPECT_FALSE(second.is_set());
}

TEST(WaitAll, InOppositeOrdersOneGetsBothAndNobodyHalf) {
  const long rounds = support::rounds(2'000, 100'000);
  abide::auto_reset_event a;
  abide::semaphore b(0);
  std::atomic<long> done{0};
  const auto both = [&](auto& x, auto& y) {
    return [&] {
      for (long i = 0; i != rounds; ++i) {
        abide::wait_all(x, y);
        done.fetch_add(1, std::memory_order_release);
      }
    };
  };
  auto forth = run(both(a, b));
  auto back = run(both(b, a));
  for (long i = 0; i != 2 * rounds; ++i) {
    a.set();
    b.release();
    while (done.load(std::memory_order_acquire) != i + 1) std::this_thread::yield();
  }
  forth.get();
  back.get();
  EXPECT_FALSE(a.is_set());
  EXPECT_EQ(b.available(), 0);
}

// Five forks, five who need two each: half-taken pairs would deadlock, stolen ones would not add
// up.
TEST(WaitAll, IsAtomicAgainstOtherWaits) {
  const long meals = support::rounds(1'000, 100'000);
  abide::auto_reset_event forks[5];
  std::atomic<int> holders[5] = {};
  std::atomic<long> wrong{0};
  for (auto& f : forks) f.set();
  std::vector<support::running<void>> table;
  for (std::size_t i = 0; i != 5; ++i) {
    table.push_back(run([&, i] {
      const std::size_t mine[] = {i, (i + 1) % 5};
      for (long meal = 0; meal != meals; ++meal) {
        if (meal % 4 == 3) {  // now and then just one, as an ordinary wait
          forks[i].wait();
          wrong += holders[i].fetch_add(1) != 0 ? 1 : 0;
          holders[i].fetch_sub(1);
          forks[i].set();
          continue;
        }
        abide::wait_all(forks[mine[0]], forks[mine[1]]);
        for (const std::size_t f : mine) wrong += holders[f].fetch_add(1) != 0 ? 1 : 0;
        for (const std::size_t f : mine) holders[f].fetch_sub(1);
        for (const std::size_t f : mine) forks[f].set();
      }
    }));
  }
  for (auto& t : table) t.get();
  EXPECT_EQ(wrong, 0);
  for (const auto& f : forks) EXPECT_TRUE(f.is_set());
}

TEST(WaitAll, IsServedAfterOrdinaryWaitsOnTheObject) {
  const auto test = [](auto& w, auto signal) {
    const abide::manual_reset_event gate{abide::initially_set};
    auto all = run([&] { abide::wait_all(gate, w); });
    wait_until_queued(w, 1);
    auto ordinary = run([&] { abide::wait(w); });
    wait_until_queued(w, 2);
    signal();
    ordinary.get();  // hangs if the wait_all, which came first, was served
    wait_until_queued(w, 1);
    EXPECT_FALSE(all.is_done());
    signal();
    all.get();
  };
  abide::auto_reset_event event;
  test(event, [&] { event.set(); });
  abide::semaphore units(0);
  test(units, [&] { units.release(); });
  abide::semaphore fifo(0, abide::fairness::fifo);
  test(fifo, [&] { fifo.release(); });
}

TEST(WaitAll, OfSeveralObserversOneTakesTheUnitAndTheOthersGoOn) {
  abide::semaphore units(0);
  const abide::manual_reset_event gate{abide::initially_set};
  std::vector<support::running<void>> all;
  for (int i = 0; i != 4; ++i) all.push_back(run([&] { abide::wait_all(gate, units); }));
  for (std::size_t left = 4; left != 0; --left) {
    wait_until_queued(units, left);
    units.release();
  }
  for (auto& a : all) a.get();
  EXPECT_EQ(units.available(), 0);
}

TEST(WaitAll, SeesStatesNotPulses) {
  abide::manual_reset_event pulsed;
  abide::auto_reset_event other;
  auto waiter = run([&] { abide::wait_all(pulsed, other); });
  wait_until_queued(pulsed, 1);
  pulsed.set();
  pulsed.reset();
  other.set();
  wait_until_queued(pulsed, 1);  // it is back, or never left
  EXPECT_TRUE(other.is_set());
  pulsed.set();
  waiter.get();
  EXPECT_FALSE(other.is_set());
}

TEST(WaitAll, ACancelThatComesAfterTheObjectsWereTakenIsTooLate) {
  abide::auto_reset_event last;
  abide::auto_reset_event other{abide::initially_set};
  abide::cancellation_source source;
  auto waiter = run([&] { return abide::wait_all(other, last, abide::return_on(source.token())); });
  wait_until_queued(last, 1);
  support::wait_until_asleep(waiter.id(), support::asleep_in::futex);
  const long sleeps = support::sleeps(waiter.id());
  abide::core::locked held = support::lock(other);  // it is seen set, but cannot be taken yet
  last.set();
  while (support::sleeps(waiter.id()) == sleeps) std::this_thread::yield();
  source.cancel();
  held.publish();
  EXPECT_EQ(waiter.get(), wait_status::ready);
  EXPECT_FALSE(last.is_set());
  EXPECT_FALSE(other.is_set());
}

TEST(WaitAll, LooksOnceMoreOnItsWayOut) {
  abide::auto_reset_event last;
  abide::auto_reset_event other{abide::initially_set};
  abide::cancellation_source source;
  auto waiter = run([&] { return abide::wait_all(other, last, abide::return_on(source.token())); });
  wait_until_queued(last, 1);
  abide::core::locked held = support::lock(last);  // canceled, it cannot leave before this is set
  source.cancel();
  held.add(1);
  held.settle();
  held.publish();
  EXPECT_EQ(waiter.get(), wait_status::ready);
  EXPECT_FALSE(last.is_set());
  EXPECT_FALSE(other.is_set());
}

TEST(WaitAll, HandlesAreLevelsSeenReadyInOnePoll) {
  const support::connection pipe = support::make_pipe();
  const abide::os_handle handle(pipe.first.get());
  abide::auto_reset_event event;
  pipe.second.write();
  EXPECT_FALSE(abide::wait_all_for(0s, handle, event));
  auto waiter = run([&] { abide::wait_all(handle, event); });
  wait_until_queued(event, 1);
  pipe.first.read();  // no longer ready when the event is
  event.set();
  support::wait_until_asleep(waiter.id(), support::asleep_in::poll);
  EXPECT_TRUE(event.is_set());
  pipe.second.write();
  waiter.get();
  EXPECT_FALSE(event.is_set());
  EXPECT_EQ(handle.ready(), abide::io::readable);
  EXPECT_TRUE(support::is_readable(pipe.first.get())) << "a wait takes nothing from a handle";
}

TEST(WaitAll, SleepsWhileAHandleIsReadyAndTheRestIsNot) {
  const support::connection pipe = support::make_pipe();
  const abide::os_handle handle(pipe.first.get());
  abide::auto_reset_event event;
  pipe.second.write();
  auto waiter = run([&] { abide::wait_all(handle, event); });
  wait_until_queued(event, 1);
  support::wait_until_asleep(waiter.id(), support::asleep_in::futex);  // not in a poll that returns
  event.set();
  waiter.get();
}

TEST(WaitAll, OfADuplicateIsAnInvalidArgument) {
  abide::auto_reset_event event{abide::initially_set};
  abide::semaphore units(1);
  const support::connection pipe = support::make_pipe();
  const abide::os_handle handle(pipe.first.get());
  EXPECT_THROW(abide::wait_all(event, event), std::invalid_argument);
  EXPECT_THROW(abide::wait_all(event, units, event), std::invalid_argument);
  EXPECT_THROW((void)abide::wait_all_for(0s, handle, units, handle), std::invalid_argument);
  const std::vector<abide::waitable_ref> list(40, units);
  EXPECT_THROW(abide::wait_all(list), std::invalid_argument);
  EXPECT_TRUE(event.is_set());
  EXPECT_EQ(units.available(), 1);
}

TEST(WaitAll, TheSameTokenTwiceIsNoDuplicate) {
  abide::auto_reset_event event{abide::initially_set};
  const abide::throw_on stop(abide::cancellation_source().token());
  abide::wait_all(stop, event, stop);
  EXPECT_FALSE(event.is_set());
}

TEST(WaitAll, OfOneObjectIsAWaitForIt) {
  abide::auto_reset_event event;
  auto waiter = run([&] { abide::wait_all(event); });
  wait_until_queued(event, 1);
  event.set();
  waiter.get();
  EXPECT_FALSE(event.is_set());
}

}  // namespace
