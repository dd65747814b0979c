// SPDX-License-Identifier: BSL-1.0
#include <abide/cancellation.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <system_error>
#include <utility>

// What a token knows of where it comes from: whether anybody can still cancel it, when it expires,
// why it was canceled and by whom.

namespace {

using namespace std::chrono_literals;
using abide::cancellation_source;
using abide::cancellation_token;
using abide::deadline;

// ---- can_be_canceled

TEST(CancellationAncestry, CanBeCanceledWhileASourceIsLeft) {
  cancellation_token token;
  {
    const cancellation_source last = [&] {
      const cancellation_source first;
      token = first.token();
      return cancellation_source(first);
    }();
    EXPECT_TRUE(token.can_be_canceled());
    EXPECT_TRUE(token.stop_possible());
  }
  EXPECT_FALSE(token.can_be_canceled());
  EXPECT_FALSE(token.stop_possible());
}

TEST(CancellationAncestry, CanBeCanceledOnceItIs) {
  cancellation_token token;
  {
    cancellation_source source;
    token = source.token();
    EXPECT_TRUE(source.cancel());
  }
  EXPECT_TRUE(token.can_be_canceled());
}

TEST(CancellationAncestry, CanBeCanceledByADeadlineThatIsArmed) {
  cancellation_source source(1h);
  const cancellation_token token = source.token();
  { const cancellation_source gone = std::move(source); }
  EXPECT_TRUE(token.can_be_canceled());
}

TEST(CancellationAncestry, CannotBeCanceledByADeadlineThatWasDisarmed) {
  cancellation_token token;
  {
    cancellation_source source(1h);
    token = source.token();
    source.cancel_at(deadline::never());
  }
  EXPECT_FALSE(token.can_be_canceled());
}

TEST(CancellationAncestry, CanBeCanceledByALiveParent) {
  cancellation_source top;
  cancellation_token token;
  {
    const cancellation_source dead;
    const auto middle = cancellation_source::linked_to(dead.token(), top.token());
    const auto bottom = cancellation_source::linked_to(middle.token());
    token = bottom.token();
  }
  EXPECT_TRUE(token.can_be_canceled()) << "by the grandparent";
  top = cancellation_source();
  EXPECT_FALSE(token.can_be_canceled());
}

TEST(CancellationAncestry, CanBeCanceledByTheDeadlineOfAParent) {
  cancellation_token token;
  {
    cancellation_source parent(1h);
    const auto child = cancellation_source::linked_to(parent.token());
    token = child.token();
  }
  EXPECT_TRUE(token.can_be_canceled());
}

// ---- reason and origin

TEST(CancellationAncestry, OriginOfAnUncanceledTokenIsItself) {
  cancellation_source parent;
  const auto child = cancellation_source::linked_to(parent.token());
  EXPECT_EQ(parent.token().origin(), parent.token());
  EXPECT_EQ(child.token().origin(), child.token());
}

TEST(CancellationAncestry, OriginOfACanceledSourceIsItsOwnToken) {
  cancellation_source source;
  EXPECT_TRUE(source.cancel());
  EXPECT_EQ(source.token().origin(), source.token());
}

TEST(CancellationAncestry, ReasonAndOriginTravelThroughChains) {
  cancellation_source root;
  const auto middle = cancellation_source::linked_to(root.token());
  const auto before = cancellation_source::linked_to(middle.token());
  EXPECT_TRUE(root.cancel(std::errc::io_error));
  const auto after = cancellation_source::linked_to(middle.token());
  const auto late = cancellation_source::linked_to(after.token());
  for (const cancellation_source* s : {&middle, &before, &after, &late}) {
    EXPECT_EQ(s->token().reason(), std::errc::io_error);
    EXPECT_EQ(s->token().origin(), root.token());
  }
}

TEST(CancellationAncestry, OriginOutlivesTheSourceItNames) {
  cancellation_token child_token;
  {
    cancellation_source root;
    const auto child = cancellation_source::linked_to(root.token());
    child_token = child.token();
    EXPECT_TRUE(root.cancel(std::errc::io_error));
  }
  const cancellation_token origin = child_token.origin();
  EXPECT_NE(origin, child_token);
  EXPECT_TRUE(origin.is_cancellation_requested());
  EXPECT_EQ(origin.reason(), std::errc::io_error);
}

TEST(CancellationAncestry, FirstCancelDecidesReasonAndOrigin) {
  cancellation_source a;
  cancellation_source b;
  auto child = cancellation_source::linked_to(a.token(), b.token());
  const auto grandchild = cancellation_source::linked_to(child.token());
  EXPECT_TRUE(b.cancel(std::errc::io_error));
  EXPECT_TRUE(a.cancel(std::errc::not_connected));
  EXPECT_FALSE(child.cancel(std::errc::interrupted));
  EXPECT_EQ(grandchild.token().reason(), std::errc::io_error);
  EXPECT_EQ(grandchild.token().origin(), b.token());
}

TEST(CancellationAncestry, ReasonOfAChainWithoutOneIsTheDefault) {
  cancellation_source root;
  const auto child = cancellation_source::linked_to(root.token());
  EXPECT_TRUE(root.cancel({}));
  const auto late = cancellation_source::linked_to(child.token());
  const auto of_canceled = cancellation_source::linked_to(cancellation_token::canceled());
  for (const cancellation_source* s : {&child, &late, &of_canceled}) {
    EXPECT_EQ(s->token().reason(), std::make_error_code(std::errc::operation_canceled));
  }
  EXPECT_EQ(of_canceled.token().origin(), cancellation_token::canceled());
}

// ---- expires_at

TEST(CancellationAncestry, ExpiresNeverWithoutADeadline) {
  const cancellation_source source;
  EXPECT_TRUE(source.token().expires_at().is_never());
}

TEST(CancellationAncestry, ExpiresAtTheEarliestOfItsOwnAndItsParents) {
  const deadline early = deadline::after(1h);
  const deadline late = deadline::after(2h);
  const deadline latest = deadline::after(3h);
  cancellation_source parent(late);
  cancellation_source other;
  cancellation_source child = cancellation_source::linked_to(other.token(), parent.token());
  const auto grandchild = cancellation_source::linked_to(child.token());
  EXPECT_EQ(grandchild.token().expires_at(), late);
  child.cancel_at(latest);
  EXPECT_EQ(child.token().expires_at(), late);
  other.cancel_at(early);
  EXPECT_EQ(grandchild.token().expires_at(), early);
  other.cancel_at(deadline::never());
  parent.cancel_at(deadline::never());
  EXPECT_EQ(grandchild.token().expires_at(), latest);
  child.cancel_at(deadline::never());
  EXPECT_TRUE(grandchild.token().expires_at().is_never());
}

TEST(CancellationAncestry, EveryQuestionReachesTheParents) {
  cancellation_source parent(1h);
  cancellation_token token;
  {
    const auto child = cancellation_source::linked_to(parent.token());
    token = child.token();
  }
  for (int i = 0; i != 3; ++i) {
    EXPECT_TRUE(token.can_be_canceled());
    EXPECT_EQ(token.expires_at(), parent.token().expires_at());
  }
}

TEST(CancellationAncestry, ChildsDeadlineIsNotTheParents) {
  cancellation_source parent;
  cancellation_source child = cancellation_source::linked_to(parent.token());
  child.cancel_after(1h);
  EXPECT_TRUE(parent.token().expires_at().is_never());
}

}  // namespace
