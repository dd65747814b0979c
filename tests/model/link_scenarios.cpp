// SPDX-License-Identifier: BSL-1.0
#include <abide/abide.hpp>

#include <memory>
#include <utility>

#include "support.hpp"
#include "verify.hpp"

// Links while either end goes: nobody is told twice, nothing is touched after its end, nothing is
// left behind (P12). The heap of the checker catches what is touched too late or left.

namespace {

using abide::cancellation_callback;
using abide::cancellation_source;
using abide::cancellation_token;

std::unique_ptr<cancellation_source> child_of(const cancellation_source& parent) {
  return std::make_unique<cancellation_source>(cancellation_source::linked_to(parent.token()));
}

TEST(ModelLink, CallbackOfAChildGoesWhileTheParentTellsIt) {
  model::exhaust("a child and its callback go while the parent is canceled", 3, [] {
    cancellation_source parent;
    auto child = child_of(parent);
    auto alive = std::make_unique<model::plain<int>>(0);
    model::thread canceler("cancel", [&] { parent.cancel(); });
    {
      auto* const runs = alive.get();
      const cancellation_callback callback(child->token(), [runs] { *runs = *runs + 1; });
    }
    model::check(*alive <= 1, "told once at most");
    alive.reset();  // the callback is not running and never will
    child.reset();
  });
}

// A callback that nobody holds belongs to the child: who drops the last reference, the body or the
// cancel that took one to tell it, destroys it.
TEST(ModelLink, LastReferenceToAChildIsDroppedByEitherSide) {
  model::scenario s("the last reference to a child is dropped while the parent is canceled");
  s.bound(3).warm_up(model::warm_thread);
  const auto result = model::verify(s, [] {
    cancellation_source parent;
    auto child = child_of(parent);
    int runs = 0;
    auto held = std::make_shared<int>(0);
    child->token().register_callback([&runs, held] { ++runs; }).detach();
    model::thread canceler("cancel", [&] { parent.cancel(); });
    child.reset();
    model::join_all();
    model::check(held.use_count() == 1, "the callback is gone with its child");
    model::outcome({runs});
  });
  EXPECT_EQ(result.outcomes, (std::set<std::string>{"0", "1"}));
}

TEST(ModelLink, TwoChildrenGoWhileTheParentIsCanceled) {
  model::exhaust("two children go while the parent is canceled", 2, [] {
    cancellation_source parent;
    auto first = child_of(parent);
    auto second = child_of(parent);
    model::thread canceler("cancel", [&] { parent.cancel(); });
    model::thread dropper("drop the first", [&] { first.reset(); });
    second.reset();
  });
}

TEST(ModelLink, ChildGoesWhileItsParentIsReset) {
  model::exhaust("a child goes while the parent is reset", 3, [] {
    cancellation_source parent;
    auto child = child_of(parent);
    const auto other = child_of(parent);
    model::thread resetter("try_reset", [&] { (void)parent.try_reset(); });
    child.reset();
    model::join_all();
    parent.cancel();  // finds no link
    model::check(!other->is_cancellation_requested(), "the reset dropped the link");
  });
}

TEST(ModelLink, LinkMadeDuringAResetFollowsExactlyIfItSaysSo) {
  model::exhaust("linked_to() against try_reset()", 3, [] {
    cancellation_source parent;
    model::thread resetter("try_reset", [&] { (void)parent.try_reset(); });
    const auto token = cancellation_source::linked_to(parent.token()).token();
    model::join_all();
    const bool follows = token.can_be_canceled();
    parent.cancel();
    model::check(token.is_cancellation_requested() == follows, "the reset came first, or last");
  });
}

TEST(ModelLink, WhoSeesTheCancelOfAnAncestorResetsNothing) {
  model::exhaust("try_reset() of a child against the cancel of its parent", 3, [] {
    cancellation_source parent;
    const auto child = cancellation_source::linked_to(parent.token());
    const auto grandchild = cancellation_source::linked_to(child.token());
    int runs = 0;
    const auto registration = child.token().register_callback([&] { ++runs; });
    model::thread canceler("cancel", [&] { parent.cancel(); });
    const bool late = parent.is_cancellation_requested();
    auto resetting = child;
    const bool reset = resetting.try_reset();
    model::join_all();
    model::check(!late || !reset, "the cancel came first");
    model::check(runs == (reset ? 0 : 1), "dropped by the reset, or run by the cancel");
    model::check(grandchild.is_cancellation_requested() == !reset, "so is the link");
    model::check(child.is_cancellation_requested(), "its own link stays");
  });
}

TEST(ModelLink, ChildAndParentGoAtTheSameTime) {
  model::exhaust("a child and its parent go at the same time", 3, [] {
    auto parent = std::make_unique<cancellation_source>();
    auto child = child_of(*parent);
    model::thread dropper("drop the parent", [&] { parent.reset(); });
    child.reset();
  });
}

TEST(ModelLink, LinkOutlivesTheSourceOfTheChild) {
  model::exhaust("a wait on a linked token whose source goes", 3, [] {
    cancellation_source parent;
    auto child = child_of(parent);
    auto token = child->token();
    model::thread canceler("cancel", [&] { parent.cancel(std::errc::io_error); });
    child.reset();
    abide::wait(token);
    model::check(token.reason() == std::errc::io_error, "the reason of the parent");
    model::check(token.origin() == parent.token(), "and its origin");
    token = {};
  });
}

// The leaf owns its ancestors: its end lets go of a whole chain while that is marked.
TEST(ModelLink, ChainIsDroppedWhileItIsMarked) {
  model::exhaust("a chain is dropped while it is marked", 3, [] {
    cancellation_source root;
    auto middle = child_of(root);
    auto leaf = child_of(*middle);
    middle.reset();
    model::thread canceler("cancel", [&] { root.cancel(); });
    leaf.reset();
  });
}

// Both parents list it; either may be marking it while the other is.
TEST(ModelLink, ChildOfTwoParentsIsCanceledOnce) {
  model::exhaust("a child whose two parents are canceled at once", 3, [] {
    cancellation_source first;
    cancellation_source second;
    auto child = std::make_unique<cancellation_source>(
        cancellation_source::linked_to(first.token(), second.token()));
    int runs = 0;
    {
      auto registration = child->token().register_callback([&] { ++runs; });
      model::thread canceler("cancel the first", [&] { first.cancel(); });
      second.cancel();
      model::join_all();
      const auto origin = child->token().origin();
      model::check(origin == first.token() || origin == second.token(), "one of them did it");
    }
    model::check(runs == 1, "its callback ran once");
  });
}

}  // namespace
