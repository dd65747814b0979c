// SPDX-License-Identifier: BSL-1.0
#include <abide/cancellation.hpp>
#include <abide/manual_reset_event.hpp>
#include <abide/wait.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "support/allocations.hpp"
#include "support/child.hpp"
#include "support/rendezvous.hpp"
#include "support/running.hpp"
#include "support/system_calls.hpp"

// P8 for tokens: what allocates and what enters the kernel, and that nothing else does.

namespace {

using namespace std::chrono_literals;
using abide::cancellation_source;
using abide::cancellation_token;

/// How many allocations a call makes.
template <class F>
std::size_t cost_of(F f) {
  const std::size_t before = support::allocations();
  f();
  return support::allocations() - before;
}

/// All that a source, a token or a registration can be asked and told once it is there.
struct scene {
  cancellation_source source;
  cancellation_source parent;
  cancellation_source child = cancellation_source::linked_to(parent.token(), source.token());
  cancellation_source unused;
  cancellation_token token = source.token();
  int calls = 0;
  std::vector<abide::cancellation_registration> registrations = [this] {
    std::vector<abide::cancellation_registration> all;
    for (int i = 0; i != 4; ++i) all.push_back(token.register_callback([this] { ++calls; }));
    return all;
  }();

  void play() {
    cancellation_token copy = token;
    copy = child.token();
    cancellation_source other = source;
    other = child;
    (void)copy.is_cancellation_requested();
    (void)copy.can_be_canceled();
    (void)copy.expires_at();
    (void)copy.reason();
    (void)copy.origin();
    copy.throw_if_cancellation_requested();
    (void)(copy == token);
    {
      const auto count = [this] { ++calls; };
      const abide::cancellation_callback in_place(token, count);
    }
    registrations[0].unregister();
    registrations[1].unregister_and_wait();
    (void)registrations[2].unregister_and_wait_until(abide::deadline::never());
    unused.cancel_at(abide::deadline::never());
    (void)unused.try_reset();
    source.cancel();
    source.cancel();
    parent.request_stop();
    (void)copy.is_cancellation_requested();
    (void)copy.reason();
    (void)copy.origin();
    registrations.pop_back();
    abide::wait(token);
  }
};

TEST(CancellationCost, NothingAllocatesButMakingAndRegistering) {
  scene first;
  first.play();
  scene s;
  EXPECT_EQ(cost_of([&] { s.play(); }), 0u);
  EXPECT_EQ(s.calls, 1);
}

TEST(CancellationCost, ASourceIsOneAllocation) {
  EXPECT_EQ(cost_of([] { const cancellation_source source; }), 1u);
  const cancellation_source warm(1h);
  EXPECT_EQ(cost_of([] { const cancellation_source source(1h); }), 1u);
  EXPECT_EQ(cost_of([] { const cancellation_source source(0s); }), 1u);
  EXPECT_EQ(cost_of([] { (void)cancellation_token::canceled(); }), 0u);
}

TEST(CancellationCost, ArmingAllocatesNothing) {
  cancellation_source source(1h);
  EXPECT_EQ(cost_of([&] {
              for (int i = 0; i != 10; ++i) source.cancel_after(std::chrono::hours(10 - i));
              source.cancel_at(abide::deadline::never());
            }),
            0u);
}

TEST(CancellationCost, ALinkedSourceIsOneAllocation) {
  const cancellation_source a;
  const cancellation_source b;
  EXPECT_EQ(cost_of([&] { (void)cancellation_source::linked_to(a.token()); }), 1u);
  EXPECT_EQ(cost_of([&] { (void)cancellation_source::linked_to(a.token(), b.token(), a.token()); }),
            1u);
}

TEST(CancellationCost, ARegistrationIsOneAllocation) {
  const cancellation_source source;
  int calls = 0;
  EXPECT_EQ(cost_of([&] {
              (void)source.token().register_callback(
                  [&calls, a = 1L, b = 2L] { calls += static_cast<int>(a + b); });
            }),
            1u);
}

TEST(CancellationCost, InPlaceAllocatesNothing) {
  cancellation_source source;
  int calls = 0;
  EXPECT_EQ(cost_of([&] {
              const abide::cancellation_callback before(source.token(), [&] { ++calls; });
              source.cancel();
              const abide::cancellation_callback after(source.token(), [&] { ++calls; });
            }),
            0u);
  EXPECT_EQ(calls, 2);
}

TEST(CancellationCost, BlockingOnATokenAllocatesNothingAfterTheFirstWait) {
  std::vector<cancellation_source> sources(16);
  std::vector<cancellation_token> tokens;
  for (const auto& s : sources) tokens.push_back(s.token());
  const std::vector<abide::waitable_ref> all(tokens.begin(), tokens.end());
  cancellation_source first;
  const cancellation_token first_wait = first.token();
  auto waiter = support::run([&] {
    abide::wait(first_wait);
    const abide::manual_reset_event never;
    return cost_of([&] {
      EXPECT_EQ(abide::wait_any(std::span(all)), 7u);
      const abide::wait_status status = never.wait(abide::return_on(tokens[7]));
      EXPECT_EQ(status, abide::wait_status::canceled);
    });
  });
  support::wait_until_queued(first_wait, 1);
  EXPECT_TRUE(first.cancel());
  support::wait_until_queued(tokens[15], 1);
  EXPECT_TRUE(sources[7].cancel());
  EXPECT_EQ(waiter.get(), 0u);
}

using CancellationCostProcess = support::child_process;

TEST_F(CancellationCostProcess, NothingEntersTheKernelButMakingAndRegistering) {
  EXPECT_EXIT(
      {
        scene first;  // so that the lazy binding of symbols is done
        first.play();
        scene s;
        support::forbid_system_calls();
        s.play();
        support::finish();
      },
      testing::ExitedWithCode(0), "");
}

}  // namespace
