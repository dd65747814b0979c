// SPDX-License-Identifier: BSL-1.0

// What sleep sets leave out is the same as something that they keep, within every bound.
#include <abide/abide.hpp>

#include <chrono>
#include <memory>
#include <string>

#include "platform/sys.hpp"
#include "support.hpp"

namespace {

using abide::sys::atomic;
using model::scenario;
using model::thread;
using std::memory_order_acquire;
using std::memory_order_relaxed;
using std::memory_order_release;
using namespace std::chrono_literals;

void expect_that_nothing_is_lost(const char* name, int highest_bound,
                                 const std::function<void()>& body) {
  for (int bound = 0; bound <= highest_bound; ++bound) {
    scenario s(name);
    model::expect_that_nothing_is_lost(s.bound(bound).warm_up(model::warm_thread), body);
  }
}

// Two threads, each a store and a load of the other's variable; and of the same ones, in memory
// that lets loads be late.
TEST(SleepSet, KeepsEveryRunOfStoreBuffering) {
  const auto body = [] {
    atomic<int> x(0), y(0);
    int a = 0, b = 0;
    thread one([&] {
      x.store(1, memory_order_relaxed);
      a = y.load(memory_order_relaxed);
    });
    thread two([&] {
      y.store(1, memory_order_relaxed);
      b = x.load(memory_order_relaxed);
    });
    model::join_all();
    model::outcome({a, b});
  };
  expect_that_nothing_is_lost("SB", 4, body);
  model::expect_that_nothing_is_lost(scenario("SB, weak").bound(4).weak(), body);
}

TEST(SleepSet, KeepsEveryRunOfIndependentReadsOfIndependentWrites) {
  const auto body = [] {
    atomic<int> x(0), y(0);
    int a = 0, b = 0, c = 0, d = 0;
    thread write_x([&] { x.store(1, memory_order_release); });
    thread write_y([&] { y.store(1, memory_order_release); });
    thread read_xy([&] {
      a = x.load(memory_order_acquire);
      b = y.load(memory_order_acquire);
    });
    thread read_yx([&] {
      c = y.load(memory_order_acquire);
      d = x.load(memory_order_acquire);
    });
    model::join_all();
    model::outcome({a, b, c, d});
  };
  expect_that_nothing_is_lost("IRIW", 3, body);
  model::expect_that_nothing_is_lost(scenario("IRIW, weak").bound(3).weak(), body);
}

// Long threads that hardly meet: where most is to be left out, and most could be lost.
TEST(SleepSet, KeepsEveryRunOfThreadsThatMeetOnce) {
  const auto body = [] {
    atomic<int> met(0);
    int seen[3] = {};
    const auto work = [&](int& mine) {
      atomic<int> own(0);
      for (int i = 0; i != 3; ++i) own.store(i, memory_order_relaxed);
      mine = met.fetch_add(1, memory_order_relaxed);
      for (int i = 0; i != 3; ++i) own.store(i, memory_order_relaxed);
    };
    thread one([&] { work(seen[0]); });
    thread two([&] { work(seen[1]); });
    thread three([&] { work(seen[2]); });
    model::join_all();
    model::outcome({seen[0], seen[1], seen[2]});
  };
  expect_that_nothing_is_lost("threads that meet once", 3, body);
}

// Who sleeps in the set is awake once another has woken for no reason, and may be all that could
// have gone on without.
TEST(SleepSet, KeepsEveryRunWithASpuriousWake) {
  const auto body = [] {
    atomic<int> x(0), z(0);
    atomic<std::uint32_t> word(0u);
    int r = 0, s = 0;
    thread changer([&] {
      z.store(1, memory_order_relaxed);
      x.store(1, memory_order_relaxed);
      word.store(1, memory_order_relaxed);
      abide::sys::wake_one(word);
    });
    thread sleeper([&] {
      r = z.load(memory_order_relaxed);
      (void)abide::sys::sleep(word, 0, abide::deadline::never());
      s = x.load(memory_order_relaxed);
    });
    model::join_all();
    model::outcome({r, s});
  };
  for (int bound = 0; bound <= 4; ++bound) {
    scenario s("a spurious wake");
    const auto found = model::expect_that_nothing_is_lost(s.bound(bound).spurious_wakes(1), body);
    EXPECT_EQ(found.outcomes.count("1 0"), bound == 0 ? 0u : 1u) << "at " << bound;
  }
}

TEST(SleepSet, KeepsEveryRunOfARacedWaitAny) {
  expect_that_nothing_is_lost("wait_any raced by two events", 2, [] {
    abide::auto_reset_event first, second;
    thread one([&] { first.set(); });
    thread two([&] { second.set(); });
    const auto index = abide::wait_any(first, second);
    model::join_all();
    model::outcome({static_cast<std::int64_t>(index), first.try_wait(), second.try_wait()});
  });
}

TEST(SleepSet, KeepsEveryRunOfASemaphoreBetweenReleaseCancelAndTimeout) {
  expect_that_nothing_is_lost("release against cancel against timeout", 2, [] {
    abide::semaphore units(0);
    abide::cancellation_source source;
    int how = 0;
    thread taker([&] {
      try {
        how = units.try_acquire_until(model::later(), source.token()) ? 1 : 2;
      } catch (const abide::operation_canceled&) {
        how = 3;
      }
    });
    thread releaser([&] { units.release(); });
    thread canceler([&] { source.cancel(); });
    model::join_all();
    model::outcome({how, units.available()});
  });
}

TEST(SleepSet, KeepsEveryRunOfAnEventThatItsWaiterDestroys) {
  expect_that_nothing_is_lost("an event that its waiter destroys", 3, [] {
    auto event = std::make_unique<abide::manual_reset_event>();
    auto* const signaled = event.get();
    thread waiter([&] {
      event->wait();
      event.reset();
    });
    thread setter([&] { signaled->set(); });
    model::join_all();
  });
}

}  // namespace
