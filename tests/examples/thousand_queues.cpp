// SPDX-License-Identifier: BSL-1.0

// Two threads serve a thousand queues: each queue is registered once, and a wake costs the same as
// if there were one. Whoever is woken takes what is ready, in batches. Jobs that were posted before
// the stop are done before it.
#include <abide/abide.hpp>

#include <atomic>
#include <cstddef>
#include <cstdio>
#include <deque>
#include <thread>

constexpr std::size_t queues = 1000;
constexpr int jobs = 5000;

int main() {
  std::deque<abide::semaphore> posted;  // a unit is a job
  for (std::size_t i = 0; i != queues; ++i) posted.emplace_back(0);
  abide::semaphore finished(0);
  abide::cancellation_source stop;
  abide::wait_set ready;
  for (std::size_t i = 0; i != queues; ++i) ready.add(posted[i], i);

  std::atomic<int> done{0};
  const auto serve = [&] {
    std::size_t room[32];
    for (;;) {
      const auto some = ready.wait(room, abide::return_on(stop.token()));
      if (some.status == abide::wait_status::canceled) return;
      done += static_cast<int>(some.keys.size());  // one job from each of these queues
      finished.release(static_cast<std::ptrdiff_t>(some.keys.size()));
    }
  };
  std::thread first(serve);
  std::thread second(serve);
  for (int i = 0; i != jobs; ++i) posted[static_cast<std::size_t>(i) * 7 % queues].release();
  for (int i = 0; i != jobs; ++i) finished.acquire();
  stop.cancel();
  first.join();
  second.join();
  std::printf("%d jobs done\n", done.load());
  return done == jobs ? 0 : 1;
}
