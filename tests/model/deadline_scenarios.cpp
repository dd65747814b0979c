// SPDX-License-Identifier: BSL-1.0
#include <abide/abide.hpp>

#include <chrono>
#include <memory>

#include "support.hpp"
#include "verify.hpp"

// The deadlines of sources against those who arm, disarm, reset, cancel and drop them. The timer
// thread is a daemon: its sleep may end whenever it may be scheduled, and the clock then jumps to
// what it slept until.

namespace {

using abide::cancellation_source;
using abide::deadline;
using model::later;
using model::much_later;
using std::chrono::seconds;

TEST(ModelDeadline, RearmedDeadlineCountsOrTheFirstHasFired) {
  model::scenario s("cancel_at() a later time against the deadline");
  s.bound(3).warm_up(model::warm_thread);
  const auto result = model::verify(s, [] {
    const deadline first = later();
    const deadline second = much_later();
    cancellation_source source(first);
    const auto token = source.token();
    source.cancel_at(second);
    abide::wait(token);
    const deadline counts = token.expires_at();
    model::check(counts == first || counts == second, "one of the two counts");
    model::check(counts.has_passed(), "and is not early");
    model::check(token.reason() == std::errc::timed_out, "a deadline did it");
    model::outcome({counts == second});
  });
  EXPECT_EQ(result.outcomes, (std::set<std::string>{"0", "1"}));
}

TEST(ModelDeadline, DisarmedSourceIsNeverCanceledUnlessItsDeadlineHadPassed) {
  model::exhaust("cancel_at(never) against the deadline", 3, [] {
    cancellation_source source(later());
    const auto token = source.token();
    source.cancel_at(deadline::never());
    if (token.expires_at().is_never()) {
      model::check(!abide::wait_until(much_later(), token), "it was disarmed in time");
    } else {
      abide::wait(token);
      model::check(token.reason() == std::errc::timed_out, "its deadline had passed");
    }
  });
}

TEST(ModelDeadline, CancelAndDeadlineHaveOneReason) {
  model::scenario s("cancel() against the deadline");
  s.bound(3).warm_up(model::warm_thread);
  const auto result = model::verify(s, [] {
    cancellation_source source(later());
    const auto token = source.token();
    int runs = 0;
    bool did = false;
    {
      abide::manual_reset_event ran;
      const auto registration = token.register_callback([&] {
        ++runs;
        ran.set();
      });
      did = source.cancel();
      ran.wait();
    }
    model::check(token.reason() == (did ? std::errc::operation_canceled : std::errc::timed_out),
                 "the reason of whoever did it");
    model::check(runs == 1, "the callback ran once");
    model::outcome({did});
  });
  EXPECT_EQ(result.outcomes, (std::set<std::string>{"0", "1"}));
}

// True: as new, whatever the timer thread does later. False: the deadline had passed, and cancels.
TEST(ModelDeadline, ResetAgainstTheDeadline) {
  model::scenario s("try_reset() against the deadline");
  s.bound(3).warm_up(model::warm_thread);
  const auto result = model::verify(s, [] {
    cancellation_source source(later());
    const auto token = source.token();
    const deadline due = token.expires_at();
    int runs = 0;
    bool reset = false;
    {
      abide::manual_reset_event ran;
      const auto registration = token.register_callback([&] {
        ++runs;
        ran.set();
      });
      reset = source.try_reset();
      if (reset) {
        model::check(!abide::wait_until(much_later(), token), "it is disarmed");
        model::check(token.expires_at().is_never(), "and says so");
      } else {
        model::check(due.has_passed() && token.expires_at() == due, "nothing has changed");
        ran.wait();
        model::check(token.reason() == std::errc::timed_out, "its deadline cancels it");
      }
    }
    model::check(runs == (reset ? 0 : 1), "dropped by the reset, or run by the deadline");
    model::outcome({reset});
  });
  EXPECT_EQ(result.outcomes, (std::set<std::string>{"0", "1"}));
}

TEST(ModelDeadline, ResetThatReturnsFalseHasChangedNothing) {
  model::exhaust("try_reset() of a timed source against cancel()", 2, [] {
    cancellation_source source(much_later());
    const auto token = source.token();
    const deadline due = token.expires_at();
    model::thread canceler("cancel", [&] { source.cancel(); });
    const bool reset = source.try_reset();
    model::join_all();
    model::check(source.is_cancellation_requested(), "a cancel is never undone");
    model::check(reset ? token.expires_at().is_never() : token.expires_at() == due,
                 "a reset that returns false has changed nothing");
  });
}

// A reset comes before or after what another thread does with the source: if the deadline that was
// set first is still there, so is the callback that was registered after it.
TEST(ModelDeadline, ResetIsOneStepToWhoArmsAndRegisters) {
  for (const bool was_timed : {false, true}) {
    model::exhaust(was_timed ? "try_reset() of a timed source that is armed and registered with"
                             : "try_reset() of a source that is armed and registered with",
                   2, [was_timed] {
                     cancellation_source source;
                     const auto token = source.token();
                     if (was_timed) source.cancel_at(much_later());
                     const deadline due = deadline::after(seconds(200));
                     int runs = 0;
                     abide::cancellation_registration registration;
                     model::thread user("arm, register", [&] {
                       source.cancel_at(due);
                       registration = token.register_callback([&] { ++runs; });
                     });
                     const bool reset = source.try_reset();
                     model::join_all();
                     const bool armed = token.expires_at() == due;
                     const bool expired = !source.cancel();
                     registration = {};
                     model::check(expired || !reset || !armed || runs == 1,
                                  "the reset comes first, or last, or in between");
                   });
  }
}

TEST(ModelDeadline, WhoSeesAResetSeesAllOfIt) {
  model::exhaust("try_reset() of a timed source against who unregisters", 3, [] {
    cancellation_source source;
    const auto token = source.token();
    source.cancel_at(much_later());
    auto registration = token.register_callback([] {});
    model::thread resetter("try_reset", [&] { (void)source.try_reset(); });
    if (!registration.unregister() && !token.is_cancellation_requested()) {
      model::check(token.expires_at().is_never(), "the deadline went with it");
    }
    model::join_all();
  });
}

TEST(ModelDeadline, SourceGoesWhileItsDeadlineFires) {
  model::scenario s("the last of a timed source goes while it fires");
  s.bound(3).warm_up(model::warm_thread);
  const auto result = model::verify(s, [] {
    const cancellation_source source(later());
    source.token()
        .register_callback([held = std::make_unique<int>(1)] { model::outcome({*held}); })
        .detach();
  });
  EXPECT_EQ(result.outcomes, std::set<std::string>{"1"}) << "it does fire in some";
}

TEST(ModelDeadline, ChildGoesWhileTheDeadlineOfItsParentFires) {
  model::exhaust("a child goes while the deadline of its parent fires", 3, [] {
    const cancellation_source parent(later());
    auto child =
        std::make_unique<cancellation_source>(cancellation_source::linked_to(parent.token()));
    child.reset();
    abide::wait(parent.token());
  });
}

// P5: the timer thread is the canceler. The first search sees stale loads, the second is deeper.
TEST(ModelDeadline, WaiterDropsTheSourceAndItsToken) {
  for (const int bound : {2, 3}) {
    model::scenario s(bound == 2 ? "the waiter whom a deadline released drops all, stale loads"
                                 : "the waiter whom a deadline released drops all");
    if (bound == 2) s.weak();
    s.bound(bound).spurious_wakes(1).timeouts(bound == 2 ? 3 : 1).warm_up(model::warm_thread);
    model::verify(s, [] {
      auto token = cancellation_source(later()).token();
      abide::wait(token);
      token = {};
    });
  }
}

}  // namespace
