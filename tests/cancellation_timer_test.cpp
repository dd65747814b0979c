// SPDX-License-Identifier: BSL-1.0
#include <abide/cancellation.hpp>
#include <abide/manual_reset_event.hpp>
#include <abide/wait.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <limits>
#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "support/callback_probe.hpp"
#include "support/child.hpp"
#include "support/handled_errors.hpp"
#include "support/rendezvous.hpp"
#include "support/running.hpp"
#include "support/state_probe.hpp"
#include "support/thread_facts.hpp"

// Sources with a deadline: P12 (it outlives the source object), P9 (never early), P8 (the thread).

namespace {

using namespace std::chrono_literals;
using abide::cancellation_source;
using abide::cancellation_token;
using abide::deadline;

/// Returns once the timer thread has fired everything that was due by now.
void let_timers_fire() {
  cancellation_source last;
  last.cancel_after(0s);  // unlike the constructor, always through the timer thread
  abide::wait(last.token());
}

// ---- the constructors

TEST(CancellationTimer, PassedDeadlineIsCanceledOnReturn) {
  for (const deadline passed :
       {deadline::after(0s), deadline::after(-1h), deadline(deadline::time_point::min())}) {
    cancellation_source source(passed);
    EXPECT_TRUE(source.is_cancellation_requested());
    EXPECT_EQ(source.token().reason(), std::errc::timed_out);
    EXPECT_EQ(source.token().origin(), source.token());
    EXPECT_EQ(source.token().expires_at(), passed);
    EXPECT_NE(source.token(), cancellation_source(passed).token()) << "each is one of its own";
    EXPECT_NE(source.token(), abide::cancellation_token::canceled());
    EXPECT_FALSE(source.cancel());
    EXPECT_FALSE(support::is_armed(source));
    bool ran = false;
    const auto registration = source.token().register_callback([&] { ran = true; });
    EXPECT_TRUE(ran);
    EXPECT_FALSE(registration);
  }
  EXPECT_TRUE(cancellation_source(0s).is_cancellation_requested());
  EXPECT_TRUE(cancellation_source(-1ms).is_cancellation_requested());
  EXPECT_NE(cancellation_source(0s), cancellation_source(0s));
  EXPECT_NE(cancellation_source(0s).token(), cancellation_token::canceled());
}

TEST(CancellationTimer, NeverArmsNothing) {
  for (cancellation_source& source : std::vector<cancellation_source>{
           cancellation_source(deadline::never()), cancellation_source(std::chrono::hours::max()),
           cancellation_source(std::chrono::duration<double>(1e300))}) {
    EXPECT_FALSE(support::is_armed(source));
    EXPECT_TRUE(source.token().expires_at().is_never());
    EXPECT_FALSE(source.is_cancellation_requested());
  }
}

TEST(CancellationTimer, NotANumberIsInvalidArgument) {
  const std::chrono::duration<double> nan(std::numeric_limits<double>::quiet_NaN());
  EXPECT_THROW(cancellation_source{nan}, std::invalid_argument);
  cancellation_source source(1h);
  const deadline before = source.token().expires_at();
  EXPECT_THROW(source.cancel_after(nan), std::invalid_argument);
  EXPECT_EQ(source.token().expires_at(), before);
  EXPECT_TRUE(support::is_armed(source));
}

TEST(CancellationTimer, CancelsItselfWhenTheTimeHasCome) {
  const cancellation_source later(1h);  // the timer thread is there
  const deadline soon = deadline::after(30ms);
  const cancellation_source source(soon);
  EXPECT_EQ(source.token().expires_at(), soon);
  abide::wait(source.token());
  EXPECT_TRUE(soon.has_passed()) << "not early";
  EXPECT_EQ(source.token().reason(), std::errc::timed_out);
  EXPECT_EQ(source.token().origin(), source.token());
}

// ---- cancel_after and cancel_at

TEST(CancellationTimer, CancelAfterAndCancelAtArm) {
  cancellation_source after;
  cancellation_source at;
  after.cancel_after(1ms);
  at.cancel_at(deadline::after(1ms));
  EXPECT_TRUE(at.token().can_be_canceled());
  abide::wait(after.token());
  abide::wait(at.token());
  EXPECT_EQ(at.token().reason(), std::errc::timed_out);
}

TEST(CancellationTimer, PassedDeadlineGivenLaterCancelsToo) {
  cancellation_source source;
  source.cancel_at(deadline(deadline::time_point::min()));
  abide::wait(source.token());
  EXPECT_EQ(source.token().reason(), std::errc::timed_out);
}

TEST(CancellationTimer, EarlierDeadlineReplacesTheLater) {
  cancellation_source source(1h);
  source.cancel_after(1ms);
  abide::wait(source.token());
}

TEST(CancellationTimer, LaterDeadlineReplacesTheEarlier) {
  // Again with more time, should the first deadline pass before it could be replaced.
  for (std::chrono::microseconds first = 500us;; first *= 2) {
    const deadline soon = deadline::after(first);
    cancellation_source source(soon);
    source.cancel_after(1h);
    if (soon.has_passed()) continue;
    while (!soon.has_passed()) std::this_thread::yield();
    let_timers_fire();
    EXPECT_FALSE(source.is_cancellation_requested());
    EXPECT_TRUE(support::is_armed(source));
    return;
  }
}

TEST(CancellationTimer, NeverDisarms) {
  cancellation_source source(1h);
  EXPECT_TRUE(support::is_armed(source));
  source.cancel_at(deadline::never());
  EXPECT_FALSE(support::is_armed(source));
  EXPECT_TRUE(source.token().expires_at().is_never());
  EXPECT_TRUE(source.token().can_be_canceled());
  EXPECT_TRUE(source.cancel(std::errc::io_error));
  EXPECT_EQ(source.token().reason(), std::errc::io_error);
}

TEST(CancellationTimer, CancelDisarms) {
  cancellation_source source(1h);
  EXPECT_TRUE(source.cancel());
  EXPECT_FALSE(support::is_armed(source));
  EXPECT_EQ(source.token().reason(), std::errc::operation_canceled);
  source.cancel_after(0s);
  source.cancel_at(deadline::after(1h));
  EXPECT_FALSE(support::is_armed(source)) << "canceled already: nothing to arm";
  EXPECT_EQ(source.token().reason(), std::errc::operation_canceled);
}

TEST(CancellationTimer, CancelOfAParentDisarmsTheChild) {
  cancellation_source parent;
  cancellation_source child = cancellation_source::linked_to(parent.token());
  child.cancel_after(1h);
  EXPECT_TRUE(parent.cancel());
  EXPECT_FALSE(support::is_armed(child));
}

// ---- P12: the deadline outlives the source object

TEST(CancellationTimer, ExpiresWhileATokenLives) {
  cancellation_token token;
  {
    const cancellation_source source(1ms);
    token = source.token();
  }
  abide::wait(token);
  EXPECT_EQ(token.reason(), std::errc::timed_out);
}

TEST(CancellationTimer, ExpiresWhileARegistrationLives) {
  abide::manual_reset_event ran;
  const auto registration = cancellation_source(1ms).token().register_callback([&] { ran.set(); });
  ran.wait();
}

TEST(CancellationTimer, ExpiresWhileAWaitLasts) {
  abide::manual_reset_event never;
  EXPECT_THROW(never.wait(cancellation_source(1ms).token()), abide::operation_canceled);
}

TEST(CancellationTimer, ExpiresWhileAChildLives) {
  cancellation_token token;
  cancellation_token parent_token;
  {
    const cancellation_source parent(1ms);
    parent_token = parent.token();
    const auto child = cancellation_source::linked_to(parent.token());
    token = cancellation_source::linked_to(child.token()).token();
  }
  EXPECT_EQ(token.expires_at(), parent_token.expires_at());
  EXPECT_TRUE(token.can_be_canceled());
  abide::wait(token);
  EXPECT_EQ(token.reason(), std::errc::timed_out);
  EXPECT_EQ(token.origin(), parent_token);
}

// A timer that stayed in the queue would be fired in freed memory: AddressSanitizer tells.
TEST(CancellationTimer, WithTheLastOfItTheDeadlineGoes) {
  struct trace {
    std::atomic<bool> ran = false;
    std::atomic<bool> dropped = false;  // with the state, or once it has run
  };
  struct dropping {
    void operator()(trace* t) const { t->dropped = true; }
  };
  std::vector<trace> traces(200);
  std::vector<const trace*> without;
  for (trace& t : traces) {
    cancellation_source source(deadline::after(1ms));
    source.token()
        .register_callback([held = std::unique_ptr<trace, dropping>(&t)] { held->ran = true; })
        .detach();
    source = cancellation_source();
    // What the deadline met while it lived is canceled, maybe only now, by the timer thread.
    if (t.dropped && !t.ran) without.push_back(&t);
  }
  EXPECT_FALSE(without.empty());
  const deadline all_are_due = deadline::after(2ms);
  while (!all_are_due.has_passed()) std::this_thread::yield();
  let_timers_fire();
  for (const trace* t : without) EXPECT_FALSE(t->ran);
}

// ---- the timer thread

TEST(CancellationTimer, CallbacksRunOnOneThreadOfTheProcess) {
  std::vector<std::thread::id> threads(2);
  support::gate done[2];
  for (std::size_t i = 0; i != 2; ++i) {
    cancellation_source source;
    const auto registration = source.token().register_callback([&, i] {
      threads[i] = std::this_thread::get_id();
      done[i].open();
    });
    source.cancel_after(0s);
    done[i].pass();
  }
  EXPECT_NE(threads[0], std::this_thread::get_id());
  EXPECT_EQ(threads[0], threads[1]);
}

TEST(CancellationTimer, CallbackMayUseTimers) {
  cancellation_source first;
  cancellation_source second;
  std::optional<cancellation_source> third;
  auto fourth = std::make_unique<cancellation_source>(1h);
  support::gate done;
  const auto registration = first.token().register_callback([&] {
    second.cancel_after(1ms);
    third.emplace(1ms);
    fourth.reset();
    EXPECT_FALSE(first.try_reset());
    first.cancel_after(1h);
    done.open();
  });
  first.cancel_after(0s);
  done.pass();
  abide::wait(second.token());
  abide::wait(third->token());
  EXPECT_FALSE(support::is_armed(first));
}

// The call that arms it may still be returning.
TEST(CancellationTimer, CallbackMayDestroyTheLastOfItsSource) {
  auto source = std::make_unique<cancellation_source>();
  support::gate done;
  source->token()
      .register_callback([&] {
        source.reset();
        done.open();
      })
      .detach();
  source->cancel_after(0s);
  done.pass();
  let_timers_fire();
}

TEST(CancellationTimer, UnregisterWaitsForACallbackOnTheTimerThread) {
  support::held_call held;
  cancellation_source source;
  auto registration = source.token().register_callback([&] { held(); });
  source.cancel_after(0s);
  held.entered.pass();
  EXPECT_FALSE(source.cancel());
  EXPECT_FALSE(registration.unregister_and_wait_until(deadline::after(0s)));
  auto waiter = support::run([&] {
    registration.unregister_and_wait();
    EXPECT_TRUE(held.left.is_open());
  });
  support::wait_until_callback_is_awaited(source);
  held.let_go.open();
  waiter.get();
}

TEST(CancellationTimer, ErrorsGoToTheHandlerInRunOrder) {
  support::handled_errors errors;
  {
    cancellation_source source;
    const auto a = source.token().register_callback([] { throw 1; });
    const auto b = source.token().register_callback([] { throw 2; });
    source.cancel_after(0s);
    abide::wait(source.token());
    let_timers_fire();  // not before the callbacks and the handler have run
  }
  EXPECT_EQ(errors.log().entries(), (std::vector{2, 1}));
}

using CancellationTimerProcess = support::child_process;

TEST_F(CancellationTimerProcess, ByDefaultAnErrorEndsTheProgram) {
  EXPECT_DEATH(
      {
        cancellation_source source;
        const auto a = source.token().register_callback([] { throw 1; });
        source.cancel_after(0s);
        support::gate().pass();
      },
      "abide: a cancellation callback threw");
}

TEST_F(CancellationTimerProcess, HasNoThreadUntilTheFirstTimedSource) {
  EXPECT_EXIT(
      {
        support::gate end;
        const std::thread other([&] { end.pass(); });  // a sanitizer starts its own with the first
        const std::size_t before = support::threads();
        cancellation_source plain;
        const auto child = cancellation_source::linked_to(plain.token());
        const auto registration = child.token().register_callback([] {});
        EXPECT_TRUE(plain.cancel());
        cancellation_source never(deadline::never());
        never.cancel_at(deadline::never());
        const cancellation_source passed(0s);
        EXPECT_FALSE(never.token().native_handle() < 0);
        EXPECT_EQ(support::threads(), before);
        const cancellation_source first(1h);
        EXPECT_EQ(support::threads(), before + 1);
        const cancellation_source second(1ms);
        never.cancel_after(1ms);
        abide::wait(second.token());
        abide::wait(never.token());
        EXPECT_EQ(support::threads(), before + 1) << "one for the process";
        support::finish();
      },
      testing::ExitedWithCode(0), "");
}

TEST_F(CancellationTimerProcess, DoesNotKeepTheProcessFromExiting) {
  EXPECT_EXIT(
      {
        static cancellation_source source(1h);
        static const auto registration = source.token().register_callback([] { std::abort(); });
        std::exit(0);
      },
      testing::ExitedWithCode(0), "");
}

}  // namespace
