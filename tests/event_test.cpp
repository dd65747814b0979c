// SPDX-License-Identifier: BSL-1.0
#include <abide/abide.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <type_traits>
#include <utility>

#include "support/rendezvous.hpp"
#include "support/running.hpp"

// The two events on their own.

namespace {

using namespace std::chrono_literals;
using abide::auto_reset_event;
using abide::initially_set;
using abide::manual_reset_event;
using support::run;
using support::wait_until_queued;

static_assert(sizeof(manual_reset_event) == 8 && sizeof(auto_reset_event) == 8);

constinit manual_reset_event constant_manual;
constinit manual_reset_event constant_manual_set{initially_set};
constinit auto_reset_event constant_automatic;
constinit auto_reset_event constant_automatic_set{initially_set};

template <class Event>
constexpr bool stays_where_it_is =
    !std::is_copy_constructible_v<Event> && !std::is_move_constructible_v<Event> &&
    !std::is_copy_assignable_v<Event> && !std::is_move_assignable_v<Event>;
static_assert(stays_where_it_is<manual_reset_event> && stays_where_it_is<auto_reset_event>);
static_assert(!std::is_convertible_v<abide::initially_set_t, manual_reset_event>, "explicit");
static_assert(!std::is_constructible_v<manual_reset_event, bool>);

template <class Event>
constexpr bool cannot_fail = noexcept(Event()) && noexcept(Event(initially_set)) && noexcept(
    std::declval<Event&>()
        .set()) && noexcept(std::declval<Event&>()
                                .reset()) && noexcept(std::declval<const Event&>()
                                                          .is_set()) && noexcept(std::
                                                                                     declval<
                                                                                         Event&>()
                                                                                         .try_wait());
static_assert(cannot_fail<manual_reset_event> && cannot_fail<auto_reset_event>);

// What changes nothing is const: a wait on a manual-reset event does not, one on an auto-reset
// does.
template <class Event>
constexpr bool waits_as_const = requires(const Event& e) {
  e.wait();
  e.try_wait();
  e.wait_for(1s);
};
static_assert(waits_as_const<manual_reset_event> && !waits_as_const<auto_reset_event>);
static_assert(requires(const auto_reset_event& e) {
  e.is_set();
  e.native_handle();
});

TEST(ManualResetEvent, StaysSetUntilItIsReset) {
  manual_reset_event event;
  EXPECT_FALSE(event.is_set());
  EXPECT_FALSE(event.try_wait());
  for (int i = 0; i != 3; ++i) {
    event.set();
    event.set();
    EXPECT_TRUE(event.is_set());
    EXPECT_TRUE(event.try_wait());
    event.wait();
    EXPECT_TRUE(event.wait_for(0s));
    EXPECT_TRUE(event.is_set());
    event.reset();
    event.reset();
    EXPECT_FALSE(event.is_set());
    EXPECT_FALSE(event.wait_for(0s));
  }
}

TEST(AutoResetEvent, KeepsOneSignalForOneWait) {
  auto_reset_event event;
  EXPECT_FALSE(event.try_wait());
  event.set();
  event.set();
  EXPECT_TRUE(event.is_set());
  EXPECT_TRUE(event.try_wait());
  EXPECT_FALSE(event.is_set());
  EXPECT_FALSE(event.try_wait());
  event.set();
  event.wait();
  EXPECT_FALSE(event.wait_for(0s));
  event.set();
  event.reset();
  event.reset();
  EXPECT_FALSE(event.try_wait());
}

TEST(AutoResetEvent, ReleasesOneOfManyAndStaysUnset) {
  auto_reset_event event;
  auto first = run([&] { event.wait(); });
  wait_until_queued(event, 1);
  auto second = run([&] { event.wait(); });
  wait_until_queued(event, 2);
  event.set();
  first.get();
  EXPECT_FALSE(event.is_set());
  EXPECT_EQ(support::queued(event), 1u);
  event.set();
  second.get();
}

TEST(ManualResetEvent, ReleasesAllAndStaysSet) {
  manual_reset_event event;
  auto first = run([&] { event.wait(); });
  auto second = run([&] { event.wait(); });
  wait_until_queued(event, 2);
  event.set();
  first.get();
  second.get();
  EXPECT_TRUE(event.is_set());
}

TEST(Events, AreConstantInitialized) {
  EXPECT_FALSE(constant_manual.is_set());
  EXPECT_TRUE(constant_manual_set.is_set());
  EXPECT_FALSE(constant_automatic.is_set());
  EXPECT_TRUE(constant_automatic_set.try_wait());
}

// What was written before set() is read after the wait; the thread sanitizer checks the order.
template <class Event>
void pass_messages() {
  Event request;
  Event reply;
  int message = 0;
  auto other = run([&] {
    for (int i = 0; i != 2'000; ++i) {
      request.wait();
      request.reset();
      ++message;
      reply.set();
    }
  });
  for (int i = 0; i != 2'000; ++i) {
    message = 2 * i;
    request.set();
    reply.wait();
    reply.reset();
    EXPECT_EQ(message, 2 * i + 1);
  }
  other.get();
}

TEST(Events, WhatPrecedesASetIsVisibleAfterTheWait) {
  pass_messages<manual_reset_event>();
  pass_messages<auto_reset_event>();
}

}  // namespace
