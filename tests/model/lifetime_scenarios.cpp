// SPDX-License-Identifier: BSL-1.0
#include <abide/abide.hpp>

#include <memory>

#include "support.hpp"
#include "verify.hpp"

// P5: who a set(), release() or cancel() released may destroy the object while the call is still
// returning. The heap of the checker catches any later touch.

namespace {

using abide::auto_reset_event;
using abide::cancellation_source;
using abide::fairness;
using abide::manual_reset_event;
using abide::semaphore;
using model::scenario;

// One thread signals; the other waits and destroys.
template <class Object, class Signal, class Wait>
void waiter_destroys(const char* name, Object make, Signal signal, Wait wait) {
  scenario s(name);
  s.bound(3).weak().spurious_wakes(1).warm_up(model::warm_thread);
  model::verify(s, [&] {
    auto object = make();
    auto* const raw = object.get();
    model::thread signaler("signal", [&, raw] { signal(*raw); });
    wait(*raw);
    object.reset();
  });
}

TEST(ModelLifetime, WaiterDestroysManualResetEvent) {
  waiter_destroys(
      "the released waiter deletes a manual-reset event",
      [] { return std::make_unique<manual_reset_event>(); }, [](auto& e) { e.set(); },
      [](auto& e) { e.wait(); });
}

TEST(ModelLifetime, WaiterDestroysAutoResetEvent) {
  waiter_destroys(
      "the released waiter deletes an auto-reset event",
      [] { return std::make_unique<auto_reset_event>(); }, [](auto& e) { e.set(); },
      [](auto& e) { e.wait(); });
}

TEST(ModelLifetime, WaiterDestroysBargingSemaphore) {
  waiter_destroys(
      "the released waiter deletes a barging semaphore",
      [] { return std::make_unique<semaphore>(0); }, [](auto& s) { s.release(); },
      [](auto& s) { s.acquire(); });
}

TEST(ModelLifetime, WaiterDestroysFifoSemaphore) {
  waiter_destroys(
      "the released waiter deletes a fifo semaphore",
      [] { return std::make_unique<semaphore>(0, fairness::fifo); }, [](auto& s) { s.release(); },
      [](auto& s) { s.acquire(); });
}

TEST(ModelLifetime, WaiterDestroysCancellationState) {
  model::exhaust("the released waiter drops the last reference to a state", 3, [] {
    auto source = std::make_unique<cancellation_source>();
    auto* const raw = source.get();
    auto token = std::make_unique<abide::cancellation_token>(source->token());
    model::thread canceler("cancel", [raw] { raw->cancel(); });
    abide::wait(*token);
    source.reset();
    token.reset();
  });
}

TEST(ModelLifetime, WaiterDestroysEventWithExportedHandle) {
  waiter_destroys(
      "the released waiter deletes an event whose handle was exported",
      [] {
        auto event = std::make_unique<auto_reset_event>();
        (void)event->native_handle();
        return event;
      },
      [](auto& e) { e.set(); }, [](auto& e) { e.wait(); });
}

// The winner of a release(2) destroys while the release still gives back the loser's unit: it may
// not, because the loser counts until its call has returned; so here it waits for that.
TEST(ModelLifetime, LoserKeepsFifoSemaphoreAlive) {
  model::exhaust("fifo release(2), one of two is canceled, then it is deleted", 2, [] {
    auto sem = std::make_unique<semaphore>(0, fairness::fifo);
    auto* const raw = sem.get();
    cancellation_source source;
    const auto token = source.token();
    auto left = std::make_unique<model::thread>("canceled", [&, raw] {
      if (raw->acquire(abide::return_on(token)) == abide::wait_status::ready) raw->release();
    });
    model::thread canceler("cancel", [&] { source.cancel(); });
    model::thread releaser("release 2", [raw] { raw->release(2); });
    raw->acquire();
    left.reset();  // has returned
    sem.reset();   // although release(2) may still be returning
  });
}

TEST(ModelLifetime, DestructorLetsADecidedWaitLeave) {
  model::exhaust("an event is destroyed while a wait decided elsewhere is still linked", 3, [] {
    auto_reset_event winner;
    auto other = std::make_unique<auto_reset_event>();
    auto* const raw = other.get();
    model::thread waiter("wait", [&, raw] { (void)abide::wait_any(winner, *raw); });
    waiter.await_asleep();
    winner.set();
    other.reset();
  });
}

TEST(ModelLifetime, DestructorLetsTwoDecidedWaitsLeave) {
  model::exhaust("an event is destroyed while two waits decided elsewhere are still linked", 2, [] {
    manual_reset_event winner;
    auto other = std::make_unique<auto_reset_event>();
    auto* const raw = other.get();
    model::thread first("wait 1", [&, raw] { (void)abide::wait_any(winner, *raw); });
    model::thread second("wait 2", [&, raw] { (void)abide::wait_any(winner, *raw); });
    first.await_asleep();
    second.await_asleep();
    winner.set();
    other.reset();
  });
}

// The contender may sleep on the word, with PARKED set, while the signaler gives LOCK back.
template <class Object, class Signal, class Wait, class Contend>
void waiter_destroys_beside_a_contender(const char* name, Object make, Signal signal, Wait wait,
                                        Contend contend) {
  scenario s(name);
  s.bound(2).spurious_wakes(1).warm_up(model::warm_thread);
  model::verify(s, [&] {
    auto object = make();
    auto* const raw = object.get();
    model::thread signaler("signal", [&, raw] { signal(*raw); });
    model::thread contender("contend", [&, raw] { contend(*raw); });
    wait(*raw);
    contender.join();
    object.reset();
  });
}

TEST(ModelLifetime, WaiterDestroysAnEventWhoseLockIsContended) {
  waiter_destroys_beside_a_contender(
      "the released waiter deletes an event whose LOCK is contended",
      [] { return std::make_unique<auto_reset_event>(); }, [](auto& e) { e.set(); },
      [](auto& e) { e.wait(); },
      [](auto& e) {
        if (e.try_wait()) e.set();
      });
}

TEST(ModelLifetime, WaiterDestroysASemaphoreWhoseLockIsContended) {
  waiter_destroys_beside_a_contender(
      "the released waiter deletes a semaphore whose LOCK is contended",
      [] { return std::make_unique<semaphore>(0); }, [](auto& s) { s.release(); },
      [](auto& s) { s.acquire(); },
      [](auto& s) {
        if (s.try_acquire()) s.release();
      });
}

TEST(ModelLifetime, WaiterDropsAStateWhoseHandleWasExported) {
  model::exhaust("the released waiter drops a state whose handle was exported", 3, [] {
    auto source = std::make_unique<cancellation_source>();
    auto* const raw = source.get();
    auto token = std::make_unique<abide::cancellation_token>(source->token());
    (void)token->native_handle();
    model::thread canceler("cancel", [raw] { raw->cancel(); });
    abide::wait(*token);
    source.reset();
    token.reset();
  });
}

// P11: whoever is still undecided ends the program, whoever is decided is let go.
TEST(ModelLifetime, DestructorEndsTheProgramExactlyForAnUndecidedWait) {
  scenario s("an event is destroyed while another one decides the wait");
  s.bound(2).allow_fatal("abide::auto_reset_event").warm_up(model::warm_thread);
  const auto result = model::verify(s, [] {
    manual_reset_event winner;
    auto other = std::make_unique<auto_reset_event>();
    auto* const raw = other.get();
    model::thread waiter("wait", [&, raw] {
      model::check(abide::wait_any(winner, *raw) == 0, "only one is ever set");
    });
    waiter.await_asleep();
    model::thread setter("set", [&] { winner.set(); });
    other.reset();
    model::join_all();
  });
  EXPECT_GT(result.fatal_runs, 0u);
  EXPECT_LT(result.fatal_runs, result.runs);
}

}  // namespace
