// SPDX-License-Identifier: BSL-1.0
#include <abide/cancellation.hpp>

#include <gtest/gtest.h>

#include <pthread.h>

#include <cstddef>
#include <functional>
#include <utility>
#include <vector>

// P12: a chain of 100,000 links is canceled, asked and destroyed in constant stack.

namespace {

using abide::cancellation_source;
using abide::cancellation_token;

constexpr std::size_t links = 100'000;
constexpr std::size_t small_stack = 128 * 1024;

/// Runs f on a thread whose stack would not hold a frame for each link.
void on_small_stack(std::function<void()> f) {
  pthread_attr_t attributes;
  ASSERT_EQ(pthread_attr_init(&attributes), 0);
  ASSERT_EQ(pthread_attr_setstacksize(&attributes, small_stack), 0);
  pthread_t thread;
  const auto call = [](void* function) -> void* {
    (*static_cast<std::function<void()>*>(function))();
    return nullptr;
  };
  ASSERT_EQ(pthread_create(&thread, &attributes, call, &f), 0);
  ASSERT_EQ(pthread_join(thread, nullptr), 0);
  pthread_attr_destroy(&attributes);
}

/// The end of a chain that starts at the token; its sources are gone.
cancellation_token end_of_chain(const cancellation_token& start) {
  cancellation_token end = start;
  for (std::size_t i = 0; i != links; ++i) end = cancellation_source::linked_to(end).token();
  return end;
}

TEST(CancellationChain, CancelReachesTheEnd) {
  on_small_stack([] {
    cancellation_source start;
    const cancellation_token end = end_of_chain(start.token());
    bool ran = false;
    const auto registration = end.register_callback([&] { ran = true; });
    EXPECT_FALSE(end.is_cancellation_requested());
    EXPECT_TRUE(start.cancel(std::errc::io_error));
    EXPECT_TRUE(end.is_cancellation_requested());
    EXPECT_EQ(end.reason(), std::errc::io_error);
    EXPECT_EQ(end.origin(), start.token());
    EXPECT_TRUE(ran);
  });
}

TEST(CancellationChain, IsDestroyedByItsLastToken) {
  on_small_stack([] {
    cancellation_source start;
    cancellation_token end = end_of_chain(start.token());
    end = cancellation_token();
    EXPECT_TRUE(start.cancel());
  });
}

TEST(CancellationChain, IsDestroyedAfterItWasCanceled) {
  on_small_stack([] {
    cancellation_source start;
    cancellation_token end = end_of_chain(start.token());
    EXPECT_TRUE(start.cancel());
    start = cancellation_source();
    end = cancellation_token();
  });
}

TEST(CancellationChain, AnswersFromItsFarEnd) {
  on_small_stack([] {
    cancellation_source start;
    const cancellation_token end = end_of_chain(start.token());
    EXPECT_TRUE(end.can_be_canceled());
    const abide::deadline later = abide::deadline::after(std::chrono::hours(1));
    start.cancel_at(later);
    EXPECT_EQ(end.expires_at(), later);
    start.cancel_at(abide::deadline::never());
    start = cancellation_source();
    EXPECT_FALSE(end.can_be_canceled());
  });
}

TEST(CancellationChain, ManyChildrenAreCanceledAndDestroyed) {
  on_small_stack([] {
    cancellation_source parent;
    std::vector<cancellation_source> children;
    children.reserve(links);
    for (std::size_t i = 0; i != links; ++i) {
      children.push_back(cancellation_source::linked_to(parent.token()));
    }
    EXPECT_TRUE(parent.cancel());
    for (const auto& c : children) ASSERT_TRUE(c.is_cancellation_requested());
  });
}

}  // namespace
