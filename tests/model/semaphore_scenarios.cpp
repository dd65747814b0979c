// SPDX-License-Identifier: BSL-1.0
#include <abide/abide.hpp>

#include "support.hpp"
#include "verify.hpp"

// Units are conserved and nobody is stranded beside one (INV-3), whatever a poked waiter does.

namespace {

using abide::auto_reset_event;
using abide::cancellation_source;
using abide::fairness;
using abide::semaphore;
using abide::wait_status;
using model::later;

TEST(ModelSemaphore, PokedWaiterThatIsCanceledPassesThePokeOn) {
  model::exhaust("barging: a poked waiter is canceled, another waits", 2, [] {
    semaphore sem(0);
    cancellation_source source;
    const auto token = source.token();
    model::thread canceled("acquire, canceled", [&] {
      if (sem.acquire(abide::return_on(token)) == wait_status::ready) sem.release();
    });
    model::thread other("acquire", [&] { sem.acquire(); });
    model::thread canceler("cancel", [&] { source.cancel(); });
    sem.release();
    model::join_all();
    model::check(sem.available() == 0, "one unit, one taker");
  });
}

TEST(ModelSemaphore, PokedWaiterThatTimesOutPassesThePokeOn) {
  model::exhaust("barging: a poked waiter times out, another waits", 2, [] {
    semaphore sem(0);
    model::thread timed("acquire, timed", [&] {
      if (sem.try_acquire_until(later())) sem.release();
    });
    model::thread other("acquire", [&] { sem.acquire(); });
    sem.release();
    model::join_all();
    model::check(sem.available() == 0, "one unit, one taker");
  });
}

TEST(ModelSemaphore, PokedWaiterThatTookAnotherObjectPassesThePokeOn) {
  model::exhaust("barging: a poked waiter is released by another object, another waits", 2, [] {
    semaphore sem(0);
    auto_reset_event event;
    model::thread first("wait_any", [&] {
      if (abide::wait_any(sem, event) == 0) sem.release();
    });
    model::thread second("acquire", [&] { sem.acquire(); });
    model::thread setter("set", [&] { event.set(); });
    sem.release();
    model::join_all();
    model::check(sem.available() == 0, "one unit, one taker");
  });
}

TEST(ModelSemaphore, TakerThatLeavesUnitsPokesTheNext) {
  model::exhaust("barging: release(2), two waiters", 2, [] {
    semaphore sem(0);
    model::thread first("acquire 1", [&] { sem.acquire(); });
    model::thread second("acquire 2", [&] { sem.acquire(); });
    sem.release(2);
    model::join_all();
    model::check(sem.available() == 0, "two units, two takers");
  });
}

TEST(ModelSemaphore, ReleaseThenCancelOfOneThreadDoesNotLoseToTheCancel) {
  model::exhaust("barging: release(); cancel() on one thread", 4, [] {
    semaphore sem(0);
    cancellation_source source;
    const auto token = source.token();
    wait_status how = wait_status::timeout;
    model::thread waiter("acquire", [&] { how = sem.acquire(abide::return_on(token)); });
    waiter.await_asleep();
    sem.release();
    source.cancel();
    model::join_all();
    model::check(how == wait_status::ready, "the release found the waiter before the cancel");
  });
}

TEST(ModelSemaphore, EachOfTwoReleasesReachesAWaitThatIsCanceledLater) {
  model::exhaust("barging: release(); release(); cancel() with two waiters", 2, [] {
    semaphore sem(0);
    cancellation_source source;
    const auto token = source.token();
    wait_status how = wait_status::timeout;
    model::thread first("acquire 1", [&] { sem.acquire(); });
    first.await_asleep();
    model::thread second("acquire 2", [&] { how = sem.acquire(abide::return_on(token)); });
    second.await_asleep();
    sem.release();
    sem.release();
    source.cancel();
    model::join_all();
    model::check(how == wait_status::ready, "the second release found the second waiter");
    model::check(sem.available() == 0, "two units, two takers");
  });
}

TEST(ModelSemaphore, ReleaseAfterTheCancelStaysInTheCount) {
  model::exhaust("barging: cancel(); release() on one thread", 3, [] {
    semaphore sem(0);
    cancellation_source source;
    const auto token = source.token();
    wait_status how = wait_status::timeout;
    model::thread waiter("acquire", [&] { how = sem.acquire(abide::return_on(token)); });
    waiter.await_asleep();
    source.cancel();
    sem.release();
    model::join_all();
    model::check(how == wait_status::canceled && sem.available() == 1, "the cancel came first");
  });
}

TEST(ModelSemaphore, BargerAndPokedWaiterShareTheUnits) {
  model::exhaust("barging: a newcomer overtakes a poked waiter and gives back", 2, [] {
    semaphore sem(0);
    model::thread waiter("acquire", [&] { sem.acquire(); });
    model::thread barger("try_acquire", [&] {
      if (sem.try_acquire()) sem.release();
    });
    sem.release();
    model::join_all();
    model::check(sem.available() == 0, "one unit, one taker");
  });
}

TEST(ModelSemaphore, FifoHandOffGivesBackTheUnitOfACanceledWait) {
  model::exhaust("fifo hand-off: release(2), one of three waits is canceled", 2, [] {
    semaphore sem(0, fairness::fifo);
    cancellation_source source;
    const auto token = source.token();
    bool took = false;
    model::thread canceled("acquire, canceled", [&] {
      took = sem.acquire(abide::return_on(token)) == wait_status::ready;
    });
    model::thread other("acquire", [&] { sem.acquire(); });
    model::thread canceler("cancel", [&] { source.cancel(); });
    sem.release(2);
    model::join_all();
    model::check(sem.available() == (took ? 0 : 1), "two units, in and out");
  });
}

TEST(ModelSemaphore, WaitAnyOverTwoSemaphoresTakesOneUnit) {
  model::exhaust("wait_any over two semaphores, both released", 2, [] {
    semaphore a(0);
    semaphore b(0, fairness::fifo);
    model::thread release_a("release a", [&] { a.release(); });
    model::thread release_b("release b", [&] { b.release(); });
    (void)abide::wait_any(a, b);
    model::join_all();
    model::check(a.available() + b.available() == 1, "one of two units is left");
  });
}

TEST(ModelSemaphore, CountStaysExactWithAnExportedHandle) {
  model::exhaust("a semaphore's count lives in its second word beside a handle", 3, [] {
    semaphore sem(1);
    const abide::os_handle handle(sem.native_handle());
    model::thread taker("acquire", [&] { sem.acquire(); });
    model::thread releaser("release", [&] { sem.release(); });
    model::join_all();
    model::check(sem.available() == 1, "one in, one out");
    model::check(abide::wait_for(std::chrono::nanoseconds(0), handle), "a unit: readable");
  });
}

TEST(ModelSemaphore, ReleaseOfTwoReachesBothUnlessOneIsCanceled) {
  for (const auto order : {fairness::barging, fairness::fifo}) {
    const bool fifo = order == fairness::fifo;
    model::exhaust(fifo ? "fifo: release(2), one of two waits is canceled"
                        : "barging: release(2), one of two waits is canceled",
                   2, [order] {
                     semaphore sem(0, order);
                     cancellation_source source;
                     const auto token = source.token();
                     bool took = false;
                     model::thread canceled("acquire, canceled", [&] {
                       took = sem.acquire(abide::return_on(token)) == wait_status::ready;
                     });
                     model::thread other("acquire", [&] { sem.acquire(); });
                     model::thread releaser("release 2", [&] { sem.release(2); });
                     source.cancel();
                     model::join_all();
                     model::check(sem.available() == (took ? 0 : 1), "two units, in and out");
                   });
  }
}

TEST(ModelSemaphore, PromisesFollowWhoComesAndLeaves) {
  model::exhaust("barging: release(2), a newcomer, and one of three waits is canceled", 2, [] {
    semaphore sem(0);
    cancellation_source source;
    const auto token = source.token();
    model::thread first("acquire 1", [&] { sem.acquire(); });
    model::thread canceled("acquire, canceled", [&] {
      if (sem.acquire(abide::return_on(token)) == wait_status::ready) sem.release();
    });
    model::thread second("acquire 2", [&] { sem.acquire(); });
    sem.release(2);
    if (sem.try_acquire()) sem.release();
    source.cancel();
    model::join_all();
    model::check(sem.available() == 0, "two units, two takers");
  });
}

// A woken thread cannot know whether another one sleeps on the word, so it takes LOCK with PARKED.
TEST(ModelSemaphore, ThreeThatContendForTheLockAllGetIt) {
  model::exhaust("three threads contend for LOCK", 2, [] {
    semaphore sem(0, fairness::fifo);
    (void)sem.native_handle();  // from now on every change takes LOCK
    model::thread first("release 1", [&] { sem.release(); });
    model::thread second("release 2", [&] { sem.release(); });
    sem.release();
    model::join_all();
    model::check(sem.available() == 3, "three units");
  });
}

}  // namespace
