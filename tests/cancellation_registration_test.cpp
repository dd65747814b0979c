// SPDX-License-Identifier: BSL-1.0
#include <abide/cancellation.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "support/callback_probe.hpp"
#include "support/running.hpp"
#include "support/state_probe.hpp"

// The registration: three ways to undo it, against a callback that waits, runs or has run.

namespace {

using namespace std::chrono_literals;
using abide::cancellation_registration;
using abide::cancellation_source;
using abide::cancellation_token;
using abide::deadline;

static_assert(std::is_nothrow_default_constructible_v<cancellation_registration>);
static_assert(!std::is_copy_constructible_v<cancellation_registration>);
static_assert(!std::is_copy_assignable_v<cancellation_registration>);
static_assert(std::is_nothrow_move_constructible_v<cancellation_registration>);
static_assert(std::is_nothrow_move_assignable_v<cancellation_registration>);
static_assert(std::is_nothrow_swappable_v<cancellation_registration>);
static_assert(noexcept(std::declval<cancellation_registration&>().unregister()));
static_assert(noexcept(std::declval<cancellation_registration&>().unregister_and_wait()));
static_assert(noexcept(
    std::declval<cancellation_registration&>().unregister_and_wait_until(deadline::never())));
static_assert(noexcept(std::declval<cancellation_registration&>().detach()));
static_assert(noexcept(std::declval<const cancellation_registration&>().token()));
static_assert(!std::is_convertible_v<cancellation_registration, bool>, "explicit");

/// A source whose one callback is inside its call, on another thread.
struct running_callback {
  support::held_call held;
  cancellation_source source;
  cancellation_registration registration = source.token().register_callback([&] { held(); });
  support::running<bool> canceler = support::run([&] { return source.cancel(); });

