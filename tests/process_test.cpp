// SPDX-License-Identifier: BSL-1.0
#include <abide/abide.hpp>

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <optional>
#include <system_error>
#include <type_traits>
#include <utility>

#include "support/descriptors.hpp"
#include "support/error_of.hpp"
#include "support/running.hpp"
#include "support/thread_facts.hpp"

namespace {

using namespace std::chrono_literals;
using abide::exit_status;
using abide::process;
using support::error_of;
using cause = abide::exit_status::cause;

static_assert(!std::is_copy_constructible_v<process> && !std::is_copy_assignable_v<process>);
static_assert(std::is_nothrow_move_constructible_v<process>);
static_assert(std::is_nothrow_move_assignable_v<process>);
static_assert(!std::is_convertible_v<int, process>, "a number is no process");

/// A child that lives until it is told how to end. Reaped by its owner at the latest.
class child {
 public:
  child() {
    int ends[2];
    if (::pipe(ends) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
    id_ = ::fork();
    if (id_ == 0) {
      ::close(ends[1]);
      int end = 0;
      if (::read(ends[0], &end, sizeof end) == sizeof end && end < 0) ::raise(-end);
      ::_exit(end);
    }
    ::close(ends[0]);
    to_child_ = ends[1];
  }
  child(const child&) = delete;
  child& operator=(const child&) = delete;
  ~child() {
    ::close(to_child_);
    if (::waitpid(id_, nullptr, WNOHANG) == 0) {
      ::kill(id_, SIGKILL);
      ::waitpid(id_, nullptr, 0);
    }
  }

  int id() const { return id_; }
  void exit(int code) { tell(code); }
  void die_of(int signal) { tell(-signal); }

 private:
  void tell(int end) { EXPECT_EQ(::write(to_child_, &end, sizeof end), ssize_t{sizeof end}); }

  int id_;
  int to_child_;
};

TEST(Process, IsReadyOnceItHasExited) {
  child c;
  process p(c.id());
  EXPECT_EQ(p.id(), c.id());
  EXPECT_FALSE(p.has_exited());
  EXPECT_FALSE(abide::wait_for(0s, p));
  EXPECT_FALSE(support::is_readable(p.native_handle()));
  c.exit(0);
  abide::wait(p);
  EXPECT_TRUE(p.has_exited());
  EXPECT_TRUE(support::is_readable(p.native_handle()));
}

TEST(Process, EndsAWaitThatIsAsleep) {
  child c;
  process p(c.id());
  abide::manual_reset_event never;
  auto waiter = support::run([&] { return abide::wait_any(never, p); });
  support::wait_until_asleep(waiter.id(), support::asleep_in::poll);
  c.exit(0);
  EXPECT_EQ(waiter.get(), 1u);
}

TEST(Process, TheWaitIsCanceledLikeAnyOther) {
  child c;
  process p(c.id());
  abide::cancellation_source source;
  auto waiter = support::run([&] { return abide::wait(p, abide::return_on(source.token())); });
  support::wait_until_asleep(waiter.id(), support::asleep_in::poll);
  source.cancel();
  EXPECT_EQ(waiter.get(), abide::wait_status::canceled);
  EXPECT_FALSE(p.has_exited());
}

TEST(Process, AllOfSeveralHaveToExit) {
  child c;
  child d;
  process p(c.id());
  process q(d.id());
  c.exit(0);
  abide::wait(p);
  EXPECT_FALSE(abide::wait_all_for(0s, p, q));
  d.exit(0);
  abide::wait_all(p, q);
}

TEST(Process, StatusIsTheExitCode) {
  child c;
  process p(c.id());
  c.exit(7);
  abide::wait(p);
  EXPECT_EQ(p.status(), (exit_status{cause::exit, 7}));
}

TEST(Process, StatusIsTheSignalThatKilledIt) {
  child c;
  process p(c.id());
  c.die_of(SIGKILL);
  abide::wait(p);
  EXPECT_EQ(p.status(), (exit_status{cause::signal, SIGKILL}));
}

TEST(Process, StatusIsEmptyWhileItRuns) {
  child c;
  process p(c.id());
  EXPECT_EQ(p.status(), std::nullopt);
  EXPECT_FALSE(p.has_exited());
}

TEST(Process, WaitingReapsNothing) {
  child c;
  process p(c.id());
  c.exit(3);
  abide::wait(p);
  abide::wait(p);
  siginfo_t left{};
  EXPECT_EQ(::waitid(P_PID, static_cast<id_t>(c.id()), &left, WEXITED | WNOHANG | WNOWAIT), 0);
  EXPECT_EQ(left.si_pid, c.id()) << "the wait has reaped it";
}

TEST(Process, StatusReapsAndIsKept) {
  child c;
  process p(c.id());
  c.exit(3);
  abide::wait(p);
  EXPECT_EQ(p.status(), (exit_status{cause::exit, 3}));
  EXPECT_EQ(::waitpid(c.id(), nullptr, WNOHANG), -1) << "it is a zombie still";
  EXPECT_EQ(p.status(), (exit_status{cause::exit, 3}));
  EXPECT_TRUE(abide::wait_for(0s, p)) << "reaped, it is ready no more";
}

TEST(Process, StatusOfAChildThatSomebodyElseReapedIsUnknown) {
  child c;
  process p(c.id());
  c.exit(3);
  ASSERT_EQ(::waitpid(c.id(), nullptr, 0), c.id());
  EXPECT_TRUE(p.has_exited());
  EXPECT_EQ(p.status(), std::nullopt);
}

// A grandchild: it ends once it can read from `order`, its parent once its own child is gone.
TEST(Process, StatusOfAStrangerIsUnknown) {
  const auto news = support::make_pipe();
  const auto order = support::make_pipe();
  const int parent = ::fork();
  if (parent == 0) {
    const int grandchild = ::fork();
    if (grandchild == 0) {
      char byte;
      ::_exit(::read(order.first.get(), &byte, 1) == 1 ? 3 : 4);
    }
    const bool told = ::write(news.second.get(), &grandchild, sizeof grandchild) > 0;
    ::waitpid(grandchild, nullptr, 0);
    ::_exit(told ? 0 : 1);
  }
  int grandchild = 0;
  ASSERT_EQ(::read(news.first.get(), &grandchild, sizeof grandchild), ssize_t{sizeof grandchild});
  process p(grandchild);
  EXPECT_FALSE(p.has_exited());
  order.second.write();
  abide::wait(p);
  EXPECT_TRUE(p.has_exited());
  EXPECT_EQ(p.status(), std::nullopt);
  EXPECT_EQ(::waitpid(parent, nullptr, 0), parent);
}

TEST(Process, AZombieIsAProcessThatHasExited) {
  child c;
  c.exit(5);
  siginfo_t zombie{};
  ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(c.id()), &zombie, WEXITED | WNOWAIT), 0);
  process p(c.id());
  EXPECT_TRUE(p.has_exited());
  EXPECT_EQ(p.status(), (exit_status{cause::exit, 5}));
}

