// SPDX-License-Identifier: BSL-1.0
#include <abide/abide.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <deque>
#include <memory>
#include <new>
#include <numeric>
#include <optional>
#include <random>
#include <thread>
#include <utility>
#include <vector>

#include "support/allocations.hpp"
#include "support/callback_probe.hpp"
#include "support/child.hpp"
#include "support/descriptors.hpp"
#include "support/first_wait.hpp"
#include "support/running.hpp"
#include "support/system_calls.hpp"

// P8: what waits and objects do not use.

namespace {

using namespace std::chrono_literals;
using support::allocations;
using support::open_handles;
using support::run;
using support::threads;

class FootprintDeathTest : public support::child_process {};

/// Every path that finds what it needs and nobody in its way.
class uncontended {
 public:
  void use() {
    const auto token = source_.token();
    const abide::throw_on throws(token);
    const abide::return_on returns(token);
    const auto wait_on_set = [&](auto& event) {
      const auto set = [&] { event.set(); };
      set();
      set();  // again, while it is set
      EXPECT_TRUE(event.is_set());
      event.wait();
      set();
      event.wait(token);
      set();
      (void)event.wait(returns);
      set();
      EXPECT_TRUE(event.wait_for(1h));
      set();
      EXPECT_TRUE(event.wait_for(1h, token));
      set();
      EXPECT_EQ(abide::wait_any(throws, event), 1u);
      set();
      EXPECT_TRUE(abide::wait_any_for(1h, event, token));
      set();
      abide::wait_all(event, throws);
      set();
      abide::signal_and_wait(event, event, token);
      event.reset();
      EXPECT_FALSE(event.try_wait());
      EXPECT_FALSE(event.wait_for(0s));
      EXPECT_FALSE(abide::wait_any_for(0s, event, token));
      EXPECT_FALSE(abide::wait_all_for(0s, event));
    };
    wait_on_set(manual_);
    wait_on_set(automatic_);
    for (abide::semaphore* s : {&barging_, &fifo_}) {
      s->release(5);
      s->acquire();
      s->acquire(token);
      EXPECT_TRUE(s->try_acquire());
      EXPECT_TRUE(s->try_acquire_for(1h, token));
      EXPECT_EQ(abide::wait_any(s[0]), 0u);
      EXPECT_EQ(s->available(), 0);
      EXPECT_FALSE(s->try_acquire());
      EXPECT_FALSE(s->try_acquire_for(0s));
    }
    const abide::waitable_ref list[] = {manual_, automatic_, fifo_};
    manual_.set();
    EXPECT_EQ(abide::wait_any(list), 0u);
    EXPECT_FALSE(token.is_cancellation_requested());
    EXPECT_EQ(token, source_.token());
    last_.cancel();
    EXPECT_EQ(abide::wait_any(last_token_, manual_), 0u);
  }

