// SPDX-License-Identifier: BSL-1.0
#include <abide/abide.hpp>

#include <gtest/gtest.h>

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <optional>
#include <system_error>
#include <vector>

#include "support/allocations.hpp"
#include "support/child.hpp"
#include "support/descriptors.hpp"
#include "support/error_of.hpp"
#include "support/rendezvous.hpp"
#include "support/running.hpp"

// The last descriptor is taken, the last byte of memory: each place that needs one, and all that
// need none.

namespace {

using namespace std::chrono_literals;
using support::run;

class ExhaustionDeathTest : public support::child_process {};

/// While it lives the process has no descriptor left.
class full_table {
 public:
  full_table() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const rlimit few{64, before_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &few);
    for (int fd; (fd = ::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0)) >= 0;) taken_.push_back(fd);
  }
  full_table(const full_table&) = delete;
  full_table& operator=(const full_table&) = delete;
  ~full_table() {
    for (const int fd : taken_) ::close(fd);
    ::setrlimit(RLIMIT_NOFILE, &before_);
  }

 private:
  rlimit before_{};
  std::vector<int> taken_;
};

/// The error of a call that is made while the table is full.
template <class Call>
std::error_code error_in_full_table(Call call) {
  return support::error_of([&] {
    const full_table none_left;
    call();
  });
}

/// Something that needs a descriptor: what it does, and whether the state is as it was before.
struct need {
  const char* name;
  std::function<void()> call;
  std::function<bool()> unchanged;
};

bool is_blocked(int signal) {
  sigset_t blocked;
  ::pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
  return ::sigismember(&blocked, signal) == 1;
}

[[noreturn]] void use_up_descriptors() {
  abide::manual_reset_event manual{abide::initially_set};
  abide::auto_reset_event automatic{abide::initially_set};
  abide::semaphore barging(3);
  abide::semaphore fifo(3, abide::fairness::fifo);
  abide::waitable_timer timer;
  const abide::cancellation_source source;
  const auto token = source.token();
  abide::auto_reset_event unset;
  abide::semaphore empty(0);
  const support::connection pipe = support::make_pipe();
  const abide::os_handle handle(pipe.first.get());
  const auto nothing_queued = [&] {
    return support::queued(unset) + support::queued(empty) + support::queued(token) == 0;
  };
  std::optional<abide::process> process;
  std::optional<abide::signal_set> signals;
  std::optional<abide::file_watch> path;
  // The handles of the last four have other owners: a thread, this scope, the process.
  const need needs[] = {
      {"manual_reset_event", [&] { (void)manual.native_handle(); },
       [&] { return manual.is_set(); }},
      {"auto_reset_event", [&] { (void)automatic.native_handle(); },
       [&] { return automatic.is_set(); }},
      {"semaphore", [&] { (void)barging.native_handle(); },
       [&] { return barging.available() == 3; }},
      {"fifo semaphore", [&] { (void)fifo.native_handle(); },
       [&] { return fifo.available() == 3; }},
      {"waitable_timer", [&] { (void)timer.native_handle(); }, [&] { return !timer.is_set(); }},
      {"token", [&] { (void)token.native_handle(); },
       [&] { return !token.is_cancellation_requested() && token.can_be_canceled(); }},
      {"the token none", [] { (void)abide::cancellation_token().native_handle(); },
       [] { return !abide::cancellation_token().can_be_canceled(); }},
      {"a token made canceled", [] { (void)abide::cancellation_token::canceled().native_handle(); },
       [] { return abide::cancellation_token::canceled().is_cancellation_requested(); }},
      {"process", [&] { process.emplace(::getpid()); }, [&] { return !process; }},
      {"signal_set",
       [&] {
         signals.emplace({SIGUSR1, SIGUSR2});
       },
       [&] { return !signals && !is_blocked(SIGUSR1) && !is_blocked(SIGUSR2); }},
      {"file_watch", [&] { path.emplace("/"); }, [&] { return !path; }},
      {"wait_all of a handle",
       [&] { (void)abide::wait_all_for(1ms, unset, handle, abide::throw_on(token)); },
       nothing_queued},
      {"wait_any of a handle",
       [&] {  // a thread keeps its handle since its first such wait
         run(std::function<void()>([&] {
           (void)abide::wait_any_for(1ms, unset, empty, handle, token);
         })).get();
       },
       nothing_queued},
  };
  // Once before: what a sanitizer wants to know of a type it asks through a pipe.
  run(std::function<void()>([] {})).get();
  EXPECT_THROW(throw std::system_error(std::make_error_code(std::errc::bad_address), "first"),
               std::system_error);
  const std::error_code expected(EMFILE, std::generic_category());
  for (const need& n : needs) {
    SCOPED_TRACE(n.name);
    const std::size_t handles = support::open_handles();
    EXPECT_EQ(error_in_full_table(n.call), expected);
    EXPECT_TRUE(n.unchanged());
    EXPECT_EQ(support::open_handles(), handles) << "leaked";
    EXPECT_NO_THROW(n.call()) << "the next attempt";
    const std::size_t made = support::open_handles() - handles;
    EXPECT_LE(made, 1u);
    EXPECT_NO_THROW(n.call());
    EXPECT_EQ(support::open_handles(), handles + made);
  }
  support::finish();
}

TEST_F(ExhaustionDeathTest, OfDescriptorsIsAnErrorThatChangesNothingAndPasses) {
  EXPECT_EXIT(use_up_descriptors(), testing::ExitedWithCode(0), "");
}

// Whoever signals cannot be refused (P8): nothing here may allocate or open anything.
TEST(Exhaustion, DoesNotConcernWhoSignalsCancelsOrLeaves) {
  abide::manual_reset_event manual;
  abide::auto_reset_event automatic;
  abide::semaphore barging(0);
  abide::semaphore fifo(0, abide::fairness::fifo);
  abide::waitable_timer timer;
  abide::manual_reset_event exported;
  (void)exported.native_handle();
  abide::cancellation_source source;
  const auto token = source.token();
  const auto child = abide::cancellation_source::linked_to(token);
  auto released = token.register_callback([] {});
  auto kept = child.token().register_callback([] {});
  timer.set(abide::deadline::after(1h));
  const auto none = [](auto call) {
    const support::failing_allocation refused(0);
    call();
    EXPECT_FALSE(refused.has_failed());
  };
  std::vector<support::running<void>> waiters;
  for (int i = 0; i != 3; ++i) {
    waiters.push_back(run([&] { manual.wait(); }));
    waiters.push_back(run([&] { automatic.wait(); }));
    waiters.push_back(run([&] { barging.acquire(); }));
    waiters.push_back(run([&] { fifo.acquire(); }));
    waiters.push_back(run([&] { abide::wait_all(manual, exported); }));
    waiters.push_back(run([&] { EXPECT_EQ(abide::wait_any(child.token(), timer), 0u); }));
  }
  support::wait_until_queued(manual, 6);
  support::wait_until_queued(automatic, 3);
  support::wait_until_queued(barging, 3);
  support::wait_until_queued(fifo, 3);
  support::wait_until_queued(exported, 3);
  support::wait_until_queued(timer, 3);
  none([&] {
    manual.set();
    exported.set();
    exported.reset();
    exported.set();
    for (int i = 0; i != 3; ++i) automatic.set();
    barging.release(2);
    barging.release();
    fifo.release(3);
    EXPECT_TRUE(released.unregister());
    timer.set(abide::deadline::after(2h));
    timer.cancel();
    EXPECT_TRUE(source.cancel());
    EXPECT_FALSE(source.try_reset());
  });
  for (auto& w : waiters) w.get();
}

}  // namespace
