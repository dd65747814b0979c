// SPDX-License-Identifier: BSL-1.0
#include <abide/abide.hpp>

#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <ostream>
#include <span>
#include <string>
#include <thread>

#include "core/blocked_call.hpp"
#include "support/child.hpp"
#include "support/rendezvous.hpp"
#include "support/running.hpp"

// P11: the end of an object that somebody waits on.

namespace {

using namespace std::chrono_literals;
using abide::cancellation_source;
using support::run;
using support::wait_until_queued;

class DestructionDeathTest : public support::child_process {};

/// Writes where the object is, then destroys it while a thread waits on it.
template <class T, class Wait, class... Args>
[[noreturn]] void destroy_in_use(Wait wait, Args... args) {
  auto object = std::make_unique<T>(args...);
  std::thread([&w = *object, wait] { wait(w); }).detach();
  wait_until_queued(*object, 1);
  std::fprintf(stderr, "made at %p\n", static_cast<void*>(object.get()));
  object.reset();
  std::_Exit(0);
}

/// Matches the message that gives this type and the address that was written before it.
class ends_for {
 public:
  using is_gtest_matcher = void;
  explicit ends_for(const char* type) : type_(type) {}
  bool MatchAndExplain(const std::string& output, std::ostream*) const {
    const std::string made = "made at ";
    const std::size_t begin = output.find(made) + made.size();
    const std::string address = output.substr(begin, output.find('\n') - begin);
    return output.ends_with("\nabide: abide::" + type_ + " at " + address +
                            " destroyed while a thread waits on it\n");
  }
  void DescribeTo(std::ostream* out) const {
    *out << "names abide::" << type_ << " at its address";
  }
  void DescribeNegationTo(std::ostream* out) const { *out << "does not name " << type_; }

