// SPDX-License-Identifier: BSL-1.0
#include <abide/abide.hpp>

#include <chrono>
#include <functional>
#include <memory>

#include "support.hpp"
#include "verify.hpp"

// Callbacks run once or are removed, never both, and never after unregister_and_wait() returned;
// trees are marked before they are told (P10).

namespace {

using abide::cancellation_callback;
using abide::cancellation_source;
using model::later;

TEST(ModelCancellation, CallbackDestructorAgainstInvocation) {
  model::exhaust("callback destructor against invocation", 3, [] {
    cancellation_source source;
    model::thread canceler("cancel", [&] { source.cancel(); });
    auto alive = std::make_unique<model::plain<int>>(1);
    {
      auto* const raw = alive.get();
      const cancellation_callback callback(source.token(), [raw] { *raw = *raw + 1; });
    }
    alive.reset();  // the callback is not running and never will
  });
}

TEST(ModelCancellation, UnregisterIsTrueExactlyIfTheCallbackNeverRuns) {
  model::exhaust("unregister() against cancel()", 3, [] {
    cancellation_source source;
    int runs = 0;
    bool removed = false;
    {
      auto registration = source.token().register_callback([&] { ++runs; });
      model::thread canceler("cancel", [&] { source.cancel(); });
      removed = registration.unregister();
      canceler.join();
    }
    model::check((runs == 0) == removed && runs <= 1, "once, or removed");
  });
}

TEST(ModelCancellation, CallbackRegisteredDuringACancelRunsOnce) {
  model::exhaust("register_callback() against cancel()", 3, [] {
    cancellation_source source;
    int runs = 0;
    model::thread canceler("cancel", [&] { source.cancel(); });
    auto registration = source.token().register_callback([&] { ++runs; });
    model::join_all();
    model::check(runs == 1, "exactly once");
  });
}

TEST(ModelCancellation, TimedUnregisterGivesUpWhileTheCallbackRuns) {
  model::exhaust("unregister_and_wait_until() against a running callback", 3, [] {
    cancellation_source source;
    model::plain<int> value(0);
    auto registration = source.token().register_callback([&] { value = 1; });
    model::thread canceler("cancel", [&] { source.cancel(); });
    if (registration.unregister_and_wait_until(later())) value = 2;
    registration.unregister_and_wait();
    value = 3;
  });
}

TEST(ModelCancellation, LinkedChildDiesWhileItsParentIsCanceled) {
  model::exhaust("a linked child dies while the parent is canceled", 3, [] {
    cancellation_source parent;
    auto child =
        std::make_unique<cancellation_source>(cancellation_source::linked_to(parent.token()));
    model::thread canceler("cancel", [&] { parent.cancel(); });
    child.reset();
  });
}

TEST(ModelCancellation, LinkMadeDuringACancelIsCanceled) {
  model::exhaust("linked_to() against cancel()", 3, [] {
    cancellation_source parent;
    model::thread canceler("cancel", [&] { parent.cancel(); });
    auto child = cancellation_source::linked_to(parent.token());
    canceler.join();
    model::check(child.is_cancellation_requested(), "it follows its parent");
    model::check(child.token().origin() == parent.token(), "and knows it");
  });
}

TEST(ModelCancellation, TreeShowsTheCancelBeforeACallbackRuns) {
  model::exhaust("two cancels that meet in one tree", 3, [] {
    cancellation_source root;
    auto middle = cancellation_source::linked_to(root.token());
    auto leaf = cancellation_source::linked_to(middle.token());
    bool shown = true;
    const cancellation_callback callback(root.token(), [&] {
      shown = middle.is_cancellation_requested() && leaf.is_cancellation_requested();
    });
    model::thread other("cancel the middle", [&] { middle.cancel(); });
    root.cancel();
    model::join_all();
    model::check(shown, "all that follow show the cancel");
  });
}

TEST(ModelCancellation, TreeShowsACancelThatAChildBeganInItsHandle) {
  model::exhaust("a child cancels itself while its parent is canceled", 3, [] {
    cancellation_source parent;
    auto child = cancellation_source::linked_to(parent.token());
    const abide::os_handle handle(child.token().native_handle());
    model::thread other("cancel the child", [&] { child.cancel(); });
    bool shown = true;
    {
      const cancellation_callback callback(
          parent.token(), [&] { shown = abide::wait_for(std::chrono::nanoseconds(0), handle); });
      parent.cancel();
    }
    model::join_all();
    model::check(shown, "its handle is readable before a callback of the parent runs");
  });
}

TEST(ModelCancellation, LateCallbackSeesTheWholeTreeCanceled) {
  model::exhaust("a callback registered during the cancel of a tree", 3, [] {
    cancellation_source parent;
    auto child = cancellation_source::linked_to(parent.token());
    model::thread canceler("cancel", [&] { parent.cancel(); });
    bool shown = true;
    {
      const cancellation_callback late(parent.token(),
                                       [&] { shown = child.is_cancellation_requested(); });
      canceler.join();
    }
    model::check(shown, "whoever runs it, all that follow show the cancel");
  });
}

TEST(ModelCancellation, ResetAgainstCancelDropsOrRunsTheCallback) {
  model::exhaust("try_reset() against cancel()", 3, [] {
    cancellation_source source;
    int runs = 0;
    bool reset = false;
    {
      auto registration = source.token().register_callback([&] { ++runs; });
      model::thread canceler("cancel", [&] { source.cancel(); });
      reset = source.try_reset();
      canceler.join();
      model::check(source.is_cancellation_requested(), "a cancel is never undone");
    }
    model::check(runs == (reset ? 0 : 1), "dropped by the reset, or run by the cancel");
  });
}

TEST(ModelCancellation, LinkToTwoParentsMadeDuringACancelIsWhole) {
  model::exhaust("linked_to() two parents against the cancel of the first", 3, [] {
    cancellation_source first;
    cancellation_source second;
    model::thread canceler("cancel the first", [&] { first.cancel(); });
    {
      auto child = cancellation_source::linked_to(first.token(), second.token());
      canceler.join();
      model::check(child.is_cancellation_requested(), "it follows its parents");
    }
    second.cancel();  // finds no link left
  });
}

TEST(ModelCancellation, CallbackInPlaceMayGoWhileItsSourceIsReset) {
  model::exhaust("callback destructors against try_reset()", 3, [] {
    cancellation_source source;
    int runs = 0;
    auto first = std::make_unique<cancellation_callback<std::function<void()>>>(source.token(),
                                                                                [&] { ++runs; });
    auto second = std::make_unique<cancellation_callback<std::function<void()>>>(source.token(),
                                                                                 [&] { ++runs; });
    model::thread resetter("try_reset", [&] { (void)source.try_reset(); });
    second.reset();
    first.reset();
    model::join_all();
    model::check(runs == 0, "dropped without a call");
  });
}

}  // namespace
