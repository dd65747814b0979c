// SPDX-License-Identifier: BSL-1.0
#include <abide/cancellation_token.hpp>

#include <gtest/gtest.h>

#include <dirent.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <fstream>
#include <string>
#include <thread>

#include "support/thread_facts.hpp"

// Linked into every test program: at its end the process has the handles and the threads that it
// had before its first test. Three things stay by design and are counted exactly:
//
//   - the timer thread, once it was started;
//   - what threads slept with, pooled. The child of a fork closes those handles, so the count is
//     taken there;
//   - the handles of the two tokens that have no source. Both are made here, so both are there.

namespace {

/// The library's thread, known by its name.
std::size_t timer_threads() {
  std::size_t n = 0;
  DIR* const list = ::opendir("/proc/self/task");
  while (const dirent* entry = ::readdir(list)) {
    std::ifstream file(std::string("/proc/self/task/") + entry->d_name + "/comm");
    std::string name;
    n += file >> name && name == "abide-timer" ? 1 : 0;
  }
  ::closedir(list);
  return n;
}

/// The number of handles that the child of a fork has.
std::size_t handles_of_a_child() {
  int ends[2];
  EXPECT_EQ(::pipe(ends), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const std::size_t n = support::open_handles() - 2;  // without the pipe
    ::_exit(::write(ends[1], &n, sizeof n) == sizeof n ? 0 : 1);
  }
  std::size_t n = 0;
  EXPECT_EQ(::read(ends[0], &n, sizeof n), static_cast<ssize_t>(sizeof n));
  EXPECT_EQ(::waitpid(child, nullptr, 0), child);
  ::close(ends[0]);
  ::close(ends[1]);
  return n;
}

/// What the count is once it is as expected, or after 20 seconds.
template <class Count>
std::size_t eventually(Count count, std::size_t expected) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  std::size_t found;
  do found = count();
  while (found != expected && std::chrono::steady_clock::now() < until);
  return found;
}

class leftovers : public testing::Environment {
 public:
  void SetUp() override {
    // A sanitizer's own thread comes with the first of the program.
    support::thread_id first = 0;
    std::thread([&] { first = support::this_thread_id(); }).join();
    const std::string its_files = "/proc/self/task/" + std::to_string(first);
    while (::access(its_files.c_str(), F_OK) == 0) std::this_thread::yield();
    handles_ = support::open_handles();
    threads_ = support::threads();
  }

  void TearDown() override {
    (void)abide::cancellation_token().native_handle();
    (void)abide::cancellation_token::canceled().native_handle();
    // The timer thread may be on its way out of the last signal, whose handle it then closes; and
    // the system shows a thread for a moment after it was joined.
    EXPECT_EQ(eventually(handles_of_a_child, handles_ + 2), handles_ + 2) << "handles are left";
    const auto threads = [] { return support::threads() - timer_threads(); };
    EXPECT_EQ(eventually(threads, threads_), threads_) << "threads are left";
    EXPECT_LE(timer_threads(), 1u);
  }

 private:
  std::size_t handles_ = 0;
  std::size_t threads_ = 0;
};

const testing::Environment* const installed =
    testing::AddGlobalTestEnvironment(new leftovers);  // GoogleTest deletes it

}  // namespace
