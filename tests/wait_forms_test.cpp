// SPDX-License-Identifier: BSL-1.0
#include <abide/abide.hpp>
#include <abide/interop/stop_token.hpp>

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <optional>
#include <span>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "support/rendezvous.hpp"
#include "support/running.hpp"

// What the wait functions take and return, and waitable_ref.

namespace {

using namespace std::chrono_literals;
using abide::auto_reset_event;
using abide::cancellation_token;
using abide::deadline;
using abide::manual_reset_event;
using abide::return_on;
using abide::semaphore;
using abide::throw_on;
using abide::wait_any_result;
using abide::wait_status;
using abide::waitable_ref;
using support::run;
using support::wait_until_queued;

// ---- What is returned, by the kind of token

struct forms {
  manual_reset_event& m;
  auto_reset_event& a;
  semaphore& s;
  abide::waitable_timer& timer;
  abide::os_handle& h;
  std::vector<waitable_ref>& list;
  deadline t;
};

/// Every wait with a token parameter: `plain` returns nothing without return_on, `timed` a bool.
template <class T, class Plain, class Timed>
constexpr bool with_parameter = requires(forms f, const T& token) {
  { f.m.wait(token) } -> std::same_as<Plain>;
  { f.a.wait(token) } -> std::same_as<Plain>;
  { f.timer.wait(token) } -> std::same_as<Plain>;
  { f.s.acquire(token) } -> std::same_as<Plain>;
  { abide::wait(f.h, token) } -> std::same_as<Plain>;
  { abide::wait(f.s, token) } -> std::same_as<Plain>;
  { abide::signal_and_wait(f.m, f.a, token) } -> std::same_as<Plain>;
  { f.m.wait_for(1s, token) } -> std::same_as<Timed>;
  { f.a.wait_until(f.t, token) } -> std::same_as<Timed>;
  { f.timer.wait_for(1s, token) } -> std::same_as<Timed>;
  { f.s.try_acquire_for(1s, token) } -> std::same_as<Timed>;
  { f.s.try_acquire_until(f.t, token) } -> std::same_as<Timed>;
  { abide::wait_for(1s, f.m, token) } -> std::same_as<Timed>;
  { abide::wait_until(f.t, f.a, token) } -> std::same_as<Timed>;
  { abide::sleep_for(1s, token) } -> std::same_as<Plain>;
  { abide::sleep_until(f.t, token) } -> std::same_as<Plain>;
};
static_assert(with_parameter<cancellation_token, void, bool>);
static_assert(with_parameter<throw_on, void, bool>);
static_assert(with_parameter<std::stop_token, void, bool>);
static_assert(with_parameter<return_on, wait_status, wait_status>);

template <class... Token>
constexpr bool listed_throws = requires(forms f, Token&... token) {
  { abide::wait_any(f.m, f.s, token...) } -> std::same_as<std::size_t>;
  { abide::wait_any(token..., f.a) } -> std::same_as<std::size_t>;
  { abide::wait_any_for(1s, f.h, token..., f.a) } -> std::same_as<std::optional<std::size_t>>;
  { abide::wait_any_until(f.t, f.a, token...) } -> std::same_as<std::optional<std::size_t>>;
  { abide::wait_all(f.m, f.s, token...) } -> std::same_as<void>;
  { abide::wait_all_for(1s, f.m, token..., f.s) } -> std::same_as<bool>;
  { abide::wait_all_until(f.t, f.m, token...) } -> std::same_as<bool>;
};
static_assert(listed_throws<> && listed_throws<throw_on> && listed_throws<const throw_on>);
static_assert(listed_throws<std::stop_token> && listed_throws<const std::stop_token>);
static_assert(listed_throws<throw_on, std::stop_token>);

constexpr bool listed_returns = requires(forms f, return_on& token) {
  { abide::wait_any(f.m, f.s, token) } -> std::same_as<wait_any_result>;
  { abide::wait_any(return_on(cancellation_token()), f.a) } -> std::same_as<wait_any_result>;
  { abide::wait_any_for(1s, f.h, token, f.a) } -> std::same_as<wait_any_result>;
  { abide::wait_any_until(f.t, f.a, token) } -> std::same_as<wait_any_result>;
  { abide::wait_all(f.m, f.s, token) } -> std::same_as<wait_status>;
  { abide::wait_all_for(1s, f.m, token, f.s) } -> std::same_as<wait_status>;
  { abide::wait_all_until(f.t, f.m, token) } -> std::same_as<wait_status>;
  { abide::wait_any(f.list, token) } -> std::same_as<wait_any_result>;
  { abide::wait_all(f.list, token) } -> std::same_as<wait_status>;
};
static_assert(listed_returns);

template <class Range>
constexpr bool takes_range = requires(Range& list, deadline t, const throw_on& token) {
  { abide::wait_any(list) } -> std::same_as<std::size_t>;
  { abide::wait_any_for(1s, list) } -> std::same_as<std::optional<std::size_t>>;
  { abide::wait_any_until(t, list, token) } -> std::same_as<std::optional<std::size_t>>;
  { abide::wait_all(list, token) } -> std::same_as<void>;
  { abide::wait_all_for(1s, list) } -> std::same_as<bool>;
};
static_assert(takes_range<std::vector<waitable_ref>> &&
              takes_range<const std::vector<waitable_ref>>);
static_assert(takes_range<std::span<waitable_ref>> && takes_range<std::span<const waitable_ref>>);
static_assert(takes_range<waitable_ref[3]> && takes_range<std::array<waitable_ref, 2>>);

// A bare token in a list is an element: its index counts.
static_assert(std::same_as<decltype(abide::wait_any(std::declval<manual_reset_event&>(),
                                                    std::declval<cancellation_token&>())),
                           std::size_t>);

// ---- waitable_ref: made from lvalues only

template <class T>
constexpr bool only_from_lvalues =
    std::is_convertible_v<T&, waitable_ref> && !std::is_constructible_v<waitable_ref, T> &&
    !std::is_constructible_v<waitable_ref, const T>;
static_assert(only_from_lvalues<manual_reset_event> && only_from_lvalues<auto_reset_event>);
static_assert(only_from_lvalues<semaphore> && only_from_lvalues<abide::waitable_timer>);
static_assert(only_from_lvalues<cancellation_token> && only_from_lvalues<abide::os_handle>);
static_assert(only_from_lvalues<throw_on>);
// It changes what the wait returns, so it stands in the argument list, not in a range.
static_assert(!std::is_constructible_v<waitable_ref, return_on&>);
static_assert(std::is_constructible_v<waitable_ref, const manual_reset_event&>);
static_assert(std::is_constructible_v<waitable_ref, const cancellation_token&>);
static_assert(!std::is_constructible_v<waitable_ref, const auto_reset_event&>, "a wait takes");
static_assert(!std::is_constructible_v<waitable_ref, const semaphore&>, "a wait takes");
static_assert(!std::is_constructible_v<waitable_ref, int&> &&
              !std::is_constructible_v<waitable_ref, std::string&>);
static_assert(!std::is_default_constructible_v<waitable_ref>);
static_assert(sizeof(waitable_ref) == 16 && std::is_trivially_copyable_v<waitable_ref>);

TEST(WaitableRef, ListsAnythingAndKeepsItsPlace) {
  const manual_reset_event manual;
  auto_reset_event automatic;
  semaphore units(0);
  abide::waitable_timer timer;
  const abide::cancellation_source source;
  const auto token = source.token();
  const throw_on stop(token);
  std::vector<waitable_ref> all{manual, stop, automatic, units, timer, token};
  units.release();
  EXPECT_EQ(abide::wait_any(all), 3u);
  automatic.set();
  EXPECT_EQ(abide::wait_any(std::span<const waitable_ref>(all)), 2u);
  std::swap(all[0], all[2]);
  automatic.set();
  EXPECT_EQ(abide::wait_any_for(1h, all), 0u);
  EXPECT_EQ(abide::wait_any_for(0s, all), std::nullopt);
}

// ---- What is reported

TEST(WaitForms, StatusSaysReadyTimeoutOrCanceled) {
  auto_reset_event event;
  abide::cancellation_source source;
  const return_on token(source.token());
  EXPECT_EQ(event.wait_for(0s, token), wait_status::timeout);
  EXPECT_EQ(abide::wait_any_for(0s, event, token).status, wait_status::timeout);
  EXPECT_EQ(abide::wait_all_for(0s, event, token), wait_status::timeout);
  event.set();
  EXPECT_EQ(abide::wait_any_for(0s, token, event), (wait_any_result{wait_status::ready, 1}));
  event.set();
  EXPECT_EQ(abide::wait_all_for(0s, event, token), wait_status::ready);
  source.cancel();
  EXPECT_EQ(event.wait_for(0s, token), wait_status::canceled);
  EXPECT_EQ(abide::wait_any(event, token).status, wait_status::canceled);
  EXPECT_EQ(abide::wait_all(event, token), wait_status::canceled);
}

TEST(WaitForms, TokensKeepTheirPlaceInTheNumbering) {
  auto_reset_event event;
  semaphore units(1);
  const throw_on thrown{cancellation_token()};
  const return_on returned{cancellation_token()};
  EXPECT_EQ(abide::wait_any(thrown, event, units), 2u);
  event.set();
  EXPECT_EQ(abide::wait_any(thrown, returned, event, units).index, 2u);
  event.set();
  EXPECT_EQ(abide::wait_any(std::stop_token(), event), 1u);
}

TEST(WaitForms, OfSeveralTokensEachDoesItsOwn) {
  auto_reset_event event;
  abide::cancellation_source thrown;
  abide::cancellation_source returned;
  const auto wait = [&] {
    return abide::wait_any(event, throw_on(thrown.token()), return_on(returned.token())).status;
  };
  auto waiter = run(wait);
  wait_until_queued(event, 1);
  returned.cancel();
  EXPECT_EQ(waiter.get(), wait_status::canceled);
  returned = abide::cancellation_source();
  auto thrower = run(wait);
  wait_until_queued(event, 1);
  thrown.cancel();
  try {
    (void)thrower.get();
    FAIL() << "does not throw";
  } catch (const abide::operation_canceled& e) {
    EXPECT_EQ(e.token(), thrown.token());
  }
}

TEST(WaitForms, ACancelEndsEveryKindOfBlockedWait) {
  semaphore units(0);
  std::vector<waitable_ref> list{units};
  const auto expect_ends = [&](auto wait) {
    abide::cancellation_source source;
    auto waiter = run([&] { (void)wait(source.token()); });
    wait_until_queued(units, 1);
    source.cancel();
    EXPECT_THROW(waiter.get(), abide::operation_canceled);
    EXPECT_EQ(support::queued(units), 0u);
  };
  expect_ends([&](const auto& token) { return units.acquire(token); });
  expect_ends([&](const auto& token) { return units.try_acquire_for(24h, token); });
  expect_ends([&](const auto& token) { return abide::wait(units, token); });
  expect_ends([&](const auto& token) { return abide::wait_any(units, throw_on(token)); });
  expect_ends([&](const auto& token) { return abide::wait_all(throw_on(token), units); });
  expect_ends([&](const auto& token) { return abide::wait_any_for(24h, list, throw_on(token)); });
  expect_ends([&](const auto& token) { return abide::wait_all_for(24h, list, throw_on(token)); });
  expect_ends([&](const auto& token) {
    const throw_on stop(token);
    const waitable_ref inside[] = {stop, units};
    return abide::wait_any(inside);
  });
}

TEST(WaitForms, DuplicatesAreReleasedOnceAndLeaveNothingQueued) {
  auto_reset_event event;
  semaphore fifo(0, abide::fairness::fifo);
  for (int i = 0; i != 100; ++i) {
    auto waiter = run([&] { return abide::wait_any(event, fifo, event, fifo); });
    wait_until_queued(event, 2);
    wait_until_queued(fifo, 2);
    if (i % 2 == 0) {
      event.set();
    } else {
      fifo.release();
    }
    EXPECT_EQ(waiter.get() % 2, i % 2 == 0 ? 0u : 1u);
    EXPECT_EQ(support::queued(event) + support::queued(fifo), 0u);
    EXPECT_FALSE(event.is_set());
    EXPECT_EQ(fifo.available(), 0);
  }
}

TEST(WaitForms, AWaitForNothingIsAnInvalidArgument) {
  const std::vector<waitable_ref> nothing;
  const throw_on stop(abide::cancellation_source().token());
  const throw_on canceled(cancellation_token::canceled());
  EXPECT_THROW((void)abide::wait_any(nothing), std::invalid_argument);
  EXPECT_THROW((void)abide::wait_any_for(0s, nothing), std::invalid_argument);
  EXPECT_THROW(abide::wait_all(nothing), std::invalid_argument);
  EXPECT_THROW((void)abide::wait_all_for(0s, nothing, stop), std::invalid_argument);
  EXPECT_THROW((void)abide::wait_any(stop), std::invalid_argument);
  EXPECT_THROW(abide::wait_all(stop), std::invalid_argument);
  EXPECT_THROW((void)abide::wait_any(nothing, canceled), std::invalid_argument);
  EXPECT_THROW((void)abide::wait_any(std::stop_token()), std::invalid_argument);
}

TEST(WaitForms, TheTokenNoneIsAnElementThatIsNeverReady) {
  auto_reset_event event{abide::initially_set};
  const cancellation_token none;
  EXPECT_EQ(abide::wait_any(none, event), 1u);
  EXPECT_EQ(abide::wait_any_for(1ms, none), std::nullopt);
  EXPECT_FALSE(abide::wait_for(1ms, none));
}

// ---- signal_and_wait

TEST(SignalAndWait, SignalsThenWaits) {
  manual_reset_event gate;
  auto_reset_event reply{abide::initially_set};
  abide::signal_and_wait(gate, reply);
  EXPECT_TRUE(gate.is_set());
  EXPECT_FALSE(reply.is_set());
  semaphore units(0);
  auto waiter = run([&] { abide::signal_and_wait(units, reply); });
  wait_until_queued(reply, 1);
  EXPECT_EQ(units.available(), 1);
  reply.set();
  waiter.get();
}

TEST(SignalAndWait, MaySignalWhatItWaitsFor) {
  auto_reset_event event;
  abide::signal_and_wait(event, event);
  EXPECT_FALSE(event.is_set());
}

TEST(SignalAndWait, WhatItSignaledStaysWhenTheWaitIsCanceled) {
  manual_reset_event gate;
  auto_reset_event reply;
  abide::cancellation_source source;
  auto waiter = run([&] { return abide::signal_and_wait(gate, reply, return_on(source.token())); });
  wait_until_queued(reply, 1);
  source.cancel();
  EXPECT_EQ(waiter.get(), wait_status::canceled);
  EXPECT_TRUE(gate.is_set());
}

TEST(SignalAndWait, DoesNotWaitIfTheSemaphoreIsFull) {
  semaphore full(1, 1);
  auto_reset_event reply{abide::initially_set};
  EXPECT_THROW(abide::signal_and_wait(full, reply), abide::semaphore_full);
  EXPECT_TRUE(reply.is_set());
  EXPECT_EQ(full.available(), 1);
}

TEST(WaitForms, AReferenceStandsWhereItsObjectWould) {
  abide::auto_reset_event event;
  abide::semaphore units(0);
  const abide::waitable_ref refs[] = {event, units};
  const abide::cancellation_source source;
  event.set();
  abide::wait(refs[0]);
  units.release();
  EXPECT_TRUE(abide::wait_for(0s, refs[1], source.token()));
  EXPECT_EQ(abide::wait_any_for(0s, refs[0], units), std::nullopt);
  abide::signal_and_wait(event, refs[0]);
  EXPECT_FALSE(abide::wait_all_for(0s, refs[0], refs[1]));
  EXPECT_FALSE(event.is_set());
}

}  // namespace
