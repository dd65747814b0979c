// SPDX-License-Identifier: BSL-1.0
#include <abide/abide.hpp>

#include "support.hpp"
#include "verify.hpp"

// The two events: pulses, pairs of signals, and a signal that meets a wait on its way out.

namespace {

using abide::auto_reset_event;
using abide::cancellation_source;
using abide::manual_reset_event;
using abide::wait_status;
using model::scenario;

TEST(ModelEvent, SetThenResetReleasesBothQueuedWaits) {
  model::exhaust("set(); reset() with two waiters", 3, [] {
    manual_reset_event gate;
    model::thread first("wait 1", [&] { gate.wait(); });
    model::thread second("wait 2", [&] { gate.wait(); });
    first.await_asleep();
    second.await_asleep();
    gate.set();
    gate.reset();
    model::join_all();  // a deadlock if one was passed over
    model::check(!gate.is_set(), "reset came last");
  });
}

TEST(ModelEvent, TwoSetsReleaseTwoQueuedWaits) {
  model::exhaust("set(); set() on an auto-reset event with two waiters", 3, [] {
    auto_reset_event turnstile;
    model::thread first("wait 1", [&] { turnstile.wait(); });
    model::thread second("wait 2", [&] { turnstile.wait(); });
    first.await_asleep();
    second.await_asleep();
    turnstile.set();
    turnstile.set();
    model::join_all();
    model::check(!turnstile.is_set(), "both signals were taken");
  });
}

TEST(ModelEvent, SignalThatMeetsACanceledWaitGoesToTheNext) {
  model::exhaust("a canceled wait hands its signal to the next", 3, [] {
    auto_reset_event event;
    cancellation_source source;
    const auto token = source.token();
    bool took = false;
    model::thread canceled("wait, canceled", [&] {
      took = event.wait(abide::return_on(token)) == wait_status::ready;
    });
    model::thread canceler("cancel", [&] { source.cancel(); });
    event.set();
    model::join_all();
    model::check(event.is_set() == !took, "the signal is taken once or kept");
  });
}

TEST(ModelEvent, LeaverWaitsForTheSignalerThatHoldsItsEntry) {
  model::exhaust("a waiter leaves while a signaler holds its entry", 3, [] {
    manual_reset_event a;
    manual_reset_event b;
    model::thread set_a("set a", [&] { a.set(); });
    model::thread set_b("set b", [&] { b.set(); });
    (void)abide::wait_any(a, b);
    model::join_all();
    model::check(a.is_set() && b.is_set(), "both stay set");
  });
}

TEST(ModelEvent, WhatPrecedesSetIsVisibleAfterTheWait) {
  for (const int which : {0, 1}) {
    scenario s(which == 0 ? "publication through set(), asleep or not"
                          : "publication through a second set()");
    s.bound(3).weak().warm_up(model::warm_thread);
    model::verify(s, [which] {
      auto_reset_event event;
      model::plain<int> data(0);
      model::thread setter("set", [&] {
        if (which == 1) event.set();
        data = 1;
        event.set();
      });
      event.wait();
      if (which == 1) {
        setter.join();
        (void)event.try_wait();
      }
      model::check(data == 1, "written before set()");
    });
  }
}

TEST(ModelEvent, HandleMadeDuringASetShowsTheState) {
  model::exhaust("native_handle() made during a set", 3, [] {
    manual_reset_event event;
    model::thread setter("set", [&] { event.set(); });
    const abide::os_handle handle(event.native_handle());
    model::join_all();
    model::check(abide::wait_for(std::chrono::nanoseconds(0), handle), "set, so readable");
  });
}

TEST(ModelEvent, HandleIsExactOnceSetAndResetHaveReturned) {
  model::exhaust("set and reset race on an exported handle", 3, [] {
    manual_reset_event event;
    const abide::os_handle handle(event.native_handle());
    model::thread setter("set", [&] { event.set(); });
    model::thread resetter("reset", [&] { event.reset(); });
    model::join_all();
    model::check(abide::wait_for(std::chrono::nanoseconds(0), handle) == event.is_set(),
                 "the handle shows the state at rest");
  });
}

TEST(ModelEvent, HandleMadeByTwoThreadsIsOne) {
  model::exhaust("two threads ask for the handle at once", 3, [] {
    auto_reset_event event;
    abide::native_handle_type other{};
    model::thread asker("native_handle", [&] { other = event.native_handle(); });
    const auto mine = event.native_handle();
    model::join_all();
    model::check(mine == other, "the loser closed its own");
  });
}

}  // namespace