TEST(Process, ThatDoesNotExistIsNoSuchProcess) {
  child c;
  const int id = c.id();
  c.exit(0);
  ASSERT_EQ(::waitpid(id, nullptr, 0), id);
  EXPECT_EQ(error_of([&] { process p(id); }), std::errc::no_such_process);
}

TEST(Process, NumbersThatCannotBeOneAreInvalid) {
  for (const int id : {0, -1}) {
    EXPECT_EQ(error_of([&] { process p(id); }), std::errc::invalid_argument) << id;
  }
}

TEST(Process, SendReachesIt) {
  child c;
  process p(c.id());
  p.send(SIGTERM);
  abide::wait(p);
  EXPECT_EQ(p.status(), (exit_status{cause::signal, SIGTERM}));
  EXPECT_EQ(error_of([&] { p.send(SIGTERM); }), std::errc::no_such_process);
}

TEST(Process, SendRefusesWhatIsNoSignal) {
  child c;
  process p(c.id());
  EXPECT_EQ(error_of([&] { p.send(1000); }), std::errc::invalid_argument);
}

TEST(Process, DestroyingItKillsNothing) {
  child c;
  { process p(c.id()); }
  process again(c.id());
  EXPECT_FALSE(again.has_exited());
  c.exit(0);
  abide::wait(again);
  EXPECT_EQ(again.status(), (exit_status{cause::exit, 0}));
}

TEST(Process, OwnsItsHandle) {
  child c;
  const std::size_t before = support::open_handles();
  {
    process p(c.id());
    EXPECT_TRUE(support::closes_on_exec(p.native_handle()));
    EXPECT_EQ(support::open_handles(), before + 1);
    process q(std::move(p));
    EXPECT_EQ(support::open_handles(), before + 1);
  }
  EXPECT_EQ(support::open_handles(), before);
}

TEST(Process, MovesWithItsHandleAndStatus) {
  child c;
  child d;
  process p(c.id());
  process q(d.id());
  c.exit(1);
  abide::wait(p);
  ASSERT_TRUE(p.status());
  const std::size_t before = support::open_handles();
  q = std::move(p);
  EXPECT_EQ(support::open_handles(), before - 1) << "the handle that was assigned to leaks";
  EXPECT_EQ(q.id(), c.id());
  EXPECT_EQ(q.status(), (exit_status{cause::exit, 1}));
  EXPECT_TRUE(abide::wait_for(0s, q));
}

}  // namespace
