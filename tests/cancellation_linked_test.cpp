// SPDX-License-Identifier: BSL-1.0
#include <abide/cancellation.hpp>
#include <abide/manual_reset_event.hpp>
#include <abide/wait.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

#include "support/callback_probe.hpp"
#include "support/rendezvous.hpp"
#include "support/running.hpp"
#include "support/state_probe.hpp"

// P12: a link lives as long as anybody who follows it, and leaves nothing behind.

namespace {

using namespace std::chrono_literals;
using abide::cancellation_source;
using abide::cancellation_token;
using token_span = std::span<const cancellation_token>;

TEST(CancellationLinked, FollowsItsParentAndNotTheOtherWayRound) {
  cancellation_source parent;
  cancellation_source child = cancellation_source::linked_to(parent.token());
  EXPECT_NE(child, parent);
  EXPECT_FALSE(child.is_cancellation_requested());
  EXPECT_TRUE(child.cancel());
  EXPECT_FALSE(parent.is_cancellation_requested());
  cancellation_source other = cancellation_source::linked_to(parent.token());
  EXPECT_TRUE(parent.cancel());
  EXPECT_TRUE(other.is_cancellation_requested());
  EXPECT_FALSE(other.cancel()) << "the parent did it";
}

TEST(CancellationLinked, FollowsAnyOfSeveralParents) {
  for (std::size_t which = 0; which != 20; ++which) {
    std::vector<cancellation_source> parents(20);
    std::vector<cancellation_token> tokens;
    for (const auto& p : parents) tokens.push_back(p.token());
    const auto child = cancellation_source::linked_to(token_span(tokens));
    EXPECT_TRUE(parents[which].cancel());
    EXPECT_TRUE(child.is_cancellation_requested());
    EXPECT_EQ(child.token().origin(), tokens[which]);
    for (std::size_t i = 0; i != 20; ++i) {
      EXPECT_EQ(parents[i].is_cancellation_requested(), i == which);
      EXPECT_EQ(support::children(parents[i]), 0u) << "a canceled child stays nowhere";
    }
  }
}

TEST(CancellationLinked, TakesAnyNumberOfTokens) {
  cancellation_source a;
  cancellation_source b;
  cancellation_source c;
  const cancellation_token tokens[] = {a.token(), b.token(), c.token()};
  const auto one = cancellation_source::linked_to(a.token());
  const auto three = cancellation_source::linked_to(a.token(), tokens[1], c.get_token());
  const auto of_span = cancellation_source::linked_to(token_span(tokens));
  const auto of_vector = cancellation_source::linked_to(std::vector{a.token(), c.token()});
  EXPECT_TRUE(c.cancel());
  EXPECT_FALSE(one.is_cancellation_requested());
  EXPECT_TRUE(three.is_cancellation_requested());
  EXPECT_TRUE(of_span.is_cancellation_requested());
  EXPECT_TRUE(of_vector.is_cancellation_requested());
}

TEST(CancellationLinked, WithoutATokenItIsInvalidArgument) {
  EXPECT_THROW((void)cancellation_source::linked_to(token_span()), std::invalid_argument);
  EXPECT_THROW((void)cancellation_source::linked_to(std::vector<cancellation_token>()),
               std::invalid_argument);
}

template <class... T>
concept links_to = requires(const T&... tokens) {
  cancellation_source::linked_to(tokens...);
};
static_assert(links_to<cancellation_token>);
static_assert(!links_to<>, "at least one");
static_assert(!links_to<cancellation_source>, "to tokens");

TEST(CancellationLinked, ToNoneItIsAPlainSource) {
  cancellation_source child = cancellation_source::linked_to(cancellation_token());
  const auto all_none = cancellation_source::linked_to(cancellation_token(), cancellation_token());
  EXPECT_TRUE(child.token().can_be_canceled());
  EXPECT_FALSE(all_none.is_cancellation_requested());
  EXPECT_TRUE(child.cancel());
  EXPECT_TRUE(child.is_cancellation_requested());
}

TEST(CancellationLinked, NoneAmongTheParentsIsSkipped) {
  cancellation_source parent;
  const auto child =
      cancellation_source::linked_to(cancellation_token(), parent.token(), cancellation_token());
  EXPECT_TRUE(parent.cancel());
  EXPECT_TRUE(child.is_cancellation_requested());
}

TEST(CancellationLinked, ToACanceledParentItIsCanceledOnReturn) {
  cancellation_source live;
  cancellation_source canceled;
  EXPECT_TRUE(canceled.cancel(std::errc::io_error));
  for (int where = 0; where != 3; ++where) {
    std::vector<cancellation_token> tokens(2, live.token());
    tokens.insert(tokens.begin() + where, canceled.token());
    cancellation_source child = cancellation_source::linked_to(token_span(tokens));
    EXPECT_TRUE(child.is_cancellation_requested());
    EXPECT_EQ(child.token().reason(), std::errc::io_error);
    EXPECT_EQ(child.token().origin(), canceled.token());
    EXPECT_EQ(support::children(live), 0u);
    EXPECT_FALSE(child.cancel());
    bool ran = false;
    const auto registration = child.token().register_callback([&] { ran = true; });
    EXPECT_TRUE(ran);
    const auto grandchild = cancellation_source::linked_to(child.token());
    EXPECT_EQ(grandchild.token().origin(), canceled.token());
  }
}

TEST(CancellationLinked, FirstOfTwoCanceledParentsIsTheOrigin) {
  cancellation_source a;
  cancellation_source b;
  EXPECT_TRUE(b.cancel());
  EXPECT_TRUE(a.cancel());
  EXPECT_EQ(cancellation_source::linked_to(a.token(), b.token()).token().origin(), a.token());
}

TEST(CancellationLinked, ParentMayBeListedTwice) {
  cancellation_source parent;
  std::optional child = cancellation_source::linked_to(parent.token(), parent.token());
  EXPECT_EQ(support::children(parent), 2u);
  int runs = 0;
  const auto registration = child->token().register_callback([&] { ++runs; });
  auto second = std::make_optional(cancellation_source::linked_to(parent.token(), parent.token()));
  second.reset();
  EXPECT_EQ(support::children(parent), 2u);
  EXPECT_TRUE(parent.cancel());
  EXPECT_TRUE(child->is_cancellation_requested());
  EXPECT_EQ(runs, 1);
}

TEST(CancellationLinked, DiamondIsCanceledOnce) {
  cancellation_source top;
  const auto left = cancellation_source::linked_to(top.token());
  const auto right = cancellation_source::linked_to(top.token());
  const auto bottom = cancellation_source::linked_to(left.token(), right.token(), top.token());
  int runs = 0;
  const auto registration = bottom.token().register_callback([&] { ++runs; });
  EXPECT_TRUE(top.cancel());
  EXPECT_EQ(runs, 1);
  EXPECT_EQ(bottom.token().origin(), top.token());
}

TEST(CancellationLinked, WaitsAndCallbacksOfTheWholeTreeAreCanceled) {
  cancellation_source parent;
  const auto child = cancellation_source::linked_to(parent.token());
  const auto grandchild = cancellation_source::linked_to(child.token());
  abide::manual_reset_event never;
  auto waiter = support::run([&] { never.wait(grandchild.token()); });
  support::wait_until_queued(never, 1);
  std::vector<int> ran;
  const auto a = grandchild.token().register_callback([&] { ran.push_back(2); });
  const auto b = child.token().register_callback([&] { ran.push_back(1); });
  const auto c = parent.token().register_callback([&] { ran.push_back(0); });
  EXPECT_TRUE(parent.cancel());
  EXPECT_EQ(ran, (std::vector{0, 1, 2})) << "parents first";
  EXPECT_THROW(waiter.get(), abide::operation_canceled);
}

// ---- the link outlives the source object

TEST(CancellationLinked, FollowsWhileATokenOfItLives) {
  cancellation_source parent;
  cancellation_token token;
  {
    const auto middle = cancellation_source::linked_to(parent.token());
    const auto child = cancellation_source::linked_to(middle.token());
    token = child.token();
  }
  EXPECT_TRUE(parent.cancel(std::errc::io_error));
  EXPECT_TRUE(token.is_cancellation_requested()) << "through a link whose source is gone";
  EXPECT_EQ(token.reason(), std::errc::io_error);
}

TEST(CancellationLinked, FollowsWhileARegistrationOfItLives) {
  cancellation_source parent;
  bool ran = false;
  abide::cancellation_registration registration;
  {
    const auto child = cancellation_source::linked_to(parent.token());
    registration = child.token().register_callback([&] { ran = true; });
  }
  EXPECT_TRUE(parent.cancel());
  EXPECT_TRUE(ran);
}

TEST(CancellationLinked, FollowsWhileAWaitOfItLasts) {
  cancellation_source parent;
  abide::manual_reset_event never;
  auto waiter =
      support::run([&] { never.wait(cancellation_source::linked_to(parent.token()).token()); });
  support::wait_until_queued(never, 1);
  EXPECT_TRUE(parent.cancel());
  EXPECT_THROW(waiter.get(), abide::operation_canceled);
}

TEST(CancellationLinked, ParentMayGoFirst) {
  cancellation_token token;
  {
    std::optional<cancellation_source> parent(std::in_place);
    const auto child = cancellation_source::linked_to(parent->token());
    token = child.token();
    parent.reset();
    EXPECT_FALSE(token.is_cancellation_requested());
    EXPECT_TRUE(token.can_be_canceled()) << "by the child's own source";
  }
  EXPECT_FALSE(token.can_be_canceled());
}

TEST(CancellationLinked, ParentMayBeGoneBeforeItIsLinkedTo) {
  const cancellation_token orphan = cancellation_source().token();
  cancellation_source child = cancellation_source::linked_to(orphan);
  EXPECT_FALSE(child.is_cancellation_requested());
  EXPECT_EQ(support::children(orphan), 1u);
  EXPECT_TRUE(child.cancel(std::errc::io_error));
  EXPECT_EQ(support::children(orphan), 0u);
}

TEST(CancellationLinked, ChildMayGoAfterItsParentWasCanceledAndIsGone) {
  std::optional<cancellation_source> parent(std::in_place);
  std::optional child = cancellation_source::linked_to(parent->token());
  const cancellation_token token = child->token();
  EXPECT_TRUE(parent->cancel(std::errc::io_error));
  parent.reset();
  EXPECT_FALSE(child->cancel());
  child.reset();
  EXPECT_TRUE(token.is_cancellation_requested());
  EXPECT_EQ(token.reason(), std::errc::io_error);
}

// ---- nothing stays behind

TEST(CancellationLinked, DeadChildLeavesItsParents) {
  cancellation_source a;
  cancellation_source b;
  const auto references = support::references(a);
  {
    const auto first = cancellation_source::linked_to(a.token(), b.token());
    const auto second = cancellation_source::linked_to(b.token(), a.token());
    {
      const auto third = cancellation_source::linked_to(a.token());
      EXPECT_EQ(support::children(a), 3u);
    }
    EXPECT_EQ(support::children(a), 2u);
    EXPECT_EQ(support::children(b), 2u);
  }
  EXPECT_EQ(support::children(a), 0u);
  EXPECT_EQ(support::children(b), 0u);
  EXPECT_EQ(support::references(a), references);
}

TEST(CancellationLinked, CanceledChildLeavesItsParentsAtOnce) {
  cancellation_source parent;
  cancellation_source child = cancellation_source::linked_to(parent.token());
  bool left_before_its_callbacks = false;
  const auto registration = child.token().register_callback(
      [&] { left_before_its_callbacks = support::children(parent) == 0; });
  EXPECT_TRUE(child.cancel());
  EXPECT_EQ(support::children(parent), 0u);
  EXPECT_TRUE(left_before_its_callbacks);
}

TEST(CancellationLinked, DescendantsOfACanceledChildLeaveTheirOtherParents) {
  cancellation_source one;
  cancellation_source other;
  const auto child = cancellation_source::linked_to(one.token());
  const auto grandchild = cancellation_source::linked_to(child.token(), other.token());
  EXPECT_TRUE(one.cancel());
  EXPECT_TRUE(grandchild.is_cancellation_requested());
  EXPECT_EQ(support::children(other), 0u);
  EXPECT_EQ(support::children(child), 0u);
}

TEST(CancellationLinked, ManyShortLivedChildrenLeaveALongLivedParentAsItWas) {
  cancellation_source parent;
  const auto references = support::references(parent);
  for (int i = 0; i != 1000; ++i) {
    auto child = cancellation_source::linked_to(parent.token());
    const auto registration = child.token().register_callback([] {});
    if (i % 2 == 0) child.cancel();
  }
  EXPECT_EQ(support::children(parent), 0u);
  EXPECT_EQ(support::callbacks(parent), 0u);
  EXPECT_EQ(support::references(parent), references);
}

TEST(CancellationLinked, ChildMayDieInACallbackOfItsParent) {
  cancellation_source parent;
  std::optional<cancellation_source> child = cancellation_source::linked_to(parent.token());
  bool ran = false;
  child->token().register_callback([&] { ran = true; }).detach();
  const auto registration = parent.token().register_callback([&] { child.reset(); });
  EXPECT_TRUE(parent.cancel());
  EXPECT_TRUE(ran) << "it was canceled before it died";
}

TEST(CancellationLinked, ParentMayDieInACallbackOfItsChild) {
  std::optional<cancellation_source> parent(std::in_place);
  std::optional<cancellation_source> child = cancellation_source::linked_to(parent->token());
  const auto registration = child->token().register_callback([&] {
    parent.reset();
    child.reset();
  });
  EXPECT_TRUE(parent->cancel());
  EXPECT_FALSE(parent);
}

}  // namespace