 private:
  abide::manual_reset_event manual_;
  abide::auto_reset_event automatic_;
  abide::semaphore barging_{0};
  abide::semaphore fifo_{0, abide::fairness::fifo};
  abide::cancellation_source source_;
  abide::cancellation_source last_;
  abide::cancellation_token last_token_ = last_.token();
};

TEST(Footprint, UncontendedPathsAllocateNothing) {
  uncontended objects;
  const std::size_t before = allocations();
  objects.use();
  EXPECT_EQ(allocations(), before);
}

TEST_F(FootprintDeathTest, UncontendedPathsMakeNoSystemCall) {
  EXPECT_EXIT(
      {
        uncontended objects;
        uncontended once_before;  // so that the lazy binding of symbols is done
        once_before.use();
        support::forbid_system_calls();
        objects.use();
        support::finish();
      },
      testing::ExitedWithCode(0), "");
}

TEST_F(FootprintDeathTest, TheTestOfSystemCallsSeesThem) {
  EXPECT_EXIT(
      {
        abide::manual_reset_event event;
        support::forbid_system_calls();
        (void)event.native_handle();
        support::finish();
      },
      testing::KilledBySignal(SIGSYS), "");
}

TEST(Footprint, AMillionUntouchedEventsUseNoHandleNoThreadNoHeap) {
  constexpr std::size_t million = 1'000'000;
  using event = abide::auto_reset_event;
  const std::unique_ptr<std::byte[]> memory(new std::byte[million * sizeof(event)]);
  const std::size_t allocated = allocations();
  const std::size_t handles = open_handles();
  const std::size_t running = threads();
  const std::size_t counting = allocations() - allocated;  // what the counts themselves took
  auto* const first = reinterpret_cast<event*>(memory.get());
  std::uninitialized_default_construct_n(first, million);
  const std::size_t after = allocations();
  EXPECT_EQ(after, allocated + counting);
  EXPECT_EQ(open_handles(), handles);
  EXPECT_EQ(threads(), running);
  std::destroy_n(first, million);
}

template <class Objects>
std::vector<abide::waitable_ref> refs(Objects& objects) {
  return std::vector<abide::waitable_ref>(objects.begin(), objects.end());
}

TEST(Footprint, AWaitOfSixteenAllocatesNothingAfterTheThreadsFirst) {
  std::deque<abide::semaphore> objects;
  std::deque<abide::os_handle> handles;
  const support::connection pipe = support::make_pipe();
  for (int i = 0; i != 16; ++i) {
    objects.emplace_back(0);
    handles.emplace_back(pipe.first.get());
  }
  auto mixed = refs(objects);
  for (std::size_t i = 0; i != 16; i += 2) mixed[i] = handles[i];
  const abide::cancellation_source source;
  const abide::throw_on token(source.token());
  support::block_once();
  for (auto list : {refs(objects), refs(handles), mixed}) {
    const std::size_t before = allocations();
    EXPECT_FALSE(abide::wait_any_for(1ms, list));
    EXPECT_FALSE(abide::wait_any_for(1ms, list, token));
    EXPECT_FALSE(abide::wait_all_for(1ms, list));
    EXPECT_FALSE(abide::wait_all_for(1ms, list, token));
    EXPECT_EQ(allocations(), before);
  }
  // The most that one call can name: 16 objects, a throw_on and a return_on.
  auto list = refs(objects);
  list.push_back(token);
  const abide::return_on other(source.token());
  const std::size_t before = allocations();
  EXPECT_EQ(abide::wait_any_for(1ms, list, other).status, abide::wait_status::timeout);
  EXPECT_EQ(abide::wait_all_for(1ms, list, other), abide::wait_status::timeout);
  EXPECT_EQ(allocations(), before);
}

TEST(Footprint, OneWaitTakesAThousandObjectsAndAHundredHandles) {
  constexpr std::size_t objects = 1'000;
  constexpr std::size_t handles = 100;
  std::deque<abide::auto_reset_event> events(objects / 2);
  std::deque<abide::semaphore> semaphores;
  for (std::size_t i = 0; i != objects / 2; ++i) semaphores.emplace_back(0);
  std::deque<support::connection> pipes;
  std::deque<abide::os_handle> watched;
  for (std::size_t i = 0; i != handles; ++i) {
    pipes.push_back(support::make_pipe());
    watched.emplace_back(pipes.back().first.get());
  }
  std::vector<abide::waitable_ref> all = refs(events);
  all.insert(all.end(), semaphores.begin(), semaphores.end());
  all.insert(all.end(), watched.begin(), watched.end());

  const auto signal = [&](std::size_t i) {
    if (i < objects / 2) return events[i].set();
    if (i < objects) return static_cast<void>(semaphores[i - objects / 2].release());
    pipes[i - objects].second.write();
  };
  std::vector<std::size_t> order(all.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::shuffle(order.begin(), order.end(), std::mt19937(7));

  std::vector<int> seen(all.size());
  abide::semaphore answers(0);
  auto waiter = run([&] {
    for (std::size_t n = 0; n != all.size(); ++n) {
      const std::size_t i = abide::wait_any(all);
      ++seen[i];
      if (i >= objects) pipes[i - objects].first.read();
      answers.release();
    }
  });
  for (const std::size_t i : order) {
    signal(i);
    answers.acquire();
  }
  waiter.get();
  EXPECT_EQ(seen, std::vector<int>(all.size(), 1));
  EXPECT_EQ(abide::wait_any_for(0s, all), std::nullopt);
}

TEST_F(FootprintDeathTest, BlockingOnObjectsTakesNoHandleAndOnHandlesOneAThread) {
  EXPECT_EXIT(
      {
        abide::auto_reset_event event;
        const support::connection pipe = support::make_pipe();
        const abide::os_handle handle(pipe.first.get());
        const std::size_t before = open_handles();
        (void)event.wait_for(1ms);
        EXPECT_EQ(open_handles(), before);
        for (int i = 0; i != 10; ++i) (void)abide::wait_any_for(1ms, event, handle);
        EXPECT_EQ(open_handles(), before + 1);
        for (int i = 0; i != 20; ++i) {  // of a thread that has ended it is used again
          run([&] { (void)abide::wait_any_for(1ms, event, handle); }).get();
        }
        EXPECT_LE(open_handles(), before + 2);
        support::finish();
      },
      testing::ExitedWithCode(0), "");
}

TEST(Footprint, AnExportedHandleLivesAsLongAsItsObject) {
  const std::size_t before = open_handles();
  {
    abide::manual_reset_event event;
    abide::semaphore units(1);
    EXPECT_EQ(event.native_handle(), event.native_handle());
    (void)units.native_handle();
    EXPECT_EQ(open_handles(), before + 2);
  }
  EXPECT_EQ(open_handles(), before);
}

TEST_F(FootprintDeathTest, NoThreadUntilTheFirstTimedSourceOrTimer) {
  EXPECT_EXIT(
      {
        support::gate end;
        const std::thread other([&] { end.pass(); });  // a sanitizer starts its own with the first
        const std::size_t before = threads();
        abide::manual_reset_event event;
        abide::cancellation_source source;
        const auto registration = source.token().register_callback([] {});
        (void)event.native_handle();
        (void)event.wait_for(1ms, source.token());
        abide::sleep_for(1ms);
        source.cancel();
        abide::waitable_timer timer;
        EXPECT_EQ(threads(), before);
        timer.set(abide::deadline::after(1h));
        EXPECT_EQ(threads(), before + 1);
        const abide::cancellation_source timed(1h);
        const abide::cancellation_source more(2h);
        source = abide::cancellation_source();
        source.cancel_after(1h);
        EXPECT_EQ(threads(), before + 1);
        support::finish();
      },
      testing::ExitedWithCode(0), "");
}

TEST_F(FootprintDeathTest, ATimedSourceStartsTheOneThread) {
  EXPECT_EXIT(
      {
        support::gate end;
        const std::thread other([&] { end.pass(); });  // a sanitizer starts its own with the first
        const std::size_t before = threads();
        const abide::cancellation_source timed(1h);
        abide::waitable_timer timer;
        timer.set(abide::deadline::after(1h));
        EXPECT_EQ(threads(), before + 1);
        support::finish();
      },
      testing::ExitedWithCode(0), "");
}

}  // namespace