 private:
  std::string type_;
};

const auto wait = [](auto& w) { abide::wait(w); };

TEST_F(DestructionDeathTest, OfAManualResetEventInUseEndsTheProgram) {
  EXPECT_DEATH(destroy_in_use<abide::manual_reset_event>(wait), ends_for("manual_reset_event"));
}

TEST_F(DestructionDeathTest, OfAnAutoResetEventInUseEndsTheProgram) {
  EXPECT_DEATH(destroy_in_use<abide::auto_reset_event>(wait), ends_for("auto_reset_event"));
}

TEST_F(DestructionDeathTest, OfASemaphoreInUseEndsTheProgram) {
  EXPECT_DEATH(destroy_in_use<abide::semaphore>(wait, 0), ends_for("semaphore"));
  EXPECT_DEATH(destroy_in_use<abide::semaphore>(wait, 0, abide::fairness::fifo),
               ends_for("semaphore"));
}

TEST_F(DestructionDeathTest, OfAWaitableTimerInUseEndsTheProgram) {
  EXPECT_DEATH(destroy_in_use<abide::waitable_timer>(wait), ends_for("waitable_timer"));
}

TEST_F(DestructionDeathTest, OfTheLastOfATokenInUseEndsTheProgram) {
  EXPECT_DEATH(
      {
        cancellation_source source;
        auto token = source.token();
        const abide::waitable_ref ref = token;
        std::thread([ref] { (void)abide::wait_any(std::span(&ref, 1)); }).detach();
        wait_until_queued(token, 1);
        source = cancellation_source();
        token = abide::cancellation_token();
      },
      "abide: abide::cancellation_token at 0x[0-9a-f]+ destroyed while a thread waits on it");
}

TEST_F(DestructionDeathTest, EveryKindOfWaitCounts) {
  using event = abide::auto_reset_event;
  const auto dies = ends_for("auto_reset_event");
  EXPECT_DEATH(destroy_in_use<event>([](event& e) { (void)e.wait_for(24h); }), dies);
  EXPECT_DEATH(destroy_in_use<event>([](event& e) {
                 abide::manual_reset_event other;
                 (void)abide::wait_any(other, e, cancellation_source().token());
               }),
               dies);
  EXPECT_DEATH(destroy_in_use<event>([](event& e) {
                 const abide::manual_reset_event other{abide::initially_set};
                 abide::wait_all(other, e);
               }),
               dies);
  EXPECT_DEATH(destroy_in_use<event>([](event& e) {
                 (void)e.native_handle();
                 e.wait();
               }),
               dies);
}

TEST_F(DestructionDeathTest, EveryObjectOfAWaitAllCountsAlsoOneThatIsReady) {
  EXPECT_DEATH(destroy_in_use<abide::auto_reset_event>(
                   [](abide::auto_reset_event& ready) {
                     const abide::manual_reset_event never;
                     abide::wait_all(ready, never);
                   },
                   abide::initially_set),
               ends_for("auto_reset_event"));
}

template <class T, class... Args>
void expect_destructor_lets_it_leave(Args... args) {
  auto object = std::make_unique<T>(args...);
  const abide::waitable_ref item = *object;
  abide::core::blocked_call call({&item, 1}, abide::deadline::never());
  call.enrol(0);
  call.decide(abide::core::timed_out);
  auto destroyer = run([&] { object.reset(); });
  support::wait_until_asleep(destroyer.id(), support::asleep_in::futex);
  EXPECT_FALSE(destroyer.is_done());
  EXPECT_EQ(call.leave(), abide::core::timed_out);
  destroyer.get();
}

TEST(Destruction, LetsADecidedWaitLeaveFirst) {
  expect_destructor_lets_it_leave<abide::manual_reset_event>();
  expect_destructor_lets_it_leave<abide::auto_reset_event>();
  expect_destructor_lets_it_leave<abide::semaphore>(0);
  expect_destructor_lets_it_leave<abide::semaphore>(0, abide::fairness::fifo);
  expect_destructor_lets_it_leave<abide::waitable_timer>();
}

TEST(Destruction, FollowsACancelATimeoutOrAnotherObjectAtOnce) {
  for (int i = 0; i != 500; ++i) {
    auto event = std::make_unique<abide::auto_reset_event>();
    auto semaphore = std::make_unique<abide::semaphore>(0);
    abide::manual_reset_event other;
    cancellation_source source;
    auto waiter = run([&] { return abide::wait_any(source.token(), *event, *semaphore, other); });
    wait_until_queued(other, 1);
    if (i % 2 == 0) {
      source.cancel();
    } else {
      other.set();
    }
    event.reset();
    semaphore.reset();
    EXPECT_EQ(waiter.get(), i % 2 == 0 ? 0u : 3u);
  }
}

TEST(Destruction, OfAnObjectWithAnExportedHandleNeedsNothing) {
  auto event = std::make_unique<abide::manual_reset_event>();
  (void)event->native_handle();
  event.reset();
  auto units = std::make_unique<abide::semaphore>(3);
  (void)units->native_handle();
  units.reset();
}

/// Objects that outlive main in different ways.
struct owners {
  inline static constinit abide::manual_reset_event in_static_storage;
};
std::unique_ptr<abide::auto_reset_event> before_main = std::make_unique<abide::auto_reset_event>();

template <class W>
void wait_detached(W& w) {
  std::thread([&w] { abide::wait(w); }).detach();
  wait_until_queued(w, 1);
}

TEST_F(DestructionDeathTest, AtExitNobodyIsAskedWhoWaits) {
  EXPECT_EXIT(
      {
        wait_detached(owners::in_static_storage);
        wait_detached(*before_main);
        static abide::semaphore local(0);
        wait_detached(local);
        std::exit(0);
      },
      testing::ExitedWithCode(0), "^$");
}

TEST_F(DestructionDeathTest, AtExitNobodyIsAskedWhoWaitsOnWhatWasMadeLast) {
  EXPECT_EXIT(
      {
        wait_detached(owners::in_static_storage);
        static const auto late = std::make_unique<abide::auto_reset_event>();
        wait_detached(*late);
        std::exit(0);
      },
      testing::ExitedWithCode(0), "^$");
}

TEST_F(DestructionDeathTest, TheChildOfAForkMayDestroyWhatItsParentUses) {
  EXPECT_EXIT(
      {
        auto event = std::make_unique<abide::auto_reset_event>();
        wait_detached(*event);
        const pid_t child = ::fork();
        if (child == 0) {
          event.reset();
          ::_exit(7);
        }
        int status = 0;
        ::waitpid(child, &status, 0);
        std::_Exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
      },
      testing::ExitedWithCode(7), "^$");
}

TEST_F(DestructionDeathTest, AChildOfAForkThatWaitsIsHeldToIt) {
  EXPECT_EXIT(
      {
        abide::sleep_for(std::chrono::milliseconds(1));  // the library is in use before the fork
        const pid_t child = ::fork();
        if (child == 0) {
          auto event = std::make_unique<abide::auto_reset_event>();
          wait_detached(*event);
          event.reset();
          ::_exit(7);
        }
        int status = 0;
        ::waitpid(child, &status, 0);
        std::_Exit(WIFSIGNALED(status) ? WTERMSIG(status) : 1);
      },
      testing::ExitedWithCode(SIGABRT), "abide::auto_reset_event at .* destroyed while");
}

}  // namespace
