// SPDX-License-Identifier: BSL-1.0
#include <abide/abide.hpp>

#include <gtest/gtest.h>

#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <new>
#include <optional>
#include <system_error>
#include <vector>

#include "support/allocations.hpp"
#include "support/child.hpp"
#include "support/descriptors.hpp"
#include "support/error_of.hpp"
#include "support/no_handles.hpp"
#include "support/rendezvous.hpp"
#include "support/running.hpp"
#include "support/system_calls.hpp"

// What happens when the operating system or the heap refuses: an exception, and nothing changed.

namespace {

using namespace std::chrono_literals;
using abide::waitable_ref;
using support::error_of;
using support::is_readable;
using support::run;

class RefusalDeathTest : public support::child_process {};

/// While it lives the process may open so many handles.
class few_handles {
 public:
  explicit few_handles(rlim_t n = 32) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const rlimit few{n, before_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &few);
  }
  few_handles(const few_handles&) = delete;
  few_handles& operator=(const few_handles&) = delete;
  ~few_handles() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

/// The error of a call that is made while no handle is left.
template <class Call>
std::error_code error_without_handles(Call call) {
  return error_of([&] {
    const support::no_handles none;
    call();
  });
}

const std::error_code no_handle = std::make_error_code(std::errc::too_many_files_open);

TEST(Refusal, OfAnExportedHandleLeavesTheObjectUsableAndALaterTrySucceeds) {
  abide::manual_reset_event manual{abide::initially_set};
  abide::auto_reset_event automatic{abide::initially_set};
  abide::semaphore units(2);
  abide::semaphore fifo(2, abide::fairness::fifo);
  abide::waitable_timer timer;
  abide::cancellation_source source;
  const auto token = source.token();
  const std::size_t handles = support::open_handles();
  const auto test = [&](auto& w) {
    EXPECT_EQ(error_without_handles([&] { (void)w.native_handle(); }), no_handle);
    EXPECT_EQ(support::open_handles(), handles);
  };
  test(manual);
  test(automatic);
  test(units);
  test(fifo);
  test(timer);
  test(token);
  EXPECT_TRUE(manual.is_set());
  EXPECT_TRUE(automatic.try_wait());
  EXPECT_TRUE(units.try_acquire());
  EXPECT_EQ(fifo.available(), 2);
  EXPECT_FALSE(is_readable(automatic.native_handle()));
  EXPECT_TRUE(is_readable(manual.native_handle()));
  EXPECT_TRUE(is_readable(units.native_handle()));
  EXPECT_TRUE(is_readable(fifo.native_handle()));
  EXPECT_FALSE(is_readable(timer.native_handle()));
  EXPECT_FALSE(is_readable(token.native_handle()));
  source.cancel();
  EXPECT_TRUE(is_readable(token.native_handle()));
}

TEST_F(RefusalDeathTest, OfTheHandleAWaitNeedsTakesNothingAndALaterTrySucceeds) {
  EXPECT_EXIT(
      {
        const support::connection pipe = support::make_pipe();
        const abide::os_handle handle(pipe.first.get());
        abide::auto_reset_event event;
        abide::semaphore units(0);
        const std::size_t handles = support::open_handles();
        EXPECT_EQ(
            error_without_handles([&] { (void)abide::wait_any_for(1h, event, units, handle); }),
            no_handle);
        EXPECT_EQ(error_without_handles([&] { abide::wait_all(event, units, handle); }), no_handle);
        EXPECT_EQ(support::queued(event) + support::queued(units), 0u);
        event.set();
        units.release();
        {  // What is ready needs no handle.
          const support::no_handles none;
          EXPECT_EQ(abide::wait_any(handle, event), 1u);
          EXPECT_EQ(abide::wait_any(handle, units), 1u);
          EXPECT_EQ(abide::wait_any_for(0s, handle, event), std::nullopt);
        }
        EXPECT_EQ(support::open_handles(), handles);
        auto waiter = run([&] { return abide::wait_any(event, handle); });
        support::wait_until_asleep(waiter.id(), support::asleep_in::poll);
        pipe.second.write();
        EXPECT_EQ(waiter.get(), 1u);
        support::finish();
      },
      testing::ExitedWithCode(0), "");
}

// The kernel polls at most RLIMIT_NOFILE handles at once.
TEST_F(RefusalDeathTest, OfAPollOfSoManyHandlesIsAnErrorAndNotTheEnd) {
  EXPECT_EXIT(
      {
        const support::connection pipe = support::make_pipe();
        std::deque<abide::os_handle> many;
        for (int i = 0; i != 64; ++i) many.emplace_back(pipe.first.get());
        const std::vector<waitable_ref> list(many.begin(), many.end());
        EXPECT_EQ(abide::wait_any_for(1ms, list), std::nullopt);
        const auto error_with_few = [](auto wait) {
          return error_of([&] {
            const few_handles few;
            wait();
          });
        };
        EXPECT_TRUE(error_with_few([&] { (void)abide::wait_any_for(1ms, list); }));
        EXPECT_TRUE(error_with_few([&] { (void)abide::wait_all_for(1ms, list); }));
        EXPECT_EQ(abide::wait_any_for(1ms, list), std::nullopt);
        support::finish();
      },
      testing::ExitedWithCode(0), "");
}

TEST_F(RefusalDeathTest, WithoutAnyHandleLeftAWaitForOneIsASystemError) {
  EXPECT_EXIT(
      {
        const support::connection pipe = support::make_pipe();
        std::deque<abide::os_handle> handles;
        for (int i = 0; i != 16; ++i) handles.emplace_back(pipe.first.get());
        std::vector<waitable_ref> list(handles.begin(), handles.end());
        abide::auto_reset_event event{abide::initially_set};
        list.push_back(event);
        abide::process self(::getpid());
        {
          const few_handles few(16);  // as many as it watches, none for its own
          EXPECT_TRUE(error_of([&] { (void)abide::wait_any_for(1ms, list); }));
          EXPECT_TRUE(error_of([&] { (void)abide::wait_all_for(1ms, list); }));
        }
        {
          const few_handles none(0);
          const abide::return_on canceled(abide::cancellation_token::canceled());
          EXPECT_EQ(abide::wait_all_for(1ms, list, canceled), abide::wait_status::canceled);
          EXPECT_FALSE(self.has_exited());
        }
        EXPECT_TRUE(event.is_set());
        EXPECT_EQ(abide::wait_any_for(1ms, handles[0]), std::nullopt);
        support::finish();
      },
      testing::ExitedWithCode(0), "");
}

TEST_F(RefusalDeathTest, OfTheTimerThreadLeavesTimersAndSourcesUsable) {
  EXPECT_EXIT(
      {
        const auto no_thread = std::make_error_code(std::errc::resource_unavailable_try_again);
        abide::waitable_timer timer;
        abide::cancellation_source source;
        support::refuse_threads();
        EXPECT_EQ(error_of([&] { timer.set(abide::deadline::after(1h)); }), no_thread);
        EXPECT_EQ(error_of([&] { source.cancel_after(1h); }), no_thread);
        EXPECT_EQ(error_of([&] { const abide::cancellation_source timed(1h); }), no_thread);
        EXPECT_FALSE(timer.is_set());
        EXPECT_FALSE(timer.wait_for(0s));
        timer.cancel();
        timer.set(abide::deadline::never());
        EXPECT_TRUE(source.token().expires_at().is_never());
        EXPECT_TRUE(source.cancel());
        support::finish();
      },
      testing::ExitedWithCode(0), "");
}

/// Runs a call with every one of its allocations refused in turn, then with none.
/// Returns: how many it made.
template <class Call, class Check>
std::size_t refuse_each_allocation(Call call, Check check) {
  for (std::size_t n = 0;; ++n) {
    const support::failing_allocation refused(n);
    try {
      call();
      EXPECT_FALSE(refused.has_failed());
      return n;
    } catch (const std::bad_alloc&) {
      EXPECT_TRUE(refused.has_failed());
      check();
    }
  }
}

TEST_F(RefusalDeathTest, OfMemoryForALargeWaitTakesNothing) {
  EXPECT_EXIT(
      {
        constexpr std::size_t count = 40;
        std::deque<abide::auto_reset_event> events(count);
        const support::connection pipe = support::make_pipe();
        std::deque<abide::os_handle> handles;
        for (std::size_t i = 0; i != count; ++i) handles.emplace_back(pipe.first.get());
        std::vector<waitable_ref> list(events.begin(), events.end());
        std::vector<waitable_ref> mixed = list;
        mixed.insert(mixed.end(), handles.begin(), handles.end());
        const abide::cancellation_source source;
        const abide::throw_on token(source.token());
        const auto untouched = [&] {
          for (auto& e : events) {
            EXPECT_FALSE(e.is_set());
            EXPECT_EQ(support::queued(e), 0u);
          }
        };
        const auto refuse = [&](auto call) { return refuse_each_allocation(call, untouched); };
        // The thread's first wait needs a parker; one that is longer than 16 its entries.
        EXPECT_GE(refuse([&] { (void)abide::wait_any_for(20ms, list); }), 2u);
        EXPECT_GE(refuse([&] { (void)abide::wait_any_for(20ms, list, token); }), 2u);
        EXPECT_GE(refuse([&] { (void)abide::wait_any_for(20ms, mixed); }), 2u);
        EXPECT_GE(refuse([&] { (void)abide::wait_all_for(20ms, list); }), 3u);
        EXPECT_GE(refuse([&] { (void)abide::wait_all_for(20ms, mixed, token); }), 5u);
        events[7].set();
        EXPECT_EQ(abide::wait_any(list), 7u);
        support::finish();
      },
      testing::ExitedWithCode(0), "");
}

TEST(Refusal, OfMemoryTakesNothingOfWhatIsReady) {
  std::deque<abide::auto_reset_event> events(40);
  for (auto& e : events) e.set();
  const std::vector<waitable_ref> list(events.begin(), events.end());
  refuse_each_allocation([&] { EXPECT_TRUE(abide::wait_all_for(1h, list)); },
                         [&] {
                           for (auto& e : events) EXPECT_TRUE(e.is_set());
                         });
  for (auto& e : events) EXPECT_FALSE(e.is_set());
}

TEST(Refusal, OfMemoryForAnExportedHandleLeavesTheObjectUsable) {
  const std::size_t handles = support::open_handles();
  const auto test = [&](auto& w) {
    EXPECT_GE(refuse_each_allocation([&] { (void)w.native_handle(); }, [] {}), 1u);
    EXPECT_TRUE(is_readable(w.native_handle()));
    EXPECT_TRUE(abide::wait_for(0s, w));
  };
  {
    abide::manual_reset_event manual{abide::initially_set};
    abide::auto_reset_event automatic{abide::initially_set};
    abide::semaphore units(2);
    test(manual);
    test(automatic);
    test(units);
    const std::unique_ptr<abide::cancellation_source> source =
        std::make_unique<abide::cancellation_source>();
    const auto token = source->token();
    EXPECT_GE(refuse_each_allocation([&] { (void)token.native_handle(); }, [] {}), 1u);
    source->cancel();
    EXPECT_TRUE(is_readable(token.native_handle()));
  }
  EXPECT_EQ(support::open_handles(), handles);
}

TEST(Refusal, OfMemoryForASourceOrALinkRegistersNothing) {
  abide::cancellation_source parent;
  const auto token = parent.token();
  std::optional<abide::cancellation_source> made;
  EXPECT_GE(refuse_each_allocation([&] { made.emplace(); }, [] {}), 1u);
  EXPECT_GE(refuse_each_allocation(
                [&] { made.emplace(abide::cancellation_source::linked_to(token)); }, [] {}),
            1u);
  parent.cancel();
  EXPECT_TRUE(made->is_cancellation_requested());
}

}  // namespace