  running_callback() { held.entered.pass(); }
  ~running_callback() { held.let_go.open(); }
};

TEST(CancellationRegistration, DefaultIsEmpty) {
  cancellation_registration empty;
  EXPECT_FALSE(empty);
  EXPECT_FALSE(empty.unregister());
  empty.unregister_and_wait();
  EXPECT_TRUE(empty.unregister_and_wait_until(deadline::after(0s)));
  empty.detach();
  EXPECT_EQ(empty.token(), cancellation_token());
}

TEST(CancellationRegistration, UnregisterRemovesTheCallbackOnce) {
  cancellation_source source;
  bool ran = false;
  auto registration = source.token().register_callback([&] { ran = true; });
  EXPECT_TRUE(registration);
  EXPECT_TRUE(registration.unregister());
  EXPECT_FALSE(registration);
  EXPECT_FALSE(registration.unregister()) << "true at most once";
  EXPECT_EQ(support::callbacks(source), 0u);
  EXPECT_TRUE(source.cancel());
  EXPECT_FALSE(ran);
}

TEST(CancellationRegistration, EveryWayToUndoRemovesTheCallback) {
  cancellation_source source;
  bool ran = false;
  const auto add = [&] { return source.token().register_callback([&] { ran = true; }); };
  auto a = add();
  a.unregister_and_wait();
  EXPECT_FALSE(a);
  auto b = add();
  EXPECT_TRUE(b.unregister_and_wait_until(deadline::after(0s)));
  EXPECT_FALSE(b);
  { const auto c = add(); }
  EXPECT_EQ(support::callbacks(source), 0u);
  EXPECT_TRUE(source.cancel());
  EXPECT_FALSE(ran);
}

TEST(CancellationRegistration, EachOfTheSameCallableIsItsOwn) {
  cancellation_source source;
  int runs = 0;
  const auto count = [&] { ++runs; };
  std::vector<cancellation_registration> all;
  for (int i = 0; i != 5; ++i) all.push_back(source.token().register_callback(count));
  EXPECT_TRUE(all[0].unregister());
  EXPECT_TRUE(all[2].unregister());
  EXPECT_TRUE(all[4].unregister());
  EXPECT_TRUE(source.cancel());
  EXPECT_EQ(runs, 2);
}

TEST(CancellationRegistration, UnregisterDestroysTheCallback) {
  cancellation_source source;
  auto owned = std::make_shared<int>(0);
  auto registration = source.token().register_callback([owned] {});
  EXPECT_EQ(owned.use_count(), 2);
  EXPECT_TRUE(registration.unregister());
  EXPECT_EQ(owned.use_count(), 1);
}

TEST(CancellationRegistration, CallbackIsDestroyedWithTheRegistrationAfterItRan) {
  cancellation_source source;
  auto owned = std::make_shared<int>(0);
  auto registration = source.token().register_callback([owned] {});
  EXPECT_TRUE(source.cancel());
  EXPECT_FALSE(registration.unregister());
  registration.unregister_and_wait();
  EXPECT_EQ(owned.use_count(), 1);
}

TEST(CancellationRegistration, KnowsItsToken) {
  cancellation_source source;
  const cancellation_token token = source.token();
  auto registration = token.register_callback([] {});
  EXPECT_EQ(registration.token(), token);
  source = cancellation_source();
  EXPECT_EQ(registration.token(), token) << "whatever became of the source";
  EXPECT_TRUE(registration.unregister());
  EXPECT_EQ(registration.token(), cancellation_token()) << "it is empty now";
}

// ---- against a callback that runs on another thread

TEST(CancellationRegistration, UnregisterDoesNotWaitForTheRunningCallback) {
  running_callback r;
  EXPECT_FALSE(r.registration.unregister());
  EXPECT_FALSE(r.registration.unregister());
  EXPECT_FALSE(r.held.left.is_open());
  EXPECT_TRUE(r.registration) << "it can still be waited for";
}

/// Makes a call, on a thread of its own, that has to wait for the running callback.
template <class Call>
void returns_after_the_callback(running_callback& r, Call call) {
  auto waiter = support::run([&] {
    call();
    EXPECT_TRUE(r.held.left.is_open());
  });
  support::wait_until_callback_is_awaited(r.source);
  EXPECT_FALSE(waiter.is_done());
  r.held.let_go.open();
  waiter.get();
  EXPECT_TRUE(r.canceler.get());
}

TEST(CancellationRegistration, UnregisterAndWaitWaitsForTheRunningCallback) {
  running_callback r;
  returns_after_the_callback(r, [&] { r.registration.unregister_and_wait(); });
  EXPECT_FALSE(r.registration);
}

// It has 31 bits; a program may live longer than that.
TEST(CancellationRegistration, TheCountOfCallbacksThatHaveReturnedMayWrap) {
  for (const std::uint32_t before : {1u, 2u, 3u}) {
    cancellation_source source;
    support::wrap_ended_callbacks_after(source, before);
    support::held_call first;
    support::held_call second;
    auto last = source.token().register_callback([] {});
    auto b = source.token().register_callback([&] { second(); });
    auto a = source.token().register_callback([&] { first(); });
    auto canceler = support::run([&] { return source.cancel(); });
    for (auto* call : {&first, &second}) {
      call->entered.pass();
      auto waiter = support::run([&, call] {
        (call == &first ? a : b).unregister_and_wait();
        EXPECT_TRUE(call->left.is_open());
      });
      support::wait_until_callback_is_awaited(source);
      EXPECT_FALSE(waiter.is_done());
      call->let_go.open();
      waiter.get();
    }
    EXPECT_TRUE(canceler.get());
    EXPECT_FALSE(last.unregister());
  }
}

TEST(CancellationRegistration, DestructorWaitsForTheRunningCallback) {
  running_callback r;
  returns_after_the_callback(
      r, [&] { const cancellation_registration mine = std::move(r.registration); });
}

TEST(CancellationRegistration, AssignmentWaitsForTheRunningCallback) {
  running_callback r;
  returns_after_the_callback(r, [&] { r.registration = cancellation_registration(); });
}

TEST(CancellationRegistration, WaitUntilADeadlineGivesUpAndChangesNothing) {
  running_callback r;
  EXPECT_FALSE(r.registration.unregister_and_wait_until(deadline::after(0s)));
  const deadline soon = deadline::after(5ms);
  EXPECT_FALSE(r.registration.unregister_and_wait_until(soon));
  EXPECT_TRUE(soon.has_passed()) << "not early";
  EXPECT_TRUE(r.registration);
  EXPECT_EQ(r.registration.token(), r.source.token());
  EXPECT_FALSE(r.held.left.is_open());
  r.held.let_go.open();
  EXPECT_TRUE(r.registration.unregister_and_wait_until(deadline::after(1h)));
  EXPECT_TRUE(r.held.left.is_open());
  EXPECT_FALSE(r.registration);
  EXPECT_TRUE(r.canceler.get());
}

TEST(CancellationRegistration, SiblingStaysRemovableWhileOneRuns) {
  support::held_call held;
  cancellation_source source;
  auto last = source.token().register_callback([] {});
  auto first = std::make_unique<cancellation_registration>(
      source.token().register_callback([&] { held(); }));
  auto canceler = support::run([&] { source.cancel(); });
  held.entered.pass();
  auto waiter = support::run([&] {
    first.reset();
    EXPECT_TRUE(held.left.is_open());
  });
  support::wait_until_callback_is_awaited(source);
  EXPECT_TRUE(last.unregister()) << "it has not started; nobody waits for it";
  EXPECT_FALSE(held.left.is_open());
  held.let_go.open();
  waiter.get();
  canceler.get();
}

// ---- on the thread that runs the callbacks

TEST(CancellationRegistration, OnTheCancelingThreadNothingWaits) {
  cancellation_source source;
  cancellation_registration own;
  auto older = source.token().register_callback([] {});
  auto finished = source.token().register_callback([] {});
  int calls = 0;
  own = source.token().register_callback([&] {
    EXPECT_FALSE(own.unregister());
    EXPECT_TRUE(own.unregister_and_wait_until(deadline::never()));
    own.unregister_and_wait();
    older.unregister_and_wait();
    ++calls;
  });
  EXPECT_TRUE(source.cancel());
  EXPECT_EQ(calls, 1);
  EXPECT_FALSE(own);
  EXPECT_FALSE(older);
}

TEST(CancellationRegistration, InsideANestedCancelNothingWaits) {
  cancellation_source outer;
  cancellation_source inner;
  cancellation_registration of_outer;
  const auto of_inner = inner.token().register_callback([&] { of_outer.unregister_and_wait(); });
  bool went_on = false;
  of_outer = outer.token().register_callback([&] {
    EXPECT_TRUE(inner.cancel());
    went_on = true;
  });
  EXPECT_TRUE(outer.cancel());
  EXPECT_TRUE(went_on);
}

TEST(CancellationRegistration, OnTheCancelingThreadOfALinkedTreeNothingWaits) {
  cancellation_source parent;
  const auto child = cancellation_source::linked_to(parent.token());
  cancellation_registration of_child;
  bool went_on = false;
  of_child = child.token().register_callback([&] {
    of_child.unregister_and_wait();
    went_on = true;
  });
  EXPECT_TRUE(parent.cancel());
  EXPECT_TRUE(went_on);
}

TEST(CancellationRegistration, MayBeDestroyedByItsCallbackWhichGoesOnUsingItsCaptures) {
  cancellation_source source;
  auto text = std::make_shared<std::vector<int>>(1000, 1);
  auto registration = std::make_unique<cancellation_registration>();
  int sum = 0;
  *registration = source.token().register_callback([&registration, &sum, mine = std::move(text)] {
    registration.reset();
    for (int n : *mine) sum += n;
  });
  EXPECT_TRUE(source.cancel());
  EXPECT_EQ(sum, 1000);
  EXPECT_FALSE(registration);
}

// ---- lifetime

TEST(CancellationRegistration, OutlivesTokenAndSource) {
  auto owned = std::make_shared<int>(0);
  cancellation_registration registration;
  {
    const cancellation_source source;
    registration = source.token().register_callback([owned] {});
  }
  EXPECT_TRUE(registration);
  EXPECT_FALSE(registration.token().is_cancellation_requested());
  EXPECT_TRUE(registration.unregister());
  EXPECT_EQ(owned.use_count(), 1);
}

TEST(CancellationRegistration, MoveCarriesTheCallback) {
  cancellation_source source;
  int runs = 0;
  auto a = source.token().register_callback([&] { ++runs; });
  cancellation_registration b = std::move(a);
  EXPECT_FALSE(a);  // NOLINT(bugprone-use-after-move)
  EXPECT_FALSE(a.unregister());
  EXPECT_EQ(a.token(), cancellation_token());
  EXPECT_TRUE(b);
  swap(a, b);
  EXPECT_TRUE(a);
  EXPECT_FALSE(b);
  b = std::move(a);
  auto& self = b;
  b = std::move(self);
  EXPECT_TRUE(b);
  EXPECT_TRUE(source.cancel());
  EXPECT_EQ(runs, 1);
}

TEST(CancellationRegistration, AssignmentRemovesTheCallbackBefore) {
  cancellation_source source;
  bool first = false;
  bool second = false;
  auto registration = source.token().register_callback([&] { first = true; });
  registration = source.token().register_callback([&] { second = true; });
  EXPECT_TRUE(source.cancel());
  EXPECT_FALSE(first);
  EXPECT_TRUE(second);
}

TEST(CancellationRegistration, DetachedCallbackStaysWithTheState) {
  cancellation_source source;
  auto owned = std::make_shared<int>(0);
  int runs = 0;
  auto registration = source.token().register_callback([&runs, owned] { ++runs; });
  registration.detach();
  EXPECT_FALSE(registration);
  EXPECT_FALSE(registration.unregister());
  EXPECT_EQ(registration.token(), cancellation_token());
  EXPECT_TRUE(source.cancel());
  EXPECT_EQ(runs, 1);
  EXPECT_EQ(owned.use_count(), 1) << "destroyed once it ran";
}

TEST(CancellationRegistration, DetachedCallbackIsDestroyedWithTheState) {
  auto owned = std::make_shared<int>(0);
  bool ran = false;
  {
    const cancellation_source source;
    source.token().register_callback([&ran, owned] { ran = true; }).detach();
    EXPECT_EQ(owned.use_count(), 2);
  }
  EXPECT_EQ(owned.use_count(), 1);
  EXPECT_FALSE(ran);
}

TEST(CancellationRegistration, MayBeDetachedByItsCallback) {
  cancellation_source source;
  auto owned = std::make_shared<int>(5);
  cancellation_registration registration;
  int seen = 0;
  registration = source.token().register_callback([&, owned] {
    registration.detach();
    seen = *owned;
  });
  EXPECT_TRUE(source.cancel());
  EXPECT_EQ(seen, 5);
  EXPECT_EQ(owned.use_count(), 1);
}

TEST(CancellationRegistration, CallbackMayOwnWhatHoldsItsRegistration) {
  struct session {
    cancellation_registration registration;
  };
  cancellation_source source;
  auto s = std::make_shared<session>();
  s->registration = source.token().register_callback([s] {});
  std::weak_ptr<session> watch = s;
  session* raw = s.get();
  s.reset();
  EXPECT_FALSE(watch.expired());
  EXPECT_TRUE(raw->registration.unregister()) << "destroys the callback, the session and itself";
  EXPECT_TRUE(watch.expired());
}

}  // namespace
