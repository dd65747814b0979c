// SPDX-License-Identifier: BSL-1.0
#include <abide/abide.hpp>
#include <abide/interop/stop_token.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <stop_token>
#include <system_error>

#include "support/allocations.hpp"
#include "support/first_wait.hpp"
#include "support/rendezvous.hpp"
#include "support/running.hpp"

// Tokens of other libraries in a wait: std::stop_token, and any type with a token_adapter.

namespace {

using namespace std::chrono_literals;
using support::run;
using support::wait_until_queued;

/// A stranger's token: it says where its event is.
struct flag {
  abide::manual_reset_event* canceled;
};

}  // namespace

template <>
struct abide::token_adapter<flag> {
 public:
  explicit token_adapter(const flag& f) : canceled_(*f.canceled) {}
  const abide::manual_reset_event& canceled() const noexcept { return canceled_; }

 private:
  const abide::manual_reset_event& canceled_;
};

namespace {

TEST(StopToken, ARequestEndsABlockedWait) {
  abide::semaphore units(0);
  const auto expect_ends = [&](auto wait) {
    std::stop_source source;
    auto waiter = run([&] { wait(source.get_token()); });
    wait_until_queued(units, 1);
    EXPECT_TRUE(source.request_stop());
    try {
      waiter.get();
      ADD_FAILURE() << "does not throw";
    } catch (const abide::operation_canceled& e) {
      EXPECT_EQ(e.token(), abide::cancellation_token());
      EXPECT_EQ(e.code(), std::make_error_code(std::errc::operation_canceled));
    }
  };
  expect_ends([&](const std::stop_token& token) { units.acquire(token); });
  expect_ends([&](const std::stop_token& token) { (void)units.try_acquire_for(24h, token); });
  expect_ends([&](const std::stop_token& token) { abide::wait(units, token); });
  expect_ends([&](const std::stop_token& token) { (void)abide::wait_any(units, token); });
  expect_ends([&](const std::stop_token& token) { abide::wait_all(token, units); });
}

TEST(StopToken, AWaitWithOneAllocatesNothing) {
  abide::auto_reset_event event;
  const std::stop_source source;
  const std::stop_token token = source.get_token();
  support::block_once();
  const std::size_t before = support::allocations();
  event.set();
  event.wait(token);
  EXPECT_FALSE(event.wait_for(1ms, token));
  EXPECT_EQ(abide::wait_any_for(1ms, token, event), std::nullopt);
  abide::sleep_for(1ms, token);
  EXPECT_EQ(support::allocations(), before);
}

TEST(StopToken, OneWithoutAStateNeverCancels) {
  abide::auto_reset_event event{abide::initially_set};
  event.wait(std::stop_token());
  EXPECT_FALSE(event.wait_for(1ms, std::stop_token()));
}

TEST(StopToken, AWaitLeavesNoCallbackBehind) {
  std::stop_source source;
  {
    abide::auto_reset_event event;
    EXPECT_FALSE(event.wait_for(0s, source.get_token()));
    EXPECT_EQ(abide::wait_any_for(0s, event, source.get_token()), std::nullopt);
  }
  EXPECT_TRUE(source.request_stop());
}

TEST(TokenAdapter, LetsAStrangersTokenStandInAWait) {
  abide::auto_reset_event event;
  abide::manual_reset_event canceled;
  auto waiter = run([&] { event.wait(flag{&canceled}); });
  wait_until_queued(event, 1);
  canceled.set();
  EXPECT_THROW(waiter.get(), abide::operation_canceled);
  event.set();
  EXPECT_THROW((void)abide::wait_any(event, flag{&canceled}), abide::operation_canceled);
  EXPECT_TRUE(event.is_set());
}

}  // namespace
