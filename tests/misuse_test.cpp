// SPDX-License-Identifier: BSL-1.0
#include <abide/abide.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <limits>
#include <span>
#include <stdexcept>
#include <system_error>
#include <utility>
#include <vector>

// The table of what is no use of an interface: each has a defined answer, and changes nothing.

#include "support/error_of.hpp"

namespace {

using namespace std::chrono_literals;
using abide::cancellation_registration;
using abide::cancellation_source;
using abide::cancellation_token;
using abide::waitable_ref;
using support::error_of;
using list = std::span<const waitable_ref>;

TEST(Misuse, AWaitForNothingIsAnInvalidArgument) {
  const abide::throw_on throws{cancellation_source().token()};
  const abide::return_on returns{cancellation_token()};
  const list nothing;
  const list null(static_cast<const waitable_ref*>(nullptr), 0);
  EXPECT_THROW((void)abide::wait_any(nothing), std::invalid_argument);
  EXPECT_THROW((void)abide::wait_any(null, throws), std::invalid_argument);
  EXPECT_THROW((void)abide::wait_any_for(0s, null, returns), std::invalid_argument);
  EXPECT_THROW((void)abide::wait_any(throws, returns), std::invalid_argument);
  EXPECT_THROW(abide::wait_all(nothing), std::invalid_argument);
  EXPECT_THROW((void)abide::wait_all(null, returns), std::invalid_argument);
  EXPECT_THROW((void)abide::wait_all_until(abide::deadline::never(), throws),
               std::invalid_argument);
}

TEST(Misuse, ADuplicateInAWaitForAllIsAnInvalidArgumentAndTakesNothing) {
  abide::auto_reset_event event{abide::initially_set};
  abide::semaphore units(2);
  const waitable_ref twice[] = {event, units, event};
  EXPECT_THROW(abide::wait_all(twice), std::invalid_argument);
  EXPECT_THROW(abide::wait_all(units, event, units), std::invalid_argument);
  EXPECT_THROW((void)abide::wait_all_for(0s, event, event), std::invalid_argument);
  std::vector<waitable_ref> many(40, event);
  EXPECT_THROW(abide::wait_all(many), std::invalid_argument);
  EXPECT_TRUE(event.is_set());
  EXPECT_EQ(units.available(), 2);
}

TEST(Misuse, OfAMovedFromSourceIsThatOfAnEmptyOne) {
  cancellation_source source;
  const cancellation_source other = std::move(source);
  EXPECT_FALSE(source.cancel());
  EXPECT_FALSE(source.request_stop());
  EXPECT_FALSE(source.try_reset());
  EXPECT_FALSE(source.is_cancellation_requested());
  EXPECT_FALSE(source.stop_possible());
  EXPECT_EQ(source.token(), cancellation_token());
  EXPECT_NO_THROW(source.cancel_after(1h));
  EXPECT_NO_THROW(source.cancel_after(0s));
  EXPECT_NO_THROW(source.cancel_at(abide::deadline::never()));
  EXPECT_FALSE(other.is_cancellation_requested());
  const auto linked = cancellation_source::linked_to(source.token());
  EXPECT_FALSE(linked.is_cancellation_requested());
}

TEST(Misuse, OfAMovedFromTokenIsThatOfTheTokenNone) {
  cancellation_source source;
  cancellation_token token = source.token();
  const cancellation_token other = std::move(token);
  EXPECT_EQ(token, cancellation_token());
  EXPECT_FALSE(token.can_be_canceled());
  EXPECT_NO_THROW(token.throw_if_cancellation_requested());
  EXPECT_TRUE(token.expires_at().is_never());
  EXPECT_FALSE(token.reason());
  EXPECT_FALSE(abide::wait_for(0s, token));
  source.cancel();
  EXPECT_FALSE(token.is_cancellation_requested());
  EXPECT_TRUE(other.is_cancellation_requested());
}

TEST(Misuse, OfAMovedFromRegistrationDoesNothing) {
  cancellation_source source;
  int calls = 0;
  cancellation_registration registration = source.token().register_callback([&] { ++calls; });
  const cancellation_registration other = std::move(registration);
  EXPECT_FALSE(registration);
  EXPECT_FALSE(registration.unregister());
  EXPECT_TRUE(registration.unregister_and_wait_until(abide::deadline::never()));
  registration.unregister_and_wait();
  registration.detach();
  EXPECT_EQ(registration.token(), cancellation_token());
  EXPECT_TRUE(source.cancel());
  EXPECT_EQ(calls, 1);
}

TEST(Misuse, NumbersThatNameNothingAreRefused) {
  EXPECT_THROW(abide::os_handle(-1), std::invalid_argument);
  EXPECT_THROW(abide::os_handle{std::numeric_limits<int>::min()}, std::invalid_argument);
  EXPECT_EQ(error_of([] { abide::process p(0); }), std::errc::invalid_argument);
  EXPECT_EQ(error_of([] { abide::process p(-1); }), std::errc::invalid_argument);
  EXPECT_EQ(error_of([] { abide::process p(std::numeric_limits<int>::min()); }),
            std::errc::invalid_argument);
  EXPECT_EQ(error_of([] { abide::process p(std::numeric_limits<int>::max()); }),
            std::errc::no_such_process);
  EXPECT_THROW(abide::signal_set({0}), std::invalid_argument);
  EXPECT_THROW(abide::signal_set({-1}), std::invalid_argument);
  EXPECT_THROW(abide::signal_set({std::numeric_limits<int>::max()}), std::invalid_argument);
}

TEST(Misuse, LinksToNothingAndPeriodsOfNothingAreInvalidArguments) {
  EXPECT_THROW((void)cancellation_source::linked_to(std::span<const cancellation_token>()),
               std::invalid_argument);
  abide::waitable_timer timer;
  const auto in_an_hour = abide::deadline::after(1h);
  EXPECT_THROW(timer.set(in_an_hour, 0s), std::invalid_argument);
  EXPECT_THROW(timer.set(in_an_hour, -1ns), std::invalid_argument);
  EXPECT_THROW(timer.set(in_an_hour, std::chrono::hours::min()), std::invalid_argument);
  EXPECT_FALSE(timer.wait_for(0s));
}

// What the table of release() refuses; each with nobody queued and through the handle's path.
TEST(Misuse, AReleaseThatCannotBeChangesNothing) {
  constexpr std::ptrdiff_t max = 0x7fffffff;
  constexpr std::ptrdiff_t endless = std::numeric_limits<std::ptrdiff_t>::max();
  struct row {
    std::ptrdiff_t count;
    std::ptrdiff_t most;
    std::ptrdiff_t n;
    bool negative;
  };
  const row table[] = {
      {0, 1, 2, false},
      {1, 1, 1, false},
      {3, 5, 3, false},
      {3, 5, endless, false},
      {3, 5, endless - 2, false},
      {max, max, 1, false},
      {max, max, max, false},
      {1, max, max, false},
      {0, max, max + 1, false},
      {2, max, 0xffffffff - 1, false},
      {1, max, 0xffffffff, false},
      {1, max, std::ptrdiff_t{1} << 32, false},
      {3, 5, -1, true},
      {3, 5, -endless, true},
      {3, 5, -endless - 1, true},
      {0, 5, -3, true},
  };
  for (const auto order : {abide::fairness::barging, abide::fairness::fifo}) {
    for (const row& r : table) {
      SCOPED_TRACE(testing::Message() << r.count << " of " << r.most << ", release " << r.n);
      abide::semaphore units(r.count, r.most, order);
      for (int queued = 0; queued != 2; ++queued) {
        if (r.negative) {
          EXPECT_THROW(units.release(r.n), std::invalid_argument);
        } else {
          EXPECT_THROW(units.release(r.n), abide::semaphore_full);
        }
        EXPECT_EQ(units.available(), r.count);
        EXPECT_EQ(units.release(0), r.count);
        (void)units.native_handle();  // from now on the count stands beside a queue
      }
    }
  }
}

}  // namespace
