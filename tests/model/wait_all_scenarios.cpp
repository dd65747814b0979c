// SPDX-License-Identifier: BSL-1.0
#include <abide/abide.hpp>

#include "support.hpp"
#include "verify.hpp"

// All or nothing (P4), and nobody sleeps beside what would satisfy it.

namespace {

using abide::auto_reset_event;
using abide::cancellation_source;
using abide::semaphore;
using abide::wait_status;
using model::later;

TEST(ModelWaitAll, AThiefLeavesItNothingAndAGivingBackAll) {
  model::exhaust("wait_all against a thief", 2, [] {
    auto_reset_event e;
    auto_reset_event f;
    model::thread thief("take e, give back", [&] {
      if (e.try_wait()) e.set();
    });
    model::thread setter("set both", [&] {
      e.set();
      f.set();
    });
    abide::wait_all(e, f);
    model::join_all();
    model::check(!e.is_set() && !f.is_set(), "both were taken");
  });
}

TEST(ModelWaitAll, OrdinaryWaitIsServedFirst) {
  model::exhaust("wait_all queued before an ordinary wait", 2, [] {
    auto_reset_event e;
    auto_reset_event f;
    model::thread all("wait_all", [&] { abide::wait_all(e, f); });
    all.await_asleep();
    model::thread one("wait", [&] { e.wait(); });
    one.await_asleep();
    e.set();
    one.join();
    e.set();
    f.set();
    model::join_all();
  });
}

TEST(ModelWaitAll, TwoThatShareAnObjectAreBothServed) {
  model::exhaust("two wait_all over overlapping sets", 2, [] {
    semaphore e(0);
    abide::manual_reset_event g(abide::initially_set);
    auto_reset_event h;
    model::thread first("wait_all e g", [&] { abide::wait_all(e, g); });
    model::thread second("wait_all e h", [&] { abide::wait_all(e, h); });
    h.set();
    e.release();
    e.release();
    model::join_all();
    model::check(e.available() == 0 && !h.is_set(), "both took theirs");
  });
}

TEST(ModelWaitAll, CanceledTakesNothing) {
  model::exhaust("wait_all x two signals x cancel", 2, [] {
    auto_reset_event e;
    semaphore f(0);
    cancellation_source source;
    const auto token = source.token();
    model::thread setter("set, release", [&] {
      e.set();
      f.release();
    });
    model::thread canceler("cancel", [&] { source.cancel(); });
    const auto how = abide::wait_all(e, f, abide::return_on(token));
    model::join_all();
    const bool took = how == wait_status::ready;
    model::check(e.is_set() == !took && f.available() == (took ? 0 : 1), "all or nothing");
  });
}

TEST(ModelWaitAll, SignalsBeforeTheCancelOfOneThreadWin) {
  model::exhaust("set(e); set(f); cancel() on one thread", 4, [] {
    auto_reset_event e;
    auto_reset_event f;
    cancellation_source source;
    const auto token = source.token();
    wait_status how = wait_status::timeout;
    model::thread waiter("wait_all", [&] { how = abide::wait_all(e, f, abide::return_on(token)); });
    waiter.await_asleep();
    e.set();
    f.set();
    source.cancel();
    model::join_all();
    model::check(how == wait_status::ready, "all were ready before the cancel");
  });
}

TEST(ModelWaitAll, UnitBesideAPokedWaiterThatLeavesReachesIt) {
  model::exhaust("wait_all behind a poked waiter that times out", 2, [] {
    semaphore a(0);
    model::thread timed("acquire, timed", [&] {
      if (a.try_acquire_until(later())) a.release();
    });
    model::thread all("wait_all", [&] {
      abide::manual_reset_event set(abide::initially_set);
      abide::wait_all(a, set);
    });
    a.release();
    model::join_all();
    model::check(a.available() == 0, "one unit, one taker");
  });
}

// Each gives back what it took, so both must come to it; whoever took one of two would strand both.
TEST(ModelWaitAll, TwoInOppositeOrderTakeTurns) {
  model::exhaust("two wait_all over the same events in opposite order", 2, [] {
    auto_reset_event e;
    auto_reset_event f;
    const auto give_back = [&] {
      e.set();
      f.set();
    };
    model::thread first("wait_all e f", [&] {
      abide::wait_all(e, f);
      give_back();
    });
    model::thread second("wait_all f e", [&] {
      abide::wait_all(f, e);
      give_back();
    });
    give_back();
    model::join_all();
    model::check(e.is_set() && f.is_set(), "both were given back");
  });
}

TEST(ModelWaitAll, TwoInOppositeOrderShareTheUnitsOfTwoSemaphores) {
  model::exhaust("two wait_all over two semaphores in opposite order", 2, [] {
    semaphore a(0);
    semaphore b(0, abide::fairness::fifo);
    model::thread first("wait_all a b", [&] { abide::wait_all(a, b); });
    model::thread second("wait_all b a", [&] { abide::wait_all(b, a); });
    a.release(2);
    b.release(2);
    model::join_all();
    model::check(a.available() == 0 && b.available() == 0, "two units of each, two takers");
  });
}

TEST(ModelWaitAll, OneThatTimesOutLeavesTheSharedObjectToTheOther) {
  model::exhaust("one of two wait_all over overlapping sets times out", 2, [] {
    auto_reset_event e;
    auto_reset_event never_set;
    auto_reset_event g;
    model::thread timed("wait_all, timed", [&] {
      model::check(!abide::wait_all_until(later(), e, never_set), "one is never set");
    });
    model::thread other("wait_all", [&] { abide::wait_all(e, g); });
    e.set();
    g.set();
    model::join_all();
    model::check(!e.is_set() && !g.is_set(), "taken by the one that had all");
  });
}

TEST(ModelWaitAll, WithAHandleTakesAllOrNothing) {
  model::exhaust("wait_all over an event and a raw handle", 3, [] {
    auto_reset_event e;
    abide::manual_reset_event shown;
    const abide::os_handle handle(shown.native_handle());
    model::thread setter("set both", [&] {
      e.set();
      shown.set();
    });
    const bool took = abide::wait_all_until(later(), e, handle);
    model::join_all();
    model::check(e.is_set() == !took, "all or nothing");
    model::check(!took || shown.is_set(), "the handle was readable");
  });
}

}  // namespace
