// SPDX-License-Identifier: BSL-1.0
#include <abide/abide.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <deque>
#include <vector>

#include "core/blocked_call.hpp"
#include "support/outcome.hpp"
#include "support/rendezvous.hpp"
#include "support/running.hpp"

// P2: the first to claim a wait wins, and who loses has consumed nothing. The tests with a `call`
// are blocked calls in slow motion: the test itself takes the steps that wait_any takes.

namespace {

using namespace std::chrono_literals;
using abide::wait_status;
using abide::core::outcome;
using support::outcome_of;
using support::queued;
using support::run;
using support::wait_until_queued;

/// A wait on an object and a token that has enrolled and would sleep now.
class call {
 public:
  template <class W>
  explicit call(W& w)
      : items_{w, abide::detail::access::ref(cancel_)},
        call_({items_, 2}, abide::deadline::never()) {
    call_.enrol(0);
    call_.enrol(1);
  }

  static constexpr outcome object = 1;
  static constexpr outcome canceled = 2;

  void cancel() { source_.cancel(); }
  void time_out() { call_.decide(abide::core::timed_out); }
  void sleep_once() {
    call_.sleep(nullptr);
    call_.take_if_poked();
  }
  outcome decided() const { return call_.decided(); }
  outcome leave() { return call_.leave(); }

