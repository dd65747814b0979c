// SPDX-License-Identifier: BSL-1.0

// The examples in the comments of the public headers, as they are printed: each is included where
// the names that it uses are declared, and what it says is checked.

#include <abide/abide.hpp>
#include <abide/interop/stop_token.hpp>

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <deque>
#include <filesystem>
#include <fstream>
#include <optional>
#include <thread>
#include <vector>

#include "support/running.hpp"

using namespace std::chrono_literals;

// ---- What stands outside functions

namespace stranger {

class token {
 public:
  const abide::manual_reset_event& stopped() const noexcept { return stopped_; }
  void stop() noexcept { stopped_.set(); }

 private:
  abide::manual_reset_event stopped_;
};

}  // namespace stranger

#include "cancel_argument.3.cpp"

namespace cancellation_token_block {

abide::cancellation_source source;
void step() { source.cancel(); }
#include "cancellation_token.1.cpp"

}  // namespace cancellation_token_block

// ---- What stands in functions

namespace {

class HeaderBlocks : public testing::Test {
 protected:
  abide::cancellation_source owner;
  abide::cancellation_token token = owner.token();
};

TEST_F(HeaderBlocks, AutoResetEvent) {
#include "auto_reset_event.1.cpp"
  EXPECT_FALSE(work.is_set());
}

TEST_F(HeaderBlocks, ThrowOn) {
  abide::auto_reset_event work;
  abide::manual_reset_event quit{abide::initially_set};
#include "cancel_argument.1.cpp"
  EXPECT_EQ(which, 2u);
}

TEST_F(HeaderBlocks, ReturnOn) {
  abide::auto_reset_event work;
  owner.cancel();
  [&] {
#include "cancel_argument.2.cpp"
    ADD_FAILURE() << "did not return";
  }();
}

TEST_F(HeaderBlocks, TokenAdapter) {
  stranger::token theirs;
  theirs.stop();
  abide::auto_reset_event work;
  EXPECT_THROW(work.wait(theirs), abide::operation_canceled);
}

TEST_F(HeaderBlocks, CancellationRegistration) {
  struct {
    void close() { is_closed = true; }
    bool is_closed = false;
  } connection;
#include "cancellation_registration.1.cpp"
  owner.cancel();
  EXPECT_TRUE(closing && connection.is_closed);
}

TEST_F(HeaderBlocks, CancellationCallback) {
  abide::manual_reset_event ready;
#include "cancellation_registration.2.cpp"
  owner.cancel();
  EXPECT_TRUE(ready.is_set());
}

TEST_F(HeaderBlocks, CancellationSource) {
  const auto work = [](const abide::cancellation_token& stop) {
    EXPECT_THROW(abide::manual_reset_event().wait(stop), abide::operation_canceled);
  };
#include "cancellation_source.1.cpp"
  worker.join();
}

TEST_F(HeaderBlocks, CancellationToken) {
  cancellation_token_block::work(cancellation_token_block::source.token());
}

TEST_F(HeaderBlocks, Deadline) {
  std::atomic<bool> done = false;
  abide::auto_reset_event event;
  const auto timed_out = [] { ADD_FAILURE() << "the event was set"; };
  auto setter = support::run([&] {
    done = true;
    event.set();
  });
#include "deadline.1.cpp"
}

TEST_F(HeaderBlocks, WaitSet) {
  const abide::cancellation_token& stop = token;
  std::deque<abide::semaphore> queues;
  for (int i = 0; i != 3; ++i) queues.emplace_back(1);
  std::size_t served = 0;
  const auto serve = [&](std::size_t i) {
    EXPECT_LT(i, queues.size());
    if (++served == queues.size()) owner.cancel();
  };
#include "wait_set.1.cpp"
  EXPECT_EQ(served, 3u);
}

TEST_F(HeaderBlocks, WaitSetInBatches) {
  abide::semaphore work(1);
  abide::wait_set set;
  set.add(work, 5);
  std::size_t served = 0;
  const auto serve = [&](std::size_t key) { served = key; };
#include "wait_set.2.cpp"
  EXPECT_EQ(served, 5u);
}

TEST_F(HeaderBlocks, FileWatch) {
  auto server = support::run([] { std::ofstream("server.socket").put('x'); });
#include "file_watch.1.cpp"
  EXPECT_TRUE(socket.exists());
  server.get();
  std::filesystem::remove("server.socket");
}

TEST_F(HeaderBlocks, InitiallySet) {
#include "initially_set.1.cpp"
  EXPECT_TRUE(open.is_set());
}

TEST_F(HeaderBlocks, ManualResetEvent) {
#include "manual_reset_event.1.cpp"
  EXPECT_TRUE(ready.is_set());
}

TEST_F(HeaderBlocks, OperationCanceled) {
  abide::cancellation_source other;
  const auto call = [&](const auto& user_code) {
#include "operation_canceled.1.cpp"
  };
  EXPECT_NO_THROW(call([&](const auto& mine) { throw abide::operation_canceled(mine); }));
  EXPECT_THROW(call([&](const auto&) { throw abide::operation_canceled(other.token()); }),
               abide::operation_canceled);
}

TEST_F(HeaderBlocks, OsHandle) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  ASSERT_EQ(::dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
  ASSERT_EQ(::write(ends[1], "x", 1), 1);
  char read = 0;
  const auto read_some = [&](int fd) { EXPECT_EQ(::read(fd, &read, 1), 1); };
#include "os_handle.1.cpp"
  EXPECT_EQ(read, 'x');
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST_F(HeaderBlocks, Process) {
  const int pid = ::fork();
  if (pid == 0) ::_exit(3);
  std::optional<abide::exit_status> reported;
  const auto report = [&](auto status) { reported = status; };
#include "process.1.cpp"
  EXPECT_EQ(reported, (abide::exit_status{abide::exit_status::cause::exit, 3}));
}

TEST_F(HeaderBlocks, Semaphore) {
  const auto use_a_slot = [] {};
#include "semaphore.1.cpp"
  EXPECT_EQ(slots.available(), 4);
}

TEST_F(HeaderBlocks, SignalSet) {
  abide::auto_reset_event work{abide::initially_set};
  const auto step = [] { ::kill(::getpid(), SIGTERM); };
#include "signal_set.1.cpp"
  EXPECT_EQ(stop.take(), (abide::signal_info{SIGTERM, ::getpid()}));
}

TEST_F(HeaderBlocks, Sleep) {
  const auto before = std::chrono::steady_clock::now();
#include "sleep.1.cpp"
  EXPECT_GE(std::chrono::steady_clock::now() - before, 20ms);
}

TEST_F(HeaderBlocks, Spin) {
#include "spin.1.cpp"
  abide::this_thread::set_spin(abide::spin::off);
  EXPECT_EQ(abide::this_thread::get_spin(), abide::spin::off);
}

TEST_F(HeaderBlocks, StopToken) {
  abide::auto_reset_event event{abide::initially_set};
  abide::semaphore steps(0);
  const auto step = [&] { steps.release(); };
#include "stop_token.1.cpp"
  steps.acquire();
  worker.request_stop();
  worker.join();
}

TEST_F(HeaderBlocks, Wait) {
  abide::semaphore server(1);
#include "wait.1.cpp"
  EXPECT_EQ(server.available(), 0);
}

TEST_F(HeaderBlocks, WaitAny) {
  abide::auto_reset_event work;
  abide::manual_reset_event input{abide::initially_set};
#include "wait.2.cpp"
  EXPECT_EQ(which, 2u);
}

TEST_F(HeaderBlocks, WaitAll) {
  abide::auto_reset_event paper{abide::initially_set};
  abide::auto_reset_event ink{abide::initially_set};
#include "wait.3.cpp"
  EXPECT_FALSE(paper.is_set() || ink.is_set());
}

TEST_F(HeaderBlocks, SignalAndWait) {
  abide::auto_reset_event request;
  abide::auto_reset_event answer{abide::initially_set};
#include "wait.4.cpp"
  EXPECT_TRUE(request.is_set());
}

TEST_F(HeaderBlocks, WaitableRef) {
  abide::auto_reset_event ready;
  abide::auto_reset_event work{abide::initially_set};
#include "waitable.1.cpp"
  EXPECT_EQ(which, 1u);
}

TEST_F(HeaderBlocks, WaitableTimer) {
  abide::manual_reset_event work;
  const auto beat = [&] { work.set(); };
#include "waitable_timer.1.cpp"
  EXPECT_TRUE(work.is_set());
}

}  // namespace
