// SPDX-License-Identifier: BSL-1.0
#include <abide/abide.hpp>

#include <array>
#include <cstddef>
#include <memory>
#include <optional>

#include "support.hpp"
#include "verify.hpp"

// What a wait on a set takes it tells, and what it does not take stays; nobody sleeps beside a
// member that is ready; add() and remove() beside all of it.

namespace {

using abide::auto_reset_event;
using abide::cancellation_source;
using abide::manual_reset_event;
using abide::semaphore;
using abide::wait_set;
using abide::wait_status;
using model::later;
using model::scenario;

TEST(ModelWaitSet, SignalReachesTheWaitAndIsTakenOnce) {
  model::exhaust("a wait_set and a signal", 3, [] {
    auto_reset_event e;
    wait_set set;
    set.add(e, 7);
    int plain = 0;
    model::thread signaler("set", [&] {
      plain = 1;
      e.set();
    });
    model::check(set.wait() == 7, "its key");
    model::check(plain == 1, "what precedes the signal is visible");
    model::check(!e.is_set() && !set.try_wait(), "it was taken");
    model::join_all();
  });
}

TEST(ModelWaitSet, SignalsOfTwoThreadsAreBothTold) {
  model::exhaust("a wait_set and two signalers", 2, [] {
    auto_reset_event e;
    auto_reset_event f;
    wait_set set;
    set.add(e, 1);
    set.add(f, 2);
    model::thread first("set e", [&] { e.set(); });
    model::thread second("set f", [&] { f.set(); });
    const std::size_t one = set.wait();
    const std::size_t other = set.wait();
    model::check(one + other == 3, "each key once");
    model::join_all();
    model::check(!set.try_wait(), "and no more");
  });
}

TEST(ModelWaitSet, TwoThatWaitShareTheUnitsOfASemaphore) {
  model::exhaust("two waits on one wait_set, release(2)", 2, [] {
    semaphore s(0);
    wait_set set;
    set.add(s, 1);
    model::thread other("wait", [&] { (void)set.wait(); });
    model::thread releaser("release", [&] { s.release(2); });
    (void)set.wait();
    model::join_all();
    model::check(s.available() == 0, "a unit each");
  });
}

TEST(ModelWaitSet, TwoThatWaitAreToldOfTwoObjects) {
  model::exhaust("two waits on one wait_set, two events", 2, [] {
    auto_reset_event e;
    auto_reset_event f;
    wait_set set;
    set.add(e, 1);
    set.add(f, 2);
    std::size_t others = 0;
    model::thread other("wait", [&] { others = set.wait(); });
    model::thread setter("set both", [&] {
      e.set();
      f.set();
    });
    const std::size_t mine = set.wait();
    other.join();
    model::check(mine + others == 3, "a key each");
    model::join_all();
  });
}

TEST(ModelWaitSet, WaitOfAThreadIsServedBeforeIt) {
  model::exhaust("a wait_set beside an ordinary wait", 2, [] {
    auto_reset_event e;
    wait_set set;
    set.add(e, 1);
    model::thread one("wait", [&] { e.wait(); });
    one.await_asleep();
    model::thread many("wait_set", [&] { (void)set.wait(); });
    e.set();
    one.join();
    e.set();
    model::join_all();
  });
}

TEST(ModelWaitSet, UnitThatWasPromisedToAThreadIsNotTaken) {
  model::exhaust("a wait_set beside a thread that a release has poked", 3, [] {
    semaphore s(1);
    wait_set set;
    set.add(s, 1);
    model::check(s.try_acquire(), "after the report");
    model::thread one("acquire", [&] { s.acquire(); });
    one.await_asleep();
    s.release();
    model::check(!set.try_wait(), "it is the thread's");
    model::join_all();
  });
}

TEST(ModelWaitSet, ThiefThatGivesBackLeavesNobodyAsleep) {
  model::exhaust("a wait_set against a thief", 2, [] {
    auto_reset_event e;
    wait_set set;
    set.add(e, 1);
    model::thread thief("take, give back", [&] {
      if (e.try_wait()) e.set();
    });
    model::thread setter("set", [&] { e.set(); });
    (void)set.wait();
    model::join_all();
    model::check(!e.is_set(), "it was taken");
  });
}

TEST(ModelWaitSet, ItAndAWaitAllAreBothServed) {
  model::exhaust("a wait_set beside a wait_all", 2, [] {
    semaphore s(0);
    wait_set set;
    set.add(s, 1);
    model::thread all("wait_all", [&] { abide::wait_all(s); });
    model::thread many("wait_set", [&] { (void)set.wait(); });
    s.release();
    s.release();
    model::join_all();
    model::check(s.available() == 0, "a unit each");
  });
}

TEST(ModelWaitSet, CanceledWaitTakesNothing) {
  model::exhaust("a wait_set, a signal, a cancel and a timeout", 2, [] {
    auto_reset_event e;
    cancellation_source source;
    wait_set set;
    set.add(e, 1);
    model::thread signaler("set", [&] { e.set(); });
    model::thread canceler("cancel", [&] { source.cancel(); });
    const auto how = set.wait_until(later(), abide::return_on(source.token()));
    model::join_all();
    const bool still_there = set.try_wait() == std::optional<std::size_t>(1);
    model::check(still_there == (how.status != wait_status::ready), "the signal is there or told");
  });
}

TEST(ModelWaitSet, TimedOutWaitLeavesTheUnitToTheNext) {
  model::exhaust("two waits on one wait_set, one times out", 2, [] {
    auto_reset_event e;
    wait_set set;
    set.add(e, 1);
    bool taken = false;
    model::thread timed("timed wait", [&] { taken = set.wait_until(later()).has_value(); });
    model::thread signaler("set", [&] { e.set(); });
    const bool mine = set.wait_until(model::much_later()).has_value();
    model::join_all();
    const bool left = set.try_wait().has_value();
    model::check(taken + mine + left == 1, "one of them, or it is still there");
  });
}

TEST(ModelWaitSet, AddedBesideASignalItIsTold) {
  model::exhaust("add() to a wait_set beside a signal", 3, [] {
    auto_reset_event e;
    wait_set set;
    model::thread signaler("set", [&] { e.set(); });
    set.add(e, 1);
    model::check(set.wait() == 1, "its key");
    model::join_all();
  });
}

TEST(ModelWaitSet, AddedWhileAnotherWaitsItIsTold) {
  model::exhaust("add() to a wait_set that somebody waits on", 3, [] {
    auto_reset_event e(abide::initially_set);
    wait_set set;
    model::thread waiter("wait", [&] { model::check(set.wait() == 1, "its key"); });
    set.add(e, 1);
    model::join_all();
  });
}

TEST(ModelWaitSet, RemovedBesideASignalItKeepsIt) {
  model::exhaust("remove() from a wait_set beside a signal", 3, [] {
    wait_set set;
    {
      auto_reset_event e;
      set.add(e, 1);
      model::thread signaler("set", [&] { e.set(); });
      model::check(set.remove(1), "it was there");
      signaler.join();
      model::check(e.is_set(), "the signal stays");
    }
    model::check(!set.try_wait() && set.size() == 0, "nothing is told");
  });
}

TEST(ModelWaitSet, RemovedAndDestroyedBesideAWait) {
  model::exhaust("remove() from a wait_set beside a signal and a wait", 2, [] {
    auto e = std::make_unique<auto_reset_event>();
    wait_set set;
    set.add(*e, 1);
    bool told = false;
    model::thread waiter("timed wait", [&] { told = set.wait_until(later()).has_value(); });
    model::thread signaler("set", [raw = e.get()] { raw->set(); });
    set.remove(1);
    signaler.join();
    waiter.join();
    model::check(told != e->is_set(), "told or still there");
    e.reset();
  });
}

TEST(ModelWaitSet, ToldWaiterDestroysObjectAndSet) {
  scenario s("the waiter that was told destroys the object and the wait_set");
  s.bound(3).weak().spurious_wakes(1).warm_up(model::warm_thread);
  model::verify(s, [] {
    auto e = std::make_unique<auto_reset_event>();
    auto set = std::make_unique<wait_set>();
    set->add(*e, 1);
    model::thread signaler("set", [raw = e.get()] { raw->set(); });
    (void)set->wait();
    set->remove(1);
    e.reset();
    set.reset();
  });
}

TEST(ModelWaitSet, DestroyedBesideASignal) {
  scenario s("a wait_set goes while a member is signaled");
  s.bound(3).weak().warm_up(model::warm_thread);
  model::verify(s, [] {
    auto_reset_event e;
    auto set = std::make_unique<wait_set>();
    set->add(e, 1);
    model::thread signaler("set", [&] { e.set(); });
    set.reset();
    signaler.join();
    model::check(e.is_set(), "the signal stays");
  });
}

TEST(ModelWaitSet, LevelThatGoesIsNotTold) {
  model::exhaust("a wait_set beside set() and reset()", 3, [] {
    manual_reset_event e;
    wait_set set;
    set.add(e, 1);
    model::thread changer("set, reset, set", [&] {
      e.set();
      e.reset();
      e.set();
    });
    model::check(set.wait() == 1, "its key");
    model::join_all();
    model::check(set.try_wait().has_value(), "and again while it is set");
    e.reset();
    model::check(!set.try_wait(), "but no more then");
  });
}

TEST(ModelWaitSet, LevelIsToldToWhoLooksAtTheSameTime) {
  model::exhaust("two looks at once at a wait_set with a level", 3, [] {
    manual_reset_event e(abide::initially_set);
    wait_set set;
    set.add(e, 1);
    model::thread other("look", [&] { model::check(set.try_wait().has_value(), "it is set"); });
    model::check(set.try_wait().has_value(), "it is set");
    model::join_all();
  });
}

TEST(ModelWaitSet, BatchTellsEachOnce) {
  model::exhaust("a batch of a wait_set beside signals", 2, [] {
    semaphore s(0);
    manual_reset_event e;
    wait_set set;
    set.add(s, 1);
    set.add(e, 2);
    model::thread releaser("release", [&] {
      s.release();
      s.release();
    });
    model::thread setter("set", [&] { e.set(); });
    std::array<std::size_t, 4> room;
    int units = 0;
    while (units != 2) {
      const auto keys = set.wait(room);
      model::check(keys.size() == 1 || (keys.size() == 2 && keys[0] != keys[1]), "each once");
      for (const std::size_t key : keys) units += key == 1 ? 1 : 0;
      if (units != 2) e.reset();
    }
    model::join_all();
  });
}

TEST(ModelWaitSet, CancelOfATokenInItIsTold) {
  model::exhaust("a token in a wait_set", 3, [] {
    cancellation_source source;
    wait_set set;
    set.add(source.token(), 1);
    model::thread canceler("cancel", [&] { source.cancel(); });
    model::check(set.wait() == 1, "its key");
    model::join_all();
  });
}

}  // namespace
