// SPDX-License-Identifier: BSL-1.0
#include <abide/abide.hpp>

#include <chrono>
#include <memory>

#include "support.hpp"
#include "verify.hpp"

// Handles of the system: those that objects export (P13), and waits that sleep in a poll.

namespace {

using abide::auto_reset_event;
using abide::manual_reset_event;
using abide::os_handle;
using abide::semaphore;
using model::later;

bool is_readable(const os_handle& handle) {
  return abide::wait_for(std::chrono::nanoseconds(0), handle);
}

TEST(ModelHandle, MadeSetAndResetByThreeThreadsIsExactAtRest) {
  model::exhaust("a handle is made, set and reset by three threads", 2, [] {
    auto event = std::make_unique<manual_reset_event>();
    model::thread setter("set", [&] { event->set(); });
    model::thread resetter("reset", [&] { event->reset(); });
    const os_handle handle(event->native_handle());
    model::join_all();
    model::check(is_readable(handle) == event->is_set(), "it shows the state at rest");
  });
}

TEST(ModelHandle, MadeWhileASignalerClaimsTheWaiterIsExactAtRest) {
  model::exhaust("a handle is made while a wait is released", 2, [] {
    auto_reset_event event;
    model::thread waiter("wait", [&] { event.wait(); });
    model::thread setter("set", [&] { event.set(); });
    const os_handle handle(event.native_handle());
    model::join_all();
    model::check(!event.is_set() && !is_readable(handle), "the wait took the signal");
  });
}

TEST(ModelHandle, OfASemaphoreIsExactOnceAReleaseAndAnAcquireHaveReturned) {
  model::exhaust("a handle is made while a unit is released and taken", 2, [] {
    semaphore sem(0);
    model::thread waiter("acquire", [&] { sem.acquire(); });
    model::thread releaser("release 2", [&] { sem.release(2); });
    const os_handle handle(sem.native_handle());
    model::join_all();
    model::check(sem.available() == 1 && is_readable(handle), "one unit is left");
  });
}

TEST(ModelHandle, PolledHandleMissesNoSignal) {
  model::exhaust("a thread polls the handle of an event until it has taken the signal", 3, [] {
    auto_reset_event event;
    const os_handle handle(event.native_handle());
    model::thread setter("set", [&] { event.set(); });
    do {
      abide::wait(handle);
    } while (!event.try_wait());
    model::join_all();
    model::check(!is_readable(handle), "taken, so not readable");
  });
}

TEST(ModelHandle, WaitThatSleepsInAPollIsReleasedOnce) {
  model::exhaust("wait_any over an event and a handle, released by both", 2, [] {
    auto_reset_event event;
    manual_reset_event shown;
    const os_handle handle(shown.native_handle());
    model::thread setter("set", [&] { event.set(); });
    model::thread shower("show", [&] { shown.set(); });
    const std::size_t i = abide::wait_any(event, handle);
    model::join_all();
    model::check(event.is_set() == (i == 1), "the event keeps its signal if the handle was first");
    model::check(is_readable(handle), "a handle is a level");
  });
}

TEST(ModelHandle, SignalOfTheLowerIndexBeforeTheHandleWins) {
  model::exhaust("an event, then a handle, signaled by one thread", 3, [] {
    auto_reset_event event;
    manual_reset_event shown;
    const os_handle handle(shown.native_handle());
    model::thread setter("set, show", [&] {
      event.set();
      shown.set();
    });
    model::check(abide::wait_any(event, handle) == 0, "the event was set first");
    model::join_all();
    model::check(!event.is_set(), "and its signal was taken");
  });
}

TEST(ModelHandle, SignalAndTimeoutOfAPollHaveOneOutcome) {
  model::scenario s("a wait that sleeps in a poll: signal x timeout");
  s.bound(3).warm_up(model::warm_thread);
  const auto result = model::verify(s, [] {
    auto_reset_event event;
    manual_reset_event never_set;
    const os_handle handle(never_set.native_handle());
    model::thread setter("set", [&] { event.set(); });
    const auto how = abide::wait_any_until(later(), event, handle);
    model::join_all();
    model::check(event.is_set() == !how.has_value(), "the signal is taken, or kept");
    model::outcome({how.has_value()});
  });
  EXPECT_EQ(result.outcomes, (std::set<std::string>{"0", "1"}));
}

// An unpark that came for a poll must not be missed, or left behind, by the sleep on a word.
TEST(ModelHandle, SleepInAPollAndOnAWordTakeTurns) {
  model::exhaust("a wait that sleeps in a poll, then one that does not", 3, [] {
    auto_reset_event event;
    manual_reset_event never_set;
    const os_handle handle(never_set.native_handle());
    model::thread setter("set", [&] { event.set(); });
    model::check(abide::wait_any(event, handle) == 0, "only the event is set");
    model::thread again("set again", [&] { event.set(); });
    event.wait();
    model::join_all();
    model::check(!event.is_set(), "two signals, two waits");
  });
}

TEST(ModelHandle, OneThatWasReadyOutsideThePollIsNoDecision) {
  model::exhaust("a handle lowered while a wait is about to poll it", 2, [] {
    auto_reset_event event;
    manual_reset_event shown;
    const os_handle handle(shown.native_handle());
    model::thread pulser("pulse", [&] {
      shown.set();
      shown.reset();
    });
    model::thread setter("set", [&] { event.set(); });
    const std::size_t i = abide::wait_any(event, handle);
    model::join_all();
    model::check(event.is_set() == (i == 1), "the signal is taken, or kept");
    model::check(!is_readable(handle), "the level came last");
  });
}

}  // namespace
