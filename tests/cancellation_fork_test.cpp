// SPDX-License-Identifier: BSL-1.0
#include <abide/auto_reset_event.hpp>
#include <abide/cancellation.hpp>
#include <abide/manual_reset_event.hpp>
#include <abide/semaphore.hpp>
#include <abide/wait.hpp>

#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <optional>

#include "support/rendezvous.hpp"
#include "support/running.hpp"

// The child of a fork has none of the other threads. It may destroy what they used, and then exec.

namespace {

using namespace std::chrono_literals;
using abide::cancellation_source;
using abide::cancellation_token;

/// What a child did with itself.
enum class fate { went_well, hung, died };

/// Runs f in the child of a fork; a child that hangs is ended after a while.
template <class F>
fate in_child(F f) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(20);
    f();
    ::_exit(0);
  }
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return fate::went_well;
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM ? fate::hung : fate::died;
}

void exec_true() { ::execl("/bin/true", "true", nullptr); }

TEST(CancellationFork, ChildDestroysWhatIsAtRestAndExecs) {
  std::optional<cancellation_source> source{std::in_place};
  std::optional<cancellation_source> timed{std::in_place, 1h};
  std::optional<cancellation_source> child =
      cancellation_source::linked_to(source->token(), timed->token());
  std::optional token = child->token();
  std::optional<abide::cancellation_registration> registration = token->register_callback([] {});
  (void)token->native_handle();
  EXPECT_EQ(in_child([&] {
              registration.reset();
              token.reset();
              child.reset();
              timed.reset();
              source.reset();
              exec_true();
            }),
            fate::went_well);
  EXPECT_TRUE(source->cancel()) << "the parent has all of it still";
  EXPECT_TRUE(token->is_cancellation_requested());
}

TEST(CancellationFork, ChildDestroysWhatThreadsOfTheParentWaitOn) {
  std::optional<abide::manual_reset_event> manual{std::in_place};
  std::optional<abide::auto_reset_event> automatic{std::in_place};
  std::optional<abide::semaphore> semaphore{std::in_place, 0};
  std::optional<cancellation_source> source{std::in_place};
  std::optional token = source->token();
  auto a = support::run([&] { manual->wait(*token); });
  auto b = support::run([&] { automatic->wait(*token); });
  auto c = support::run([&] { semaphore->acquire(*token); });
  support::wait_until_queued(*token, 3);
  EXPECT_EQ(in_child([&] {
              manual.reset();
              automatic.reset();
              semaphore.reset();
              source.reset();
              token.reset();
              exec_true();
            }),
            fate::went_well);
  EXPECT_TRUE(source->cancel());
  EXPECT_THROW(a.get(), abide::operation_canceled);
  EXPECT_THROW(b.get(), abide::operation_canceled);
  EXPECT_THROW(c.get(), abide::operation_canceled);
}

TEST(CancellationFork, ChildDestroysWhatAThreadOfTheParentHasLocked) {
  const cancellation_source source;
  const cancellation_token token = source.token();
  std::optional<abide::cancellation_registration> registration = token.register_callback([] {});
  std::optional<cancellation_source> child = cancellation_source::linked_to(token);
  abide::core::locked held = support::lock(token);
  EXPECT_EQ(in_child([&] {
              registration.reset();
              child.reset();
            }),
            fate::went_well);
  held.publish();
}

// The fork may come at any moment of what another thread does, in the middle of it too.
TEST(CancellationFork, ChildDestroysWhatAThreadOfTheParentIsBusyWith) {
  const cancellation_source source;
  const cancellation_token token = source.token();
  std::atomic<bool> enough = false;
  auto busy = support::run([&] {
    while (!enough) {
      auto registration = token.register_callback([] {});
      const auto child = cancellation_source::linked_to(token);
      (void)registration.unregister();
    }
  });
  for (int i = 0; i != 100 && !testing::Test::HasFailure(); ++i) {
    std::optional<abide::cancellation_registration> registration = token.register_callback([] {});
    std::optional<cancellation_source> child = cancellation_source::linked_to(token);
    EXPECT_EQ(in_child([&] {
                registration.reset();
                child.reset();
              }),
              fate::went_well)
        << "fork " << i;
  }
  enough = true;
  busy.get();
}

TEST(CancellationFork, ChildDestroysTimedSourcesWhileTheTimerThreadIsBusy) {
  std::atomic<bool> enough = false;
  auto busy = support::run([&] {
    while (!enough) {
      cancellation_source source(20us);
      source.cancel_after(30us);
      abide::wait(source.token());
    }
  });
  for (int i = 0; i != 100 && !testing::Test::HasFailure(); ++i) {
    std::optional<cancellation_source> timed{std::in_place, 1h};
    std::optional<cancellation_source> child = cancellation_source::linked_to(timed->token());
    EXPECT_EQ(in_child([&] {
                timed.reset();
                child.reset();
              }),
              fate::went_well)
        << "fork " << i;
  }
  enough = true;
  busy.get();
}

}  // namespace
