// SPDX-License-Identifier: BSL-1.0
#include <abide/abide.hpp>

#include <gtest/gtest.h>

#include <sys/mman.h>

#include <atomic>
#include <barrier>
#include <chrono>
#include <cstdio>
#include <new>
#include <utility>
#include <vector>

#include "support/long_form.hpp"
#include "support/race.hpp"
#include "support/running.hpp"

// P5 and P11 where LOCK is contended: several threads come to an object at the moment at which it
// is signaled, some of them asleep on LOCK, and the last one that was released takes the object's
// page away, while who signaled it may still be on the way to wake the next that sleeps on LOCK.

namespace {

using abide::fairness;

constexpr int crowd = 3;

template <class Subject>
void destroy(void* page) {
  static_cast<Subject*>(page)->~Subject();
  ::munmap(page, sizeof(Subject));
}

/// Has a crowd meet at a new Subject in every round; the one whose wait() is true destroys it.
template <class Subject>
void crowd_meets(long rounds) {
  void* page = nullptr;
  std::barrier<> line(crowd + 1);
  std::vector<support::running<void>> threads;
  for (int me = 0; me != crowd; ++me) {
    threads.push_back(support::run([&, me] {
      for (long i = 0; i != rounds; ++i) {
        line.arrive_and_wait();
        auto* const subject = static_cast<Subject*>(page);
        support::linger((i * (me + 7)) % 53);
        if (subject->wait()) destroy<Subject>(std::exchange(page, nullptr));
        line.arrive_and_wait();
      }
    }));
  }
  for (long i = 0; i != rounds; ++i) {
    page = ::mmap(nullptr, sizeof(Subject), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                  0);
    ASSERT_NE(page, MAP_FAILED);
    auto* const subject = new (page) Subject;
    line.arrive_and_wait();
    support::linger(i % 41);
    subject->release();
    line.arrive_and_wait();
    if (page != nullptr) destroy<Subject>(page);
  }
  for (auto& t : threads) t.get();
  std::printf("figure: %ld rounds\n", rounds);
}

const long planned = support::rounds(4'000, 400'000);

/// The last to come here.
class last_one {
 public:
  bool is_this() noexcept { return left_.fetch_sub(1, std::memory_order_acq_rel) == 1; }

 private:
  std::atomic<int> left_{crowd};
};

struct event {
  bool wait() {
    object.wait();
    return last.is_this();
  }
  void release() { object.set(); }
  abide::manual_reset_event object;
  last_one last;
};
TEST(LockRace, TheLastThatASetReleasedMayDestroyTheEvent) { crowd_meets<event>(planned); }

struct token {
  bool wait() {
    abide::wait(seen);
    return last.is_this();
  }
  void release() { source.cancel(); }
  abide::cancellation_source source;
  abide::cancellation_token seen = source.token();
  last_one last;
};
TEST(LockRace, TheLastThatACancelReleasedMayDestroySourceAndToken) { crowd_meets<token>(planned); }

template <fairness Fairness>
struct units {
  bool wait() {
    object.acquire();
    return last.is_this();
  }
  void release() { object.release(crowd); }
  abide::semaphore object{0, Fairness};
  last_one last;
};
TEST(LockRace, TheLastThatAReleaseReleasedMayDestroyTheSemaphore) {
  crowd_meets<units<fairness::barging>>(planned);
}
TEST(LockRace, TheLastThatAReleaseReleasedMayDestroyTheFifoSemaphore) {
  crowd_meets<units<fairness::fifo>>(planned);
}

// Each passes the signal on to the next, so the last destroys it while others are still in set().
struct relay {
  bool wait() {
    object.wait();
    if (last.is_this()) return true;
    object.set();
    return false;
  }
  void release() { object.set(); }
  abide::auto_reset_event object;
  last_one last;
};
TEST(LockRace, TheLastOfARelayMayDestroyTheEvent) { crowd_meets<relay>(planned); }

// Of those that one release finds, some are canceled, and what they were given goes back. One that
// was released and leaves last may destroy it: until a canceled wait has returned it still counts.
template <fairness Fairness>
struct canceled_units {
  bool wait() {
    const auto how = object.acquire(abide::return_on(seen));
    return last.is_this() && how == abide::wait_status::ready;
  }
  void release() {
    static unsigned turn = 0;
    source.cancel_after(std::chrono::microseconds(++turn % 24));  // by the timer thread
    object.release(crowd);
  }
  abide::semaphore object{0, Fairness};
  abide::cancellation_source source;
  abide::cancellation_token seen = source.token();
  last_one last;
};
TEST(LockRace, TheLastThatAReleaseReleasedMayDestroyWhatOthersWereCanceledOn) {
  crowd_meets<canceled_units<fairness::fifo>>(planned);
  crowd_meets<canceled_units<fairness::barging>>(planned);
}

}  // namespace
