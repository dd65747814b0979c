// SPDX-License-Identifier: BSL-1.0
#include <abide/abide.hpp>

#include <gtest/gtest.h>

#include <poll.h>
#include <sys/mman.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <iterator>
#include <new>
#include <random>

#include "support/descriptors.hpp"
#include "support/long_form.hpp"
#include "support/rendezvous.hpp"
#include "support/running.hpp"

// P5: who was released may destroy the object although the call that released it is still
// returning. Every round makes an object, releases a thread from it, and that thread destroys it at
// once: with delete, which the sanitizers watch, or by taking its page away, which the processor
// watches. Made for the sanitizer builds; the long form is run by tools/prove.

namespace {

using namespace std::chrono_literals;
using abide::deadline;

/// Where an object lives; on every other round in a page of its own.
template <class T>
class place {
 public:
  template <class... Args>
  static T* make(long round, Args&... args) {
    if (round % 2 == 0) return new T(args...);
    void* const page =
        ::mmap(nullptr, page_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED) throw std::bad_alloc();
    return new (page) T(args...);
  }
  static void destroy(long round, T* object) {
    if (round % 2 == 0) {
      delete object;
    } else {
      object->~T();
      ::munmap(object, page_size);
    }
  }

 private:
  static constexpr std::size_t page_size = 4096;
};

void spin(unsigned rounds) {
  for (unsigned i = 0; i != rounds; ++i) std::atomic_signal_fence(std::memory_order_acq_rel);
}

/// Runs the rounds for one kind of subject: `wait()` returns once `release()` has released it.
template <class Subject, class... Args>
void release_and_destroy(long rounds, Args&... args) {
  Subject* subject = nullptr;
  abide::semaphore given(0);
  abide::semaphore gone(0);
  auto waiter = support::run([&] {
    for (long i = 0; i != rounds; ++i) {
      given.acquire();
      subject->wait();
      place<Subject>::destroy(i, subject);
      gone.release();
    }
  });
  std::mt19937 random(1);
  constexpr unsigned delays[] = {0, 30, 300, 1'000, 10'000, 40'000};
  for (long i = 0; i != rounds; ++i) {
    Subject* const mine = subject = place<Subject>::make(i, args...);
    given.release();
    spin(delays[random() % std::size(delays)]);  // from before the wait until it is asleep
    mine->release();
    gone.acquire();
  }
  waiter.get();
  std::printf("figure: %ld rounds\n", rounds);
}

const long planned = support::rounds(10'000, 1'000'000);

template <class Event>
struct event_alone {
  void wait() { event.wait(); }
  void release() { event.set(); }
  Event event;
};

TEST(Lifetime, AManualResetEventMayBeDestroyedByWhoItReleased) {
  release_and_destroy<event_alone<abide::manual_reset_event>>(planned);
}

TEST(Lifetime, AnAutoResetEventMayBeDestroyedByWhoItReleased) {
  release_and_destroy<event_alone<abide::auto_reset_event>>(planned);
}

template <abide::fairness Fairness>
struct semaphore_alone {
  void wait() { units.acquire(); }
  void release() { units.release(); }
  abide::semaphore units{0, Fairness};
};

TEST(Lifetime, ASemaphoreMayBeDestroyedByWhoItReleased) {
  release_and_destroy<semaphore_alone<abide::fairness::barging>>(planned);
}

TEST(Lifetime, AFifoSemaphoreMayBeDestroyedByWhoItReleased) {
  release_and_destroy<semaphore_alone<abide::fairness::fifo>>(planned);
}

struct source_and_token {
  void wait() { abide::wait(token); }
  void release() { source.cancel(); }
  abide::cancellation_source source;
  abide::cancellation_token token = source.token();
};

TEST(Lifetime, ASourceAndItsTokenMayBeDestroyedByWhoItReleased) {
  release_and_destroy<source_and_token>(planned);
}

// The timer thread releases it, so set() has to be over before the timer is given away.
struct timer_alone {
  timer_alone() { timer.set(deadline::after(0s), 20us); }
  void wait() { timer.wait(); }
  void release() {}
  abide::waitable_timer timer;
};

TEST(Lifetime, AWaitableTimerMayBeDestroyedByWhoItReleased) {
  release_and_destroy<timer_alone>(support::rounds(2'000, 1'000'000));
}

template <class Base>
struct with_exported_handle : Base {
  with_exported_handle() { (void)this->event.native_handle(); }
};

TEST(Lifetime, AnObjectWithAnExportedHandleMayBeDestroyedByWhoItReleased) {
  release_and_destroy<with_exported_handle<event_alone<abide::auto_reset_event>>>(planned);
}

struct polled_handle : event_alone<abide::manual_reset_event> {
  void wait() {
    pollfd record{event.native_handle(), POLLIN, 0};
    while (::poll(&record, 1, -1) != 1) {}
    event.wait();  // poll alone is no order for the thread sanitizer
  }
};

TEST(Lifetime, AnObjectMayBeDestroyedByWhoItsHandleReleased) {
  release_and_destroy<polled_handle>(planned);
}

struct watched_with_token {
  void wait() { event.wait(source.token()); }
  void release() { event.set(); }
  abide::cancellation_source source;
  abide::auto_reset_event event;
};

TEST(Lifetime, AnEventAndTheTokenWatchedWithItMayBeDestroyedTogether) {
  release_and_destroy<watched_with_token>(planned);
}

struct watched_with_handle {
  explicit watched_with_handle(const support::connection& pipe) : handle(pipe.first.get()) {}
  void wait() { (void)abide::wait_any(handle, event); }
  void release() { event.set(); }
  abide::os_handle handle;
  abide::manual_reset_event event;
};

TEST(Lifetime, AnEventWatchedWithAHandleMayBeDestroyedByWhoItReleased) {
  const support::connection pipe = support::make_pipe();
  release_and_destroy<watched_with_handle>(planned, pipe);
}

struct all_of_two {
  void wait() { abide::wait_all(first, units); }
  void release() { units.release(); }
  abide::auto_reset_event first{abide::initially_set};
  abide::semaphore units{0};
};

TEST(Lifetime, WhatAWaitAllTookMayBeDestroyedAtOnce) { release_and_destroy<all_of_two>(planned); }

// "Waits this same call released no longer count": of two, the first that returns destroys it.
template <class Subject>
void release_two_and_destroy(long rounds) {
  Subject* subject = nullptr;
  std::atomic<int> returned{0};
  abide::semaphore given(0, abide::fairness::fifo);
  abide::semaphore gone(0);
  abide::semaphore next(0, abide::fairness::fifo);
  const auto serve = [&] {
    for (long i = 0; i != rounds; ++i) {
      given.acquire();
      subject->wait();
      if (returned.fetch_add(1, std::memory_order_acq_rel) == 0) {
        place<Subject>::destroy(i, subject);
      }
      gone.release();
      next.acquire();
    }
  };
  auto one = support::run(serve);
  auto other = support::run(serve);
  for (long i = 0; i != rounds; ++i) {
    Subject* const mine = subject = place<Subject>::make(i);
    returned.store(0, std::memory_order_relaxed);
    given.release(2);
    support::wait_until_queued(mine->object(), 2);
    mine->release();
    gone.acquire();
    gone.acquire();
    next.release(2);
  }
  one.get();
  other.get();
  std::printf("figure: %ld rounds\n", rounds);
}

struct released_by_one_set : event_alone<abide::manual_reset_event> {
  auto& object() { return event; }
};

TEST(Lifetime, OfTwoThatOneSetReleasedEitherMayDestroyTheEvent) {
  release_two_and_destroy<released_by_one_set>(planned / 2);
}

struct released_by_one_release {
  void wait() { units.acquire(); }
  void release() { units.release(2); }
  auto& object() { return units; }
  abide::semaphore units{0, abide::fairness::fifo};
};

TEST(Lifetime, OfTwoThatOneReleaseReleasedEitherMayDestroyTheSemaphore) {
  release_two_and_destroy<released_by_one_release>(planned / 2);
}

}  // namespace
