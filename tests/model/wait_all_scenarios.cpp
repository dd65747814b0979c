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
using model::scenario;

TEST(ModelWaitAll, AThiefLeavesItNothingAndAGivingBackAll) {
  scenario s("wait_all against a thief");
  s.bound(2).warm_up(model::warm_thread);
  model::verify(s, [] {
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
  scenario s("wait_all queued before an ordinary wait");
  s.bound(2).warm_up(model::warm_thread);
  model::verify(s, [] {
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
  scenario s("two wait_all over overlapping sets");
  s.bound(2).warm_up(model::warm_thread);
  model::verify(s, [] {
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
  scenario s("wait_all x two signals x cancel");
  s.bound(2).warm_up(model::warm_thread);
  model::verify(s, [] {
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
  scenario s("set(e); set(f); cancel() on one thread");
  s.bound(4).warm_up(model::warm_thread);
  model::verify(s, [] {
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
  scenario s("wait_all behind a poked waiter that times out");
  s.bound(2).warm_up(model::warm_thread);
  model::verify(s, [] {
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

}  // namespace
