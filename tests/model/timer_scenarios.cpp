// SPDX-License-Identifier: BSL-1.0
#include <abide/abide.hpp>

#include <chrono>
#include <memory>

#include "support.hpp"
#include "verify.hpp"

// A waitable timer against those who arm, disarm and destroy it while it fires. The timer thread is
// a daemon: its sleep may end whenever it may be scheduled, and the clock then jumps to what it
// slept until.

namespace {

using abide::deadline;
using abide::waitable_timer;
using model::later;
using model::much_later;
using std::chrono::seconds;

// P5: the timer thread is the signaler. The first search sees stale loads, the second is deeper.
TEST(ModelTimer, WaiterDestroysIt) {
  for (const int bound : {2, 3}) {
    model::scenario s(bound == 2 ? "the released waiter deletes a waitable timer, stale loads"
                                 : "the released waiter deletes a waitable timer");
    if (bound == 2) s.weak();
    s.bound(bound).spurious_wakes(1).timeouts(bound == 2 ? 3 : 1).warm_up(model::warm_thread);
    model::verify(s, [] {
      auto timer = std::make_unique<waitable_timer>();
      timer->set(later());
      timer->wait();
      timer.reset();
    });
  }
}

TEST(ModelTimer, TimerGoesWhileItFires) {
  model::exhaust("a waitable timer goes while it fires", 3, [] {
    auto timer = std::make_unique<waitable_timer>();
    timer->set(later());
    timer.reset();
  });
}

TEST(ModelTimer, PeriodicTimerGoesWhileItFires) {
  model::exhaust("a periodic timer goes while it fires", 3, [] {
    auto timer = std::make_unique<waitable_timer>();
    timer->set(later(), seconds(1));
    timer->wait();
    timer.reset();
  });
}

TEST(ModelTimer, PeriodicTimerSignalsAgain) {
  model::scenario s("two periods of a timer");
  s.bound(3).timeouts(1).warm_up(model::warm_thread);
  model::verify(s, [] {
    waitable_timer timer;
    const deadline first = later();
    timer.set(first, seconds(1));
    timer.wait();
    model::check(first.has_passed(), "the first is not early");
    timer.wait();
  });
}

TEST(ModelTimer, CanceledTimerSignalsNoMore) {
  model::exhaust("cancel() of a periodic timer against its signal", 3, [] {
    waitable_timer timer;
    timer.set(later(), seconds(1));
    timer.cancel();
    (void)timer.try_wait();
    model::check(!timer.wait_until(much_later()), "nothing comes after cancel()");
  });
}

TEST(ModelTimer, RearmedTimerIsNotEarly) {
  model::exhaust("set() of a waitable timer against its signal", 3, [] {
    waitable_timer timer;
    timer.set(later());
    const deadline due = much_later();
    timer.set(due);
    timer.wait();
    model::check(due.has_passed(), "the signal of before was discarded");
  });
}

}  // namespace
