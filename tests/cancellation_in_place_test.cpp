// SPDX-License-Identifier: BSL-1.0
#include <abide/cancellation.hpp>

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "support/callback_probe.hpp"
#include "support/running.hpp"
#include "support/state_probe.hpp"

// cancellation_callback: the callback that is registered in place, as std::stop_callback.

namespace {

using abide::cancellation_callback;
using abide::cancellation_source;
using abide::cancellation_token;

using plain = cancellation_callback<std::function<void()>>;
static_assert(!std::is_copy_constructible_v<plain> && !std::is_move_constructible_v<plain>);
static_assert(!std::is_copy_assignable_v<plain> && !std::is_move_assignable_v<plain>);
static_assert(std::is_nothrow_destructible_v<plain>);
static_assert(std::is_same_v<plain::callback_type, std::function<void()>>);
static_assert(std::is_constructible_v<plain, cancellation_token, void (*)()>);
static_assert(!std::is_constructible_v<plain, cancellation_token, int>);
static_assert(!std::is_convertible_v<cancellation_token, plain>);

void free_function() {}

TEST(CancellationCallbackInPlace, DeducesWhatItCalls) {
  const cancellation_source source;
  auto lambda = [] {};
  const cancellation_callback of_lambda(source.token(), lambda);
  static_assert(std::is_same_v<decltype(of_lambda)::callback_type, decltype(lambda)>);
  const cancellation_callback of_function(source.token(), free_function);
  static_assert(std::is_same_v<decltype(of_function)::callback_type, void (*)()>);
  EXPECT_EQ(support::callbacks(source), 2u);
}

TEST(CancellationCallbackInPlace, RunsOnceWhenItsTokenIsCanceled) {
  cancellation_source source;
  int runs = 0;
  const cancellation_callback callback(source.token(), [&] { ++runs; });
  EXPECT_EQ(runs, 0);
  EXPECT_TRUE(source.cancel());
  EXPECT_FALSE(source.cancel());
  EXPECT_EQ(runs, 1);
}

TEST(CancellationCallbackInPlace, CallsWhatItRefersTo) {
  struct counter {
    int calls = 0;
    void operator()() { ++calls; }
  } count;
  cancellation_source source;
  const cancellation_callback<counter&> callback(source.token(), count);
  EXPECT_TRUE(source.cancel());
  EXPECT_EQ(count.calls, 1);
}

TEST(CancellationCallbackInPlace, TakesWhatCannotBeCopied) {
  cancellation_source source;
  int seen = 0;
  const cancellation_callback callback(source.token(),
                                       [&, owned = std::make_unique<int>(7)] { seen = *owned; });
  EXPECT_TRUE(source.cancel());
  EXPECT_EQ(seen, 7);
}

TEST(CancellationCallbackInPlace, DestroyedBeforeTheCancelItDoesNotRun) {
  cancellation_source source;
  bool ran = false;
  {
    const cancellation_callback callback(source.token(), [&] { ran = true; });
  }
  EXPECT_EQ(support::callbacks(source), 0u);
  EXPECT_TRUE(source.cancel());
  EXPECT_FALSE(ran);
}

TEST(CancellationCallbackInPlace, OnACanceledTokenRunsInItsConstructor) {
  bool ran = false;
  const cancellation_callback callback(cancellation_token::canceled(), [&] { ran = true; });
  EXPECT_TRUE(ran);
}

TEST(CancellationCallbackInPlace, OnACanceledTokenLetsItsExceptionOut) {
  cancellation_source source;
  EXPECT_TRUE(source.cancel());
  const auto references = support::references(source);
  const auto fail = [] { throw std::runtime_error("late"); };
  EXPECT_THROW(cancellation_callback(source.token(), fail), std::runtime_error);
  EXPECT_EQ(support::references(source), references) << "it holds nothing any more";
}

TEST(CancellationCallbackInPlace, ThrowsLikeTheOthersDuringACancel) {
  cancellation_source source;
  const cancellation_callback callback(source.token(), [] { throw std::runtime_error("now"); });
  EXPECT_THROW(source.cancel(), abide::cancellation_callback_error);
}

TEST(CancellationCallbackInPlace, DestructorWaitsForTheRunningCallback) {
  cancellation_source source;
  support::held_call held;
  auto callback =
      std::make_unique<cancellation_callback<std::reference_wrapper<support::held_call>>>(
          source.token(), std::ref(held));
  auto canceler = support::run([&] { source.cancel(); });
  held.entered.pass();
  auto destroyer = support::run([&] {
    callback.reset();
    EXPECT_TRUE(held.left.is_open());
  });
  support::wait_until_callback_is_awaited(source);
  EXPECT_FALSE(destroyer.is_done());
  held.let_go.open();
  destroyer.get();
  canceler.get();
}

TEST(CancellationCallbackInPlace, MayDestroyItselfInItsCall) {
  cancellation_source source;
  std::optional<cancellation_callback<std::function<void()>>> callback;
  bool ran = false;
  bool last_ran = false;
  const cancellation_callback last(source.token(), [&] { last_ran = true; });
  callback.emplace(source.token(), [&] {
    bool& result = ran;  // the captures are gone after the next line
    callback.reset();
    result = true;
  });
  EXPECT_TRUE(source.cancel());
  EXPECT_TRUE(ran);
  EXPECT_FALSE(callback);
  EXPECT_TRUE(last_ran);
}

TEST(CancellationCallbackInPlace, MayDestroyItselfWithTheLastOfItsToken) {
  auto source = std::make_unique<cancellation_source>();
  auto callback = std::make_unique<std::optional<cancellation_callback<std::function<void()>>>>();
  callback->emplace(source->token(), [&] {
    auto& mine = callback;
    source.reset();
    mine.reset();
  });
  EXPECT_TRUE(source->cancel());
  EXPECT_FALSE(source);
  EXPECT_FALSE(callback);
}

TEST(CancellationCallbackInPlace, MayBeReplacedInItsCall) {
  cancellation_source first;
  cancellation_source second;
  std::optional<cancellation_callback<std::function<void()>>> callback;
  bool second_ran = false;
  callback.emplace(first.token(), [&] {
    auto& slot = callback;
    auto& flag = second_ran;
    auto token = second.token();
    slot.reset();
    slot.emplace(token, [&flag] { flag = true; });
  });
  EXPECT_TRUE(first.cancel());
  EXPECT_EQ(support::callbacks(second), 1u);
  EXPECT_TRUE(second.cancel());
  EXPECT_TRUE(second_ran);
}

TEST(CancellationCallbackInPlace, MayDestroyASiblingThatHasNotRun) {
  cancellation_source source;
  bool ran = false;
  std::optional<cancellation_callback<std::function<void()>>> sibling;
  sibling.emplace(source.token(), [&] { ran = true; });
  const cancellation_callback first(source.token(), [&] { sibling.reset(); });
  EXPECT_TRUE(source.cancel());
  EXPECT_FALSE(ran);
}

TEST(CancellationCallbackInPlace, OutlivesTokenAndSource) {
  int runs = 0;
  {
    std::optional<cancellation_callback<std::function<void()>>> callback;
    {
      const cancellation_source source;
      callback.emplace(source.token(), [&] { ++runs; });
    }
  }
  EXPECT_EQ(runs, 0);
}

}  // namespace
