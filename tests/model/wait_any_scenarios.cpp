// SPDX-License-Identifier: BSL-1.0
#include <abide/abide.hpp>

#include <memory>
#include <vector>

#include "support.hpp"
#include "verify.hpp"

// One wait over several objects: one outcome, and nothing taken from the losers (P2).

namespace {

using abide::auto_reset_event;
using abide::cancellation_source;
using abide::manual_reset_event;
using model::later;

TEST(ModelWaitAny, RacedByTwoEventsTakesOneAndLeavesTheOther) {
  model::exhaust("wait_any raced by two events", 3, [] {
    auto_reset_event a;
    auto_reset_event b;
    model::thread set_a("set a", [&] { a.set(); });
    model::thread set_b("set b", [&] { b.set(); });
    const std::size_t i = abide::wait_any(a, b);
    model::join_all();
    model::check(a.is_set() == (i == 1), "a keeps its signal exactly if b ended the wait");
    model::check(b.is_set() == (i == 0), "b keeps its signal exactly if a ended the wait");
  });
}

TEST(ModelWaitAny, SignalCancelAndTimeoutHaveOneOutcome) {
  model::scenario s("signal x cancel x timeout");
  s.bound(3).warm_up(model::warm_thread);
  const auto result = model::verify(s, [] {
    auto_reset_event event;
    cancellation_source source;
    const auto token = source.token();
    model::thread setter("set", [&] { event.set(); });
    model::thread canceler("cancel", [&] { source.cancel(); });
    const auto how = event.wait_until(later(), abide::return_on(token));
    model::join_all();
    model::check(event.is_set() == (how != abide::wait_status::ready),
                 "the signal is kept or taken");
    model::outcome({static_cast<int>(how)});
  });
  EXPECT_EQ(result.outcomes, (std::set<std::string>{"0", "1", "2"}));
}

TEST(ModelWaitAny, SetAfterSetOnTheSameThreadReportsTheLowerIndex) {
  model::exhaust("a scan that meets two signals of one thread", 3, [] {
    manual_reset_event a;
    manual_reset_event b;
    model::thread setter("set a, b", [&] {
      a.set();
      b.set();
    });
    model::check(abide::wait_any(a, b) == 0, "a was set first");
  });
}

TEST(ModelWaitAny, TheSameObjectTwiceTakesOneSignal) {
  model::exhaust("a duplicate, set twice", 3, [] {
    auto_reset_event a;
    model::thread setter("set twice", [&] {
      a.set();
      a.set();
    });
    (void)abide::wait_any(a, a);
    model::join_all();
  });
}

TEST(ModelWaitAny, OverThreeObjectsSetByTwoThreadsTakesOne) {
  model::exhaust("wait_any over three events, set by two threads", 2, [] {
    auto_reset_event a;
    auto_reset_event b;
    auto_reset_event c;
    model::thread first("set a, c", [&] {
      a.set();
      c.set();
    });
    model::thread second("set b", [&] { b.set(); });
    const std::size_t i = abide::wait_any(a, b, c);
    model::join_all();
    model::check(a.is_set() == (i != 0) && b.is_set() == (i != 1) && c.is_set() == (i != 2),
                 "two of three signals are left");
    model::check(i != 2, "a was set before c");
  });
}

TEST(ModelWaitAny, SignalAndWaitMeetsItsPartner) {
  model::exhaust("signal_and_wait() against signal_and_wait()", 3, [] {
    auto_reset_event a;
    auto_reset_event b;
    model::thread partner("signal b, wait a", [&] { abide::signal_and_wait(b, a); });
    abide::signal_and_wait(a, b);
    model::join_all();
    model::check(!a.is_set() && !b.is_set(), "each took the other's signal");
  });
}

TEST(ModelWaitAny, SignalAndWaitSignalsUnlessItWasCanceledBefore) {
  model::scenario s("signal_and_wait() against cancel()");
  s.bound(3).warm_up(model::warm_thread);
  const auto result = model::verify(s, [] {
    auto_reset_event signaled;
    auto_reset_event never_set;
    cancellation_source source;
    const auto token = source.token();
    model::thread canceler("cancel", [&] { source.cancel(); });
    const auto how = abide::signal_and_wait(signaled, never_set, abide::return_on(token));
    model::join_all();
    model::check(how == abide::wait_status::canceled, "nothing else could end it");
    model::outcome({signaled.is_set()});
  });
  EXPECT_EQ(result.outcomes, (std::set<std::string>{"0", "1"}));
}

// One CAS takes an entry out of a list that holds nothing else: nobody else may go with it.
TEST(ModelWaitAny, WhoLeavesTakesNobodyAlong) {
  model::exhaust("a wait that another object ended leaves beside a wait that stays", 2, [] {
    auto_reset_event event;
    auto_reset_event other;
    model::thread stays("wait", [&] { event.wait(); });
    model::thread leaves("wait_any", [&] {
      if (abide::wait_any(other, event) == 1) event.set();
    });
    other.set();
    event.set();
    model::join_all();  // a deadlock if the one that stays was forgotten
    model::check(!event.is_set(), "one signal, one taker");
  });
}

// The entries of a long list are on the heap: nobody may be at one of them when it is freed.
TEST(ModelWaitAny, WhoLeavesLastSeesThatTheOthersAreThroughWithItsEntry) {
  model::exhaust("two waits with entries on the heap leave one after the other", 2, [] {
    manual_reset_event other;
    auto_reset_event event;
    abide::cancellation_token none;
    std::vector<abide::waitable_ref> list{other, event};
    list.insert(list.end(), 18, none);
    model::thread first("wait 1", [&] { (void)abide::wait_any(list); });
    model::thread second("wait 2", [&] { (void)abide::wait_any(list); });
    other.set();
    model::join_all();
  });
}

TEST(ModelWaitAny, WhoLeavesMeetsWhoMakesAHandle) {
  model::exhaust("a wait that another object ended leaves while a handle is made", 3, [] {
    manual_reset_event event;
    auto_reset_event other;
    model::thread leaves("wait_any", [&] { (void)abide::wait_any(other, event); });
    other.set();
    const abide::os_handle handle(event.native_handle());
    event.set();
    model::join_all();
    model::check(abide::wait_for(std::chrono::nanoseconds(0), handle), "set, so readable");
  });
}

}  // namespace
