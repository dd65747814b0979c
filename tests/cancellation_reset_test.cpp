// SPDX-License-Identifier: BSL-1.0
#include <abide/cancellation.hpp>
#include <abide/wait.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

#include "support/callback_probe.hpp"
#include "support/descriptors.hpp"
#include "support/long_form.hpp"
#include "support/race.hpp"
#include "support/rendezvous.hpp"
#include "support/running.hpp"
#include "support/state_probe.hpp"

// try_reset(): true if the source was neither canceled nor expired; then nothing is registered with
// it any more, nothing of that has been called, and its tokens are live again.

namespace {

using namespace std::chrono_literals;
using abide::cancellation_source;
using abide::cancellation_token;
using abide::deadline;

/// Whether a destructor ran; to be captured by a callback.
struct death_note {
  explicit death_note(bool& flag) : dead(&flag) {}
  death_note(death_note&& other) noexcept : dead(std::exchange(other.dead, nullptr)) {}
  ~death_note() {
    if (dead != nullptr) *dead = true;
  }
  bool* dead;
};

TEST(CancellationReset, DropsRegistrationsWithoutACall) {
  cancellation_source source;
  bool ran = false;
  auto kept = source.token().register_callback([&] { ran = true; });
  abide::cancellation_callback in_place(source.token(), [&] { ran = true; });
  source.token().register_callback([&] { ran = true; }).detach();
  EXPECT_EQ(support::callbacks(source), 3u);
  EXPECT_TRUE(source.try_reset());
  EXPECT_EQ(support::callbacks(source), 0u);
  EXPECT_FALSE(kept.unregister()) << "it was removed before";
  EXPECT_EQ(kept.token(), source.token());
  kept.unregister_and_wait();
  EXPECT_TRUE(source.cancel());
  EXPECT_FALSE(ran);
}

TEST(CancellationReset, DestroysWhatADetachedCallbackHolds) {
  cancellation_source source;
  bool dead = false;
  source.token().register_callback([note = death_note(dead)] {}).detach();
  EXPECT_FALSE(dead);
  EXPECT_TRUE(source.try_reset());
  EXPECT_TRUE(dead);
}

TEST(CancellationReset, KeepsWhatARegistrationHoldsUntilItGoes) {
  cancellation_source source;
  bool dead = false;
  auto registration = source.token().register_callback([note = death_note(dead)] {});
  EXPECT_TRUE(source.try_reset());
  EXPECT_FALSE(dead);
  registration = {};
  EXPECT_TRUE(dead);
}

TEST(CancellationReset, KeepsTheTokensAndMakesThemLive) {
  cancellation_source source;
  const cancellation_token token = source.token();
  const auto handle = token.native_handle();
  EXPECT_TRUE(source.try_reset());
  EXPECT_EQ(source.token(), token);
  EXPECT_TRUE(token.can_be_canceled());
  EXPECT_EQ(token.native_handle(), handle);
  int runs = 0;
  const auto registration = token.register_callback([&] { ++runs; });
  EXPECT_TRUE(source.cancel());
  EXPECT_TRUE(token.is_cancellation_requested());
  EXPECT_TRUE(support::is_readable(handle));
  EXPECT_EQ(runs, 1);
}

TEST(CancellationReset, LeavesQueuedWaitsQueued) {
  cancellation_source source;
  const cancellation_token token = source.token();
  auto waiter = support::run([&] { abide::wait(token); });
  support::wait_until_queued(token, 1);
  EXPECT_TRUE(source.try_reset());
  EXPECT_EQ(support::queued(token), 1u);
  EXPECT_FALSE(waiter.is_done());
  EXPECT_TRUE(source.cancel());
  waiter.get();
}

TEST(CancellationReset, DropsTheLinksToIt) {
  cancellation_source parent;
  cancellation_source other;
  cancellation_source child = cancellation_source::linked_to(parent.token(), other.token());
  EXPECT_TRUE(parent.try_reset());
  EXPECT_EQ(support::children(parent), 0u);
  EXPECT_TRUE(parent.cancel());
  EXPECT_FALSE(child.is_cancellation_requested());
  EXPECT_TRUE(other.cancel());
  EXPECT_TRUE(child.is_cancellation_requested()) << "the other link stays";
}

TEST(CancellationReset, ChildNoLongerAsksTheParent) {
  cancellation_source parent(deadline::after(1h));
  cancellation_token orphan;
  {
    const cancellation_source child = cancellation_source::linked_to(parent.token());
    orphan = child.token();
  }
  EXPECT_TRUE(orphan.can_be_canceled());
  EXPECT_EQ(orphan.expires_at(), parent.token().expires_at());
  EXPECT_TRUE(parent.try_reset());
  EXPECT_FALSE(orphan.can_be_canceled());
  EXPECT_TRUE(orphan.expires_at().is_never());
  parent.cancel_at(deadline::after(1h));
  EXPECT_TRUE(orphan.expires_at().is_never());
}

// A child that is canceled has left its parent, which still drops the link.
TEST(CancellationReset, CanceledChildNoLongerAsksTheParent) {
  cancellation_source parent;
  cancellation_source child = cancellation_source::linked_to(parent.token());
  EXPECT_TRUE(child.cancel());
  EXPECT_TRUE(parent.try_reset());
  parent.cancel_at(deadline::after(1h));
  EXPECT_TRUE(child.token().expires_at().is_never());
  EXPECT_TRUE(parent.cancel());
  EXPECT_FALSE(abide::operation_canceled(parent.token()).caused_by(child.token()));
}

TEST(CancellationReset, KeepsItsOwnLinks) {
  cancellation_source parent;
  cancellation_source child = cancellation_source::linked_to(parent.token());
  EXPECT_TRUE(child.try_reset());
  EXPECT_TRUE(parent.cancel(std::errc::io_error));
  EXPECT_TRUE(child.is_cancellation_requested());
  EXPECT_EQ(child.token().reason(), std::errc::io_error);
}

TEST(CancellationReset, NewChildrenFollowAgain) {
  cancellation_source parent;
  const cancellation_source before = cancellation_source::linked_to(parent.token());
  EXPECT_TRUE(parent.try_reset());
  const cancellation_source after = cancellation_source::linked_to(parent.token());
  EXPECT_TRUE(parent.cancel());
  EXPECT_FALSE(before.is_cancellation_requested());
  EXPECT_TRUE(after.is_cancellation_requested());
}

TEST(CancellationReset, DisarmsTheDeadline) {
  cancellation_source source(1h);
  EXPECT_TRUE(support::is_armed(source));
  EXPECT_TRUE(source.try_reset());
  EXPECT_FALSE(support::is_armed(source));
  EXPECT_TRUE(source.token().expires_at().is_never());
  EXPECT_FALSE(source.is_cancellation_requested());
  source.cancel_after(0s);
  abide::wait(source.token());
  EXPECT_EQ(source.token().reason(), std::errc::timed_out);
}

TEST(CancellationReset, MayBeRepeated) {
  cancellation_source source(1h);
  EXPECT_TRUE(source.try_reset());
  EXPECT_TRUE(source.try_reset());
  source.cancel_after(1h);
  EXPECT_TRUE(source.try_reset());
}

TEST(CancellationReset, IsFalseOnceCanceled) {
  cancellation_source source;
  EXPECT_TRUE(source.cancel(std::errc::io_error));
  EXPECT_FALSE(source.try_reset());
  EXPECT_TRUE(source.is_cancellation_requested());
  EXPECT_EQ(source.token().reason(), std::errc::io_error);
}

TEST(CancellationReset, IsFalseOnceAParentCanceledIt) {
  cancellation_source parent;
  cancellation_source child = cancellation_source::linked_to(parent.token());
  EXPECT_TRUE(parent.cancel());
  EXPECT_FALSE(child.try_reset());
}

TEST(CancellationReset, IsFalseInsideItsOwnCallbacks) {
  cancellation_source source;
  bool reset = true;
  bool later_ran = false;
  const auto later = source.token().register_callback([&] { later_ran = true; });
  const auto first = source.token().register_callback([&] { reset = source.try_reset(); });
  EXPECT_TRUE(source.cancel());
  EXPECT_FALSE(reset);
  EXPECT_TRUE(later_ran) << "nothing was dropped";
}

TEST(CancellationReset, IsFalseOnceTheDeadlineHasPassedThoughTheTimerThreadIsBusy) {
  support::held_call busy;
  cancellation_source blocker;
  const auto held = blocker.token().register_callback([&] { busy(); });
  cancellation_source source;
  int runs = 0;
  const auto registration = source.token().register_callback([&] { ++runs; });
  blocker.cancel_after(0s);
  busy.entered.pass();  // on the timer thread, which can fire nothing else now
  const auto soon = deadline::after(1ms);
  source.cancel_at(soon);
  while (!soon.has_passed()) std::this_thread::yield();
  EXPECT_FALSE(source.try_reset());
  EXPECT_EQ(support::callbacks(source), 1u) << "nothing has changed";
  source.cancel_after(1h);  // too late as well
  busy.let_go.open();
  abide::wait(source.token());
  EXPECT_EQ(source.token().reason(), std::errc::timed_out);
  abide::wait(blocker.token());
}

TEST(CancellationReset, IsFalseWhileItExpires) {
  support::held_call busy;
  cancellation_source source;
  const auto registration = source.token().register_callback([&] { busy(); });
  source.cancel_after(0s);
  busy.entered.pass();
  EXPECT_FALSE(source.try_reset());
  busy.let_go.open();
}

// A callback that owns another registration of the same source: dropping the one destroys the
// other while the source is at it.
TEST(CancellationReset, DroppedCallbackMayDestroyAnInPlaceOne) {
  cancellation_source source;
  const auto nothing = [] {};
  auto inner =
      std::make_unique<abide::cancellation_callback<decltype(nothing)>>(source.token(), nothing);
  source.token().register_callback([owned = std::move(inner)] {}).detach();
  EXPECT_TRUE(source.try_reset());
  EXPECT_EQ(support::callbacks(source), 0u);
}

TEST(CancellationReset, DroppedCallbackMayDestroyARegistration) {
  cancellation_source source;
  bool dead = false;
  auto inner = std::make_unique<abide::cancellation_registration>(
      source.token().register_callback([note = death_note(dead)] {}));
  source.token().register_callback([owned = std::move(inner)] {}).detach();
  EXPECT_TRUE(source.try_reset());
  EXPECT_TRUE(dead);
}

struct reset_meets_the_end_of_a_callback {
  cancellation_source source;
  bool ran = false;
  bool reset = false;
  abide::cancellation_registration on_heap = source.token().register_callback([&] { ran = true; });
  std::optional<abide::cancellation_callback<std::function<void()>>> in_place{
      std::in_place, source.token(), [&] { ran = true; }};