 private:
  abide::cancellation_source source_;
  abide::return_on cancel_{source_.token()};
  abide::waitable_ref items_[2];
  abide::core::blocked_call call_;
};

void signal(abide::auto_reset_event& e) { e.set(); }
void signal(abide::semaphore& s) { s.release(); }
bool has_signal(const abide::auto_reset_event& e) { return e.is_set(); }
bool has_signal(const abide::semaphore& s) { return s.available() == 1; }

/// Runs a test for an auto-reset event and for both semaphores.
template <class Test>
void for_each_consumed(Test test) {
  {
    SCOPED_TRACE("auto_reset_event");
    abide::auto_reset_event e;
    test(e);
  }
  for (const auto f : {abide::fairness::barging, abide::fairness::fifo}) {
    SCOPED_TRACE(f == abide::fairness::fifo ? "fifo semaphore" : "semaphore");
    abide::semaphore s(0, f);
    test(s);
  }
}

TEST(Loser, ACanceledWaitLeavesTheSignalThatCameLater) {
  for_each_consumed([](auto& w) {
    call canceled(w);
    canceled.cancel();
    signal(w);
    EXPECT_TRUE(has_signal(w));
    EXPECT_EQ(canceled.leave(), call::canceled);
    EXPECT_TRUE(has_signal(w));
    EXPECT_EQ(queued(w), 0u);
  });
}

TEST(Loser, ATimedOutWaitLeavesTheSignalThatCameLater) {
  for_each_consumed([](auto& w) {
    call late(w);
    late.time_out();
    signal(w);
    EXPECT_EQ(late.leave(), abide::core::timed_out);
    EXPECT_TRUE(has_signal(w));
  });
}

TEST(Loser, ASignalThatMeetsACanceledWaitGoesToTheNextInLine) {
  for_each_consumed([](auto& w) {
    call canceled(w);
    auto next = run([&] { abide::wait(w); });
    wait_until_queued(w, 2);
    canceled.cancel();
    signal(w);
    next.get();
    EXPECT_EQ(canceled.leave(), call::canceled);
    EXPECT_FALSE(has_signal(w));
  });
}

TEST(Loser, AReleaseOfManyGivesBackEveryUnitThatACanceledWaitDidNotTake) {
  abide::semaphore units(0, abide::fairness::fifo);
  std::deque<call> calls;
  for (int i = 0; i != 100; ++i) calls.emplace_back(units);
  for (std::size_t i = 0; i != 100; i += 2) calls[i].cancel();
  units.release(70);
  EXPECT_EQ(units.available(), 20);
  int taken = 0;
  for (call& c : calls) taken += c.leave() == call::object ? 1 : 0;
  EXPECT_EQ(taken, 50);
  EXPECT_EQ(units.available(), 20);
}

TEST(Loser, AnotherObjectsSignalStaysWhereItIs) {
  abide::auto_reset_event first;
  abide::auto_reset_event second;
  abide::semaphore units(0);
  auto waiter = run([&] { return abide::wait_any(units, first, second); });
  wait_until_queued(second, 1);
  first.set();
  second.set();
  units.release();
  EXPECT_EQ(waiter.get(), 1u);
  EXPECT_FALSE(first.is_set());
  EXPECT_TRUE(second.is_set());
  EXPECT_EQ(units.available(), 1);
}

TEST(Loser, APokedWaitThatIsCanceledTakesItsUnitAndReportsThat) {
  for (const bool late : {false, true}) {
    abide::semaphore units(0);
    call poked(units);
    units.release();
    late ? poked.time_out() : poked.cancel();
    EXPECT_EQ(poked.leave(), call::object);
    EXPECT_EQ(units.available(), 0);
  }
}

TEST(Loser, APokedWaitThatAnotherObjectReleasedPassesThePokeOn) {
  abide::semaphore units(0);
  abide::auto_reset_event event;
  const abide::waitable_ref items[] = {units, event};
  abide::core::blocked_call poked({items, 2}, abide::deadline::never());
  poked.enrol(0);
  poked.enrol(1);
  auto next = run([&] { units.acquire(); });
  wait_until_queued(units, 2);
  units.release();
  event.set();
  EXPECT_EQ(poked.leave(), 2u);
  next.get();  // hangs if the poke is lost
  EXPECT_EQ(units.available(), 0);
}

TEST(Loser, APokedWaitWhoseUnitIsGoneIsPokedAgainByTheNextRelease) {
  abide::semaphore units(0);
  call poked(units);
  units.release();
  EXPECT_TRUE(units.try_acquire());
  poked.sleep_once();
  EXPECT_EQ(poked.decided(), abide::core::waiting);
  units.release();
  poked.sleep_once();  // hangs without a second poke
  EXPECT_EQ(poked.leave(), call::object);
  EXPECT_EQ(units.available(), 0);
}

TEST(Loser, APokedWaitThatTakesAUnitPokesTheNextWhileUnitsAreLeft) {
  abide::semaphore units(0);
  call first(units);
  auto second = run([&] { units.acquire(); });
  auto third = run([&] { units.acquire(); });
  wait_until_queued(units, 3);
  units.release(3);
  first.sleep_once();
  EXPECT_EQ(first.leave(), call::object);
  second.get();  // both hang if the poke is not passed on
  third.get();
  EXPECT_EQ(units.available(), 0);
}

TEST(Loser, EveryWaitThatAReleaseFoundTakesItsUnitThoughItIsCanceledLater) {
  abide::semaphore units(0);
  std::deque<call> calls;
  for (int i = 0; i != 4; ++i) calls.emplace_back(units);
  units.release();
  units.release(2);
  for (call& c : calls) c.cancel();
  EXPECT_EQ(calls[3].leave(), call::canceled);
  EXPECT_EQ(calls[1].leave(), call::object);
  EXPECT_EQ(calls[0].leave(), call::object);
  EXPECT_EQ(calls[2].leave(), call::object);
  EXPECT_EQ(units.available(), 0);
}

TEST(Loser, AUnitThatANewcomerTookIsMissingForTheLastInLine) {
  abide::semaphore units(0);
  call first(units);
  call last(units);
  units.release(2);
  EXPECT_TRUE(units.try_acquire());
  last.cancel();
  EXPECT_EQ(last.leave(), call::canceled);
  first.cancel();
  EXPECT_EQ(first.leave(), call::object);
  EXPECT_EQ(units.available(), 0);
}

// Once set() has returned, the wait that it found is released: a cancel cannot overtake it.
template <class W, class Signal>
void expect_signal_beats_later_cancel(W& w, Signal give, int rounds) {
  int lost = 0;
  for (int i = 0; i != rounds; ++i) {
    abide::cancellation_source source;
    const abide::return_on token(source.token());
    auto waiter = run([&] { return abide::wait(w, token); });
    wait_until_queued(w, 1);
    give();
    source.cancel();
    lost += waiter.get() == wait_status::ready ? 0 : 1;
  }
  EXPECT_EQ(lost, 0);
}

TEST(Loser, AReleasedWaitDoesNotLoseToALaterCancel) {
  constexpr int rounds = 300;
  for_each_consumed([](auto& w) {
    expect_signal_beats_later_cancel(
        w, [&] { signal(w); }, rounds);
    EXPECT_FALSE(has_signal(w));
  });
  abide::manual_reset_event gate;
  const auto pulse = [&] {
    gate.set();
    gate.reset();
  };
  expect_signal_beats_later_cancel(gate, pulse, rounds);
}

TEST(Loser, ACanceledWaitReportsItsTokenAndItsReason) {
  abide::auto_reset_event event;
  abide::cancellation_source root;
  const auto linked = abide::cancellation_source::linked_to(root.token());
  auto waiter = run([&] {
    try {
      event.wait(linked.token());
    } catch (const abide::operation_canceled& e) {
      EXPECT_EQ(e.token(), linked.token());
      EXPECT_EQ(e.code(), std::make_error_code(std::errc::connection_reset));
      EXPECT_TRUE(e.caused_by(root.token()));
      return true;
    }
    return false;
  });
  wait_until_queued(event, 1);
  root.cancel(std::errc::connection_reset);
  EXPECT_TRUE(waiter.get());
  event.set();
  EXPECT_TRUE(event.is_set());
}

}  // namespace
