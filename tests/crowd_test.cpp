// SPDX-License-Identifier: BSL-1.0
#include <abide/abide.hpp>

#include <gtest/gtest.h>

#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <fstream>
#include <string>
#include <system_error>
#include <vector>

#include "support/rendezvous.hpp"

// Thousands of threads that wait for the same thing: each is released, and each once.

namespace {

using std::chrono::duration;
using std::chrono::steady_clock;

constexpr std::size_t many = 4'000;

/// Threads with small stacks that all run one call. Joined at the end.
template <class Call>
class crowd {
 public:
  explicit crowd(Call call) : call_(call) {
    pthread_attr_t attributes;
    ::pthread_attr_init(&attributes);
    ::pthread_attr_setstacksize(&attributes, 64 * 1024);
    for (std::size_t i = 0; i != many; ++i) {
      pthread_t thread;
      const int error = ::pthread_create(&thread, &attributes, &run, this);
      if (error != 0) throw std::system_error(error, std::generic_category(), "pthread_create");
      threads_.push_back(thread);
    }
    ::pthread_attr_destroy(&attributes);
  }
  crowd(const crowd&) = delete;
  crowd& operator=(const crowd&) = delete;
  ~crowd() { join(); }

  void join() {
    for (const pthread_t thread : threads_) ::pthread_join(thread, nullptr);
    threads_.clear();
  }
  std::size_t returned() const { return returned_.load(); }

 private:
  static void* run(void* self) {
    auto& mine = *static_cast<crowd*>(self);
    mine.call_();
    mine.returned_.fetch_add(1);
    return nullptr;
  }

  Call call_;
  std::atomic<std::size_t> returned_{0};
  std::vector<pthread_t> threads_;
};

long resident_kilobytes() {
  std::ifstream file("/proc/self/statm");
  long all = 0;
  long resident = 0;
  file >> all >> resident;
  return resident * (::sysconf(_SC_PAGESIZE) / 1024);
}

/// Releases a crowd that waits on w; what it took is for information.
template <class W, class Call, class Release>
void release_all(const char* name, W& w, Call call, Release release) {
  const long before = resident_kilobytes();
  crowd waiters(call);
  support::wait_until_queued(w, many);
  EXPECT_EQ(waiters.returned(), 0u);
  const long used = resident_kilobytes() - before;
  const auto start = steady_clock::now();
  release();
  const auto returned = steady_clock::now();
  waiters.join();
  const auto all = steady_clock::now();
  EXPECT_EQ(waiters.returned(), many);
  EXPECT_EQ(support::queued(w), 0u);
  using milliseconds = duration<double, std::milli>;
  std::printf("%s: %zu waits, %.1f KiB each; returned after %.1f ms, the last joined after %.1f\n",
              name, many, static_cast<double>(used) / many, milliseconds(returned - start).count(),
              milliseconds(all - start).count());
}

TEST(Crowd, IsReleasedByOneSet) {
  abide::manual_reset_event event;
  release_all(
      "set()", event, [&] { event.wait(); }, [&] { event.set(); });
}

TEST(Crowd, IsReleasedByOneCancel) {
  abide::cancellation_source source;
  abide::auto_reset_event event;
  const auto token = source.token();
  std::atomic<std::size_t> canceled{0};
  const auto wait = [&] {
    canceled += event.wait(abide::return_on(token)) == abide::wait_status::canceled ? 1 : 0;
  };
  release_all("cancel()", token, wait, [&] { source.cancel(); });
  EXPECT_EQ(canceled.load(), many);
  EXPECT_EQ(support::queued(event), 0u);
}

TEST(Crowd, EachTakesOneUnitOfARelease) {
  for (const auto f : {abide::fairness::barging, abide::fairness::fifo}) {
    abide::semaphore units(0, f);
    release_all(
        f == abide::fairness::fifo ? "release(), fifo" : "release()", units,
        [&] { units.acquire(); }, [&] { units.release(many); });
    EXPECT_EQ(units.available(), 0);
  }
}

TEST(Crowd, EachSetReleasesOne) {
  abide::auto_reset_event event;
  release_all(
      "set() of an auto-reset event", event, [&] { event.wait(); },
      [&] {
        for (std::size_t i = 0; i != many; ++i) event.set();
      });
  EXPECT_FALSE(event.is_set());
}

}  // namespace
