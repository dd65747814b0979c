// SPDX-License-Identifier: BSL-1.0

// Compiled with -fsanitize=thread and linked with instrumented.cpp instead of the sanitizer's own
// runtime: the checker sees ordinary variables too.
#include <abide/sys/atomic.hpp>

#include <memory>

#include "platform/sys.hpp"
#include "verify.hpp"

namespace {

using abide::sys::atomic;
using model::failure;
using model::scenario;
using model::thread;

struct message {
  long text = 0;
  message* next = nullptr;
};

// A list of one, pushed with the given order and read after an acquire.
std::function<void()> push_and_read(std::memory_order order) {
  return [order] {
    auto owned = std::make_unique<message>();
    atomic<message*> head(nullptr);
    thread writer([&] {
      owned->text = 1;
      owned->next = owned.get();
      head.store(owned.get(), order);
    });
    thread reader([&] {
      const message* const found = head.load(std::memory_order_acquire);
      if (found != nullptr) model::check(found->next->text == 1, "the message is there");
    });
    model::join_all();
  };
}

TEST(Instrumented, FindsARaceOnPlainMemory) {
  model::verify(scenario("push, release").bound(3).weak(),
                push_and_read(std::memory_order_release));
  EXPECT_EQ(
      scenario("push, relaxed").bound(3).explore(push_and_read(std::memory_order_relaxed)).kind,
      failure::race);
}

TEST(Instrumented, FindsARaceOnAVariableOfAnotherStack) {
  const model::result r = scenario("two increments").bound(0).explore([] {
    int shared = 0;
    thread one([&] { ++shared; });
    thread two([&] { ++shared; });
    model::join_all();
  });
  EXPECT_EQ(r.kind, failure::race);
  EXPECT_NE(r.message.find("stack 0"), std::string::npos) << r.message;
}

// The read may well come first: that it need not is the failure.
TEST(Instrumented, FindsThatMemoryIsFreedWithNothingToOrderItAfterAUse) {
  const model::result r = scenario("use, then free").bound(0).explore([] {
    auto owned = std::make_unique<message>();
    thread user([raw = owned.get()] { raw->text = 2; });
    thread owner([&] { owned.reset(); });
    model::join_all();
  });
  EXPECT_EQ(r.kind, failure::race);
  EXPECT_EQ(r.runs, 1u);
}

TEST(Instrumented, FindsTheUseOfFreedMemory) {
  EXPECT_EQ(scenario("use after free")
                .bound(0)
                .explore([] {
                  auto owned = std::make_unique<message>();
                  atomic<int> step(0);
                  thread user([raw = owned.get(), &step] {
                    while (step.load(std::memory_order_acquire) == 0) (void)abide::sys::pause(0);
                    raw->text = 2;
                  });
                  owned.reset();
                  step.store(1, std::memory_order_release);
                  model::join_all();
                })
                .kind,
            failure::lifetime);
}

}  // namespace
