// SPDX-License-Identifier: BSL-1.0
#include <abide/cancellation.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <concepts>
#include <functional>
#include <limits>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <type_traits>
#include <unordered_set>
#include <utility>
#include <vector>

#include "support/handled_errors.hpp"
#include "support/long_form.hpp"
#include "support/race.hpp"

// The source: who may cancel, who did, and why. try_reset() is in cancellation_reset_test.cpp,
// deadlines are in cancellation_timer_test.cpp.

namespace {

using abide::cancellation_source;
using abide::cancellation_token;

static_assert(std::is_nothrow_copy_constructible_v<cancellation_source>);
static_assert(std::is_nothrow_copy_assignable_v<cancellation_source>);
static_assert(std::is_nothrow_move_constructible_v<cancellation_source>);
static_assert(std::is_nothrow_move_assignable_v<cancellation_source>);
static_assert(std::is_nothrow_swappable_v<cancellation_source>);
static_assert(std::equality_comparable<cancellation_source>);
static_assert(!std::convertible_to<abide::deadline, cancellation_source>, "explicit");
static_assert(!std::convertible_to<std::chrono::seconds, cancellation_source>, "explicit");
static_assert(noexcept(std::declval<const cancellation_source&>().token()));
static_assert(noexcept(std::declval<const cancellation_source&>().get_token()));
static_assert(noexcept(std::declval<const cancellation_source&>().is_cancellation_requested()));
static_assert(noexcept(std::declval<const cancellation_source&>().stop_requested()));
static_assert(noexcept(std::declval<const cancellation_source&>().stop_possible()));
static_assert(noexcept(std::declval<cancellation_source&>().request_stop()));
static_assert(noexcept(std::declval<cancellation_source&>().try_reset()));

/// A category of a user.
struct weather : std::error_category {
  const char* name() const noexcept override { return "weather"; }
  std::string message(int) const override { return "rain"; }
  static const weather& instance() {
    static const weather w;
    return w;
  }
};

TEST(CancellationSource, NewSourceIsNotCanceled) {
  const cancellation_source source;
  EXPECT_FALSE(source.is_cancellation_requested());
  EXPECT_FALSE(source.stop_requested());
  EXPECT_TRUE(source.stop_possible());
  EXPECT_TRUE(source.token().can_be_canceled());
  EXPECT_EQ(source.token(), source.token());
  EXPECT_EQ(source.get_token(), source.token());
}

TEST(CancellationSource, CancelIsTrueForTheCallThatDidIt) {
  cancellation_source source;
  cancellation_source copy = source;
  EXPECT_TRUE(source.cancel());
  EXPECT_FALSE(source.cancel());
  EXPECT_FALSE(copy.cancel(std::errc::io_error));
  EXPECT_FALSE(copy.request_stop());
  EXPECT_TRUE(source.is_cancellation_requested());
  EXPECT_TRUE(copy.stop_requested());
  EXPECT_EQ(source.token().reason(), std::errc::operation_canceled) << "the first reason stays";
}

TEST(CancellationSource, OneOfManyCancelsIsTrue) {
  for (long round = support::rounds(200, 20'000); round != 0; --round) {
    cancellation_source source;
    std::atomic<int> runs = 0;
    const auto registration = source.token().register_callback([&] { ++runs; });
    std::atomic<int> winners = 0;
    support::start_line line(3);
    std::vector<std::thread> threads;
    for (int i = 0; i != 3; ++i) {
      threads.emplace_back([&, mine = source]() mutable {
        line.meet();
        winners += mine.cancel() ? 1 : 0;
        EXPECT_TRUE(mine.is_cancellation_requested());
      });
    }
    for (std::thread& t : threads) t.join();
    EXPECT_EQ(winners, 1);
    EXPECT_EQ(runs, 1);
  }
}

TEST(CancellationSource, ReasonTravelsToEveryToken) {
  cancellation_source source;
  const cancellation_token before = source.token();
  EXPECT_EQ(before.reason(), std::error_code());
  EXPECT_TRUE(source.cancel(std::error_code(7, weather::instance())));
  EXPECT_EQ(before.reason(), std::error_code(7, weather::instance()));
  EXPECT_EQ(source.token().reason(), before.reason());
}

TEST(CancellationSource, CancelTakesAnErrc) {
  cancellation_source source;
  EXPECT_TRUE(source.cancel(std::errc::io_error));
  EXPECT_EQ(source.token().reason(), std::make_error_code(std::errc::io_error));
}

TEST(CancellationSource, WithoutAReasonItIsOperationCanceled) {
  const auto expected = std::make_error_code(std::errc::operation_canceled);
  cancellation_source plain;
  EXPECT_TRUE(plain.cancel());
  EXPECT_EQ(plain.token().reason(), expected);
  cancellation_source stopped;
  EXPECT_TRUE(stopped.request_stop());
  EXPECT_EQ(stopped.token().reason(), expected);
}

TEST(CancellationSource, EmptyCodeCountsAsTheDefault) {
  const auto expected = std::make_error_code(std::errc::operation_canceled);
  for (const std::error_code empty : {std::error_code(), std::error_code(0, weather::instance()),
                                      std::make_error_code(std::errc())}) {
    cancellation_source source;
    EXPECT_TRUE(source.cancel(empty));
    EXPECT_EQ(source.token().reason(), expected);
  }
}

TEST(CancellationSource, DestroyingTheLastDoesNotCancel) {
  cancellation_token token;
  bool ran = false;
  abide::cancellation_registration registration;
  {
    const cancellation_source source;
    token = source.token();
    registration = token.register_callback([&] { ran = true; });
  }
  EXPECT_FALSE(token.is_cancellation_requested());
  EXPECT_FALSE(ran);
  EXPECT_TRUE(registration.unregister());
}

TEST(CancellationSource, MovedFromIsEmpty) {
  cancellation_source source;
  const cancellation_token token = source.token();
  cancellation_source target = std::move(source);
  // NOLINTBEGIN(bugprone-use-after-move): that is what this is about
  EXPECT_EQ(source.token(), cancellation_token());
  EXPECT_EQ(source.get_token(), cancellation_token());
  EXPECT_FALSE(source.is_cancellation_requested());
  EXPECT_FALSE(source.stop_requested());
  EXPECT_FALSE(source.stop_possible());
  EXPECT_FALSE(source.cancel());
  EXPECT_FALSE(source.cancel(std::errc::io_error));
  EXPECT_FALSE(source.request_stop());
  EXPECT_FALSE(source.try_reset());
  source.cancel_after(std::chrono::seconds(0));
  source.cancel_at(abide::deadline::never());
  EXPECT_THROW(
      source.cancel_after(std::chrono::duration<double>(std::numeric_limits<double>::quiet_NaN())),
      std::invalid_argument);
  EXPECT_NE(source, target);
  EXPECT_EQ(cancellation_source(source), source) << "copies of an empty one are empty";
  EXPECT_EQ(cancellation_source(std::move(source)).token(), cancellation_token());
  // NOLINTEND
  EXPECT_EQ(target.token(), token);
  EXPECT_TRUE(token.can_be_canceled()) << "the source moved, it did not go";
  EXPECT_TRUE(target.cancel());
  EXPECT_TRUE(token.is_cancellation_requested());
}

TEST(CancellationSource, MovedFromCanBeAssignedAnew) {
  cancellation_source source;
  const cancellation_source gone = std::move(source);
  source = cancellation_source();
  EXPECT_TRUE(source.stop_possible());
  EXPECT_NE(source, gone);
  EXPECT_TRUE(source.cancel());
  EXPECT_FALSE(gone.is_cancellation_requested());
}

TEST(CancellationSource, AssignmentSharesTheRightSide) {
  cancellation_source a;
  cancellation_source b;
  const cancellation_token of_a = a.token();
  const cancellation_token of_b = b.token();
  a = b;
  EXPECT_EQ(a, b);
  EXPECT_FALSE(of_a.can_be_canceled()) << "the last source of it went";
  EXPECT_TRUE(a.cancel());
  EXPECT_TRUE(of_b.is_cancellation_requested());
  EXPECT_FALSE(of_a.is_cancellation_requested());
  cancellation_source& self = b;
  b = self;
  EXPECT_EQ(b.token(), of_b);
  b = std::move(self);
  EXPECT_EQ(b.token(), of_b);
}

TEST(CancellationSource, SwapExchangesTheStates) {
  cancellation_source a;
  cancellation_source b;
  const cancellation_token of_a = a.token();
  const cancellation_token of_b = b.token();
  swap(a, b);
  EXPECT_EQ(a.token(), of_b);
  a.swap(b);
  EXPECT_EQ(a.token(), of_a);
  std::swap(a, b);
  EXPECT_EQ(a.token(), of_b);
  EXPECT_EQ(b.token(), of_a);
}

TEST(CancellationSource, EqualityAndHashFollowTheSharedState) {
  const cancellation_source a;
  const cancellation_source b;
  const cancellation_source copy = a;
  EXPECT_EQ(a, copy);
  EXPECT_NE(a, b);
  EXPECT_EQ(std::hash<cancellation_source>()(a), std::hash<cancellation_source>()(copy));
  const std::unordered_set<cancellation_source> set{a, b, copy};
  EXPECT_EQ(set.size(), 2u);
  EXPECT_TRUE(set.contains(copy));
}

TEST(CancellationSource, RequestStopHandsErrorsToTheHandler) {
  support::handled_errors errors;
  cancellation_source source;
  const auto a = source.token().register_callback([] { throw 1; });
  const auto b = source.token().register_callback([&] { errors.log().add(2); });
  const auto c = source.token().register_callback([] { throw 3; });
  EXPECT_TRUE(source.request_stop());
  EXPECT_EQ(errors.log().entries(), (std::vector{2, 3, 1}))
      << "all ran, then the errors in run order";
}

TEST(CancellationSourceDeathTest, ByDefaultAnErrorWithoutACallerEndsTheProgram) {
  EXPECT_DEATH(
      {
        cancellation_source source;
        const auto a = source.token().register_callback([] { throw 1; });
        source.request_stop();
      },
      "abide: a cancellation callback threw");
}

TEST(CancellationSourceDeathTest, NullRestoresTheDefaultHandler) {
  EXPECT_DEATH(
      {
        { const support::handled_errors errors; }  // sets a handler, then null
        cancellation_source source;
        const auto a = source.token().register_callback([] { throw 1; });
        source.request_stop();
      },
      "abide: a cancellation callback threw");
}

TEST(CancellationSource, CancelDoesNotAskTheHandler) {
  support::handled_errors errors;
  cancellation_source source;
  const auto a = source.token().register_callback([] { throw 1; });
  EXPECT_THROW(source.cancel(), abide::cancellation_callback_error);
  EXPECT_TRUE(errors.log().entries().empty());
}

}  // namespace