  void here() { reset = source.try_reset(); }
  void there() {
    in_place.reset();
    on_heap = {};
  }
  void check() {
    EXPECT_TRUE(reset);
    EXPECT_FALSE(ran);
    EXPECT_EQ(support::callbacks(source), 0u);
  }
};
TEST(CancellationReset, MeetsTheEndOfACallback) {
  support::race<reset_meets_the_end_of_a_callback>(support::rounds(5000, 1'000'000));
}

// Whatever the order of the two, the source does not keep a deadline that nobody will call in.
struct reset_meets_a_new_deadline {
  cancellation_source source{1h};
  bool reset = false;

  void here() { reset = source.try_reset(); }
  void there() { source.cancel_after(30min); }
  void check() {
    EXPECT_TRUE(reset);
    EXPECT_EQ(source.token().expires_at().is_never(), !support::is_armed(source));
  }
};
TEST(CancellationReset, MeetsANewDeadline) {
  support::race<reset_meets_a_new_deadline>(support::rounds(5000, 1'000'000));
}

struct reset_meets_a_cancel {
  cancellation_source source;
  int runs = 0;
  bool reset = false;
  bool canceled = false;
  abide::cancellation_registration registration = source.token().register_callback([&] { ++runs; });
  cancellation_source child = cancellation_source::linked_to(source.token());

  void here() { reset = source.try_reset(); }
  void there() { canceled = source.cancel(); }
  void check() {
    EXPECT_TRUE(canceled) << "a reset source can be canceled like a new one";
    EXPECT_EQ(runs, reset ? 0 : 1);
    EXPECT_EQ(child.is_cancellation_requested(), !reset);
    EXPECT_TRUE(source.is_cancellation_requested());
  }
};
TEST(CancellationReset, MeetsACancel) {
  support::race<reset_meets_a_cancel>(support::rounds(5000, 1'000'000));
}

}  // namespace
