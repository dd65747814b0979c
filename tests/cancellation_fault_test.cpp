// SPDX-License-Identifier: BSL-1.0
#include <abide/cancellation.hpp>
#include <abide/wait.hpp>

#include <gtest/gtest.h>

#include <dlfcn.h>
#include <pthread.h>
#include <sys/resource.h>

#include <cerrno>
#include <chrono>
#include <exception>
#include <new>
#include <span>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "support/allocations.hpp"
#include "support/child.hpp"
#include "support/descriptors.hpp"
#include "support/no_handles.hpp"
#include "support/state_probe.hpp"
#include "support/thread_facts.hpp"

// When the machine refuses: no memory, no thread, no handle. Nothing has changed then, and all of
// it can be used.

namespace {

using namespace std::chrono_literals;
using abide::cancellation_source;
using abide::cancellation_token;

/// What the system's pthread_create returns; 0: what it wants.
int refused = 0;

/// How many exit hooks the calling thread has registered: each is memory from the C library.
constinit thread_local int exit_hooks = 0;

template <class F>
F* next_of(F*, const char* name) noexcept {
  return reinterpret_cast<F*>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

// These stand before the system's.

extern "C" [[gnu::visibility("default")]] int __cxa_thread_atexit_impl(void (*hook)(void*),
                                                                       void* object,
                                                                       void* module) noexcept {
  static auto* const next = next_of(&__cxa_thread_atexit_impl, "__cxa_thread_atexit_impl");
  ++exit_hooks;
  return next(hook, object, module);
}

extern "C" [[gnu::visibility("default")]] int pthread_create(pthread_t* thread,
                                                             const pthread_attr_t* attributes,
                                                             void* (*run)(void*),
                                                             void* argument) noexcept {
  if (refused != 0) return refused;
  static auto* const next = next_of(&pthread_create, "pthread_create");
  return next(thread, attributes, run, argument);
}

namespace {

/// Calls attempt() with the first, the second, ... allocation failing, until it goes through.
/// After each failure check() looks at what is left. Returns how many failed.
template <class Attempt, class Check>
std::size_t fail_each_allocation(Attempt attempt, Check check) {
  for (std::size_t n = 0;; ++n) {
    bool thrown = false;
    bool failed = false;
    {
      const support::failing_allocation failing(n);
      try {
        attempt();
      } catch (const std::bad_alloc&) {
        thrown = true;
      }
      failed = failing.has_failed();
    }
    EXPECT_EQ(thrown, failed) << "allocation " << n;
    if (!failed) return n;
    check();
  }
}

TEST(CancellationFault, ConstructorWithoutMemory) {
  const auto nothing = [] {};
  EXPECT_EQ(fail_each_allocation([] { const cancellation_source source; }, nothing), 1u);
  EXPECT_EQ(fail_each_allocation([] { const cancellation_source source(1h); }, nothing), 1u);
  EXPECT_EQ(fail_each_allocation([] { const cancellation_source source(0s); }, nothing), 1u);
}

TEST(CancellationFault, AssignmentWithoutMemoryKeepsTheOldState) {
  cancellation_source source;
  const cancellation_token token = source.token();
  const support::failing_allocation failing(0);
  EXPECT_THROW(source = cancellation_source(), std::bad_alloc);
  EXPECT_EQ(source.token(), token);
  EXPECT_TRUE(token.can_be_canceled());
}

TEST(CancellationFault, RegisterCallbackWithoutMemoryRegistersNothing) {
  cancellation_source source;
  const auto references = support::references(source);
  int calls = 0;
  std::vector<int> big(100, 1);
  const auto failures = fail_each_allocation(
      [&] { const auto r = source.token().register_callback([&calls, big] { calls += big[0]; }); },
      [&] {
        EXPECT_EQ(support::callbacks(source), 0u);
        EXPECT_EQ(support::references(source), references);
      });
  EXPECT_EQ(failures, 2u) << "the copy and the node";
  const auto kept = source.token().register_callback([&] { ++calls; });
  EXPECT_TRUE(source.cancel());
  EXPECT_EQ(calls, 1);
}

TEST(CancellationFault, RegisterCallbackOnACanceledTokenWithoutMemoryDoesNotRun) {
  int calls = 0;
  const auto failures = fail_each_allocation(
      [&] { const auto r = cancellation_token::canceled().register_callback([&] { ++calls; }); },
      [&] { EXPECT_EQ(calls, 0); });
  EXPECT_LE(failures, 1u);
  EXPECT_EQ(calls, 1);
}

TEST(CancellationFault, InPlaceCallbackWithoutMemoryRegistersNothing) {
  cancellation_source source;
  const auto references = support::references(source);
  const std::vector<int> big(100, 1);
  const auto call = [big] {};
  const auto failures = fail_each_allocation(
      [&] { const abide::cancellation_callback<decltype(call)> callback(source.token(), call); },
      [&] {
        EXPECT_EQ(support::callbacks(source), 0u);
        EXPECT_EQ(support::references(source), references);
      });
  EXPECT_EQ(failures, 1u);
}

TEST(CancellationFault, LinkedToWithoutMemoryLinksNothing) {
  for (const std::size_t n : {1u, 8u, 9u, 40u}) {
    std::vector<cancellation_source> parents(n);
    std::vector<cancellation_token> tokens;
    for (const auto& p : parents) tokens.push_back(p.token());
    const auto references = support::references(parents[0]);
    const auto failures =
        fail_each_allocation([&] { (void)cancellation_source::linked_to(tokens); },
                             [&] {
                               for (const auto& p : parents) EXPECT_EQ(support::children(p), 0u);
                               EXPECT_EQ(support::references(parents[0]), references);
                             });
    EXPECT_GE(failures, 1u);
    const auto child = cancellation_source::linked_to(tokens);
    EXPECT_TRUE(parents.back().cancel());
    EXPECT_TRUE(child.is_cancellation_requested());
  }
}

// P8: not even the first of its thread.
TEST(CancellationFault, CancelNeedsNoMemory) {
  cancellation_source source;
  const auto child = cancellation_source::linked_to(source.token());
  bool ran = false;
  const auto registration = child.token().register_callback([&] { ran = true; });
  std::thread([&] {
    const std::size_t allocations = support::allocations();
    const int hooks = exit_hooks;
    EXPECT_TRUE(source.cancel());
    EXPECT_TRUE(ran);
    EXPECT_EQ(support::allocations(), allocations);
    EXPECT_EQ(exit_hooks, hooks) << "the C library allocates for each";
  }).join();
}

// What the callbacks threw may get lost for want of memory, but not that they did.
TEST(CancellationFault, CancelWithoutMemoryForTheErrorsRunsAllCallbacksAndThrows) {
  for (const auto& [throwing, n] : {std::pair(1, 0u), std::pair(1, 1u), std::pair(3, 0u),
                                    std::pair(3, 1u), std::pair(3, 2u), std::pair(3, 3u)}) {
    cancellation_source source;
    int calls = 0;
    std::vector<abide::cancellation_registration> registrations;
    for (int i = 0; i != throwing; ++i) {
      registrations.push_back(source.token().register_callback([&] {
        ++calls;
        throw 1;
      }));
    }
    const support::failing_allocation failing(n);
    EXPECT_ANY_THROW(source.cancel()) << throwing << " throw, allocation " << n << " fails";
    EXPECT_EQ(calls, throwing);
    EXPECT_TRUE(source.is_cancellation_requested());
  }
}

TEST(CancellationFault, NativeHandleWithoutMemory) {
  cancellation_source source;
  const std::size_t handles = support::open_handles();
  const auto failures = fail_each_allocation([&] { (void)source.token().native_handle(); },
                                             [&] { EXPECT_EQ(support::open_handles(), handles); });
  EXPECT_GE(failures, 1u);
  EXPECT_TRUE(source.cancel());
  EXPECT_TRUE(support::is_readable(source.token().native_handle()));
}

TEST(CancellationFault, NativeHandleWithoutADescriptorIsSystemError) {
  cancellation_source source;
  const auto canceled = cancellation_token::canceled();
  for (const cancellation_token& token : {source.token(), cancellation_token(), canceled}) {
    std::exception_ptr thrown;
    try {
      const support::no_handles none;
      (void)token.native_handle();
    } catch (...) {
      thrown = std::current_exception();
    }
    ASSERT_TRUE(thrown);
    try {
      std::rethrow_exception(thrown);
    } catch (const std::system_error& e) {
      EXPECT_EQ(e.code(), std::error_code(EMFILE, std::generic_category()));
    }
  }
  EXPECT_FALSE(support::is_readable(source.token().native_handle()));
  EXPECT_TRUE(source.cancel());
  EXPECT_TRUE(support::is_readable(source.token().native_handle()));
  EXPECT_FALSE(support::is_readable(cancellation_token().native_handle()));
  EXPECT_TRUE(support::is_readable(canceled.native_handle()));
}

using CancellationFaultProcess = support::child_process;

TEST_F(CancellationFaultProcess, TimerThreadThatCannotStartIsSystemErrorAndChangesNothing) {
  EXPECT_EXIT(
      {
        const auto expect_refusal = [](auto call) {
          refused = EAGAIN;
          try {
            call();
            ADD_FAILURE() << "did not throw";
          } catch (const std::system_error& e) {
            EXPECT_EQ(e.code(), std::error_code(EAGAIN, std::generic_category()));
          }
          refused = 0;
        };
        cancellation_source source;
        const auto references = support::references(source);
        int calls = 0;
        const auto registration = source.token().register_callback([&] { ++calls; });
        expect_refusal([&] { source.cancel_after(1h); });
        expect_refusal([&] { source.cancel_at(abide::deadline::after(1h)); });
        expect_refusal([] { const cancellation_source timed(1h); });
        EXPECT_TRUE(source.token().expires_at().is_never());
        EXPECT_FALSE(support::is_armed(source));
        EXPECT_FALSE(source.is_cancellation_requested());
        EXPECT_EQ(support::references(source), references + 1) << "the registration";

        refused = EAGAIN;  // what needs no thread
        source.cancel_at(abide::deadline::never());
        EXPECT_TRUE(cancellation_source(0s).is_cancellation_requested());
        cancellation_source canceled;
        EXPECT_TRUE(canceled.cancel());
        EXPECT_NO_THROW(canceled.cancel_after(1h)) << "does nothing once canceled";
        cancellation_source empty;
        const cancellation_source moved = std::move(empty);
        EXPECT_NO_THROW(empty.cancel_after(1h)) << "does nothing when empty";
        refused = 0;

        source.cancel_after(1ms);  // the next attempt may go through
        abide::wait(source.token());
        EXPECT_EQ(source.token().reason(), std::errc::timed_out);
        support::finish();
      },
      testing::ExitedWithCode(0), "");
}

}  // namespace
