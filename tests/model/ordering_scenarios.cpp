// SPDX-License-Identifier: BSL-1.0
#include <abide/abide.hpp>

#include <cstddef>
#include <functional>

#include "support.hpp"
#include "verify.hpp"

// What precedes a signal happens before what follows the wait that it ended, by whatever way the
// signal goes. Loads may be stale here.

namespace {

using abide::auto_reset_event;
using abide::cancellation_source;
using abide::fairness;
using abide::manual_reset_event;
using abide::semaphore;

void exhaust_weakly(const char* name, const std::function<void()>& body) {
  model::scenario s(name);
  model::verify(s.bound(3).weak().warm_up(model::warm_thread), body);
}

// One thread writes and signals, the other waits and reads.
template <class Object, class Signal, class Wait>
void publishes(const char* name, Signal signal, Wait wait) {
  exhaust_weakly(name, [&] {
    Object object;
    model::plain<int> data(0);
    model::thread signaler("signal", [&] {
      data = 1;
      signal(object);
    });
    wait(object);
    model::check(data == 1, "written before the signal");
    model::join_all();
  });
}

struct barging : semaphore {
  barging() : semaphore(0) {}
};
struct fifo : semaphore {
  fifo() : semaphore(0, fairness::fifo) {}
};

TEST(ModelOrdering, ReleasePublishesToTheTaker) {
  publishes<barging>(
      "publication through release(), barging", [](auto& s) { s.release(); },
      [](auto& s) { s.acquire(); });
  publishes<fifo>(
      "publication through release(), fifo", [](auto& s) { s.release(); },
      [](auto& s) { s.acquire(); });
}

TEST(ModelOrdering, SetPublishesToAllThatSeeIt) {
  publishes<manual_reset_event>(
      "publication through is_set()", [](auto& e) { e.set(); },
      [](auto& e) {
        if (!e.is_set()) e.wait();
      });
}

TEST(ModelOrdering, CancelPublishesToTheWaitThatItEnds) {
  publishes<cancellation_source>(
      "publication through cancel(), a wait", [](auto& s) { s.cancel(std::errc::io_error); },
      [](auto& s) {
        const auto token = s.token();
        abide::wait(token);
        model::check(token.reason() == std::errc::io_error, "the reason is there");
      });
}

TEST(ModelOrdering, CancelPublishesToWhoSeesIt) {
  exhaust_weakly("publication through cancel(), one look", [] {
    cancellation_source source;
    const auto token = source.token();
    model::plain<int> data(0);
    model::thread canceler("cancel", [&] {
      data = 1;
      source.cancel(std::errc::io_error);
    });
    if (token.is_cancellation_requested()) {
      model::check(data == 1, "written before the cancel");
      model::check(token.reason() == std::errc::io_error, "the reason is there");
    }
    model::join_all();
  });
}

TEST(ModelOrdering, CancelPublishesThroughALink) {
  exhaust_weakly("publication through cancel(), a link", [] {
    cancellation_source parent;
    const auto child = cancellation_source::linked_to(parent.token());
    const auto token = child.token();
    model::plain<int> data(0);
    model::thread canceler("cancel", [&] {
      data = 1;
      parent.cancel(std::errc::io_error);
    });
    if (token.is_cancellation_requested()) {
      model::check(data == 1, "written before the cancel");
      model::check(token.reason() == std::errc::io_error, "the reason travels");
      model::check(token.origin() == parent.token(), "and the origin");
    }
    model::join_all();
  });
}

TEST(ModelOrdering, RegistrationPublishesToTheCallback) {
  exhaust_weakly("publication through register_callback()", [] {
    cancellation_source source;
    model::plain<int> data(0);
    model::thread canceler("cancel", [&] { source.cancel(); });
    data = 1;
    {
      const abide::cancellation_callback callback(source.token(), [&] { data = data + 1; });
    }
    model::check(data == 1 || data == 2, "the callback ran before its destructor returned");
    model::join_all();
  });
}

TEST(ModelOrdering, SignalsPublishToAWaitAll) {
  exhaust_weakly("publication through wait_all", [] {
    auto_reset_event e;
    manual_reset_event f(abide::initially_set);
    model::plain<int> data(0);
    model::thread setter("set", [&] {
      data = 1;
      e.set();
    });
    abide::wait_all(e, f);
    model::check(data == 1, "written before the signal");
    model::join_all();
  });
}

TEST(ModelOrdering, SetPublishesToAWaitThatSleepsInAPoll) {
  exhaust_weakly("publication to a wait that sleeps in a poll", [] {
    auto_reset_event event;
    manual_reset_event never_set;
    const abide::os_handle handle(never_set.native_handle());
    model::plain<int> data(0);
    model::thread setter("set", [&] {
      data = 1;
      event.set();
    });
    (void)abide::wait_any(event, handle);
    model::check(data == 1, "written before the signal");
    model::join_all();
  });
}

TEST(ModelOrdering, WaitThatTimesOutLeavesNothingToItsSignaler) {
  exhaust_weakly("a timed wait leaves while it is signaled", [] {
    auto_reset_event event;
    model::plain<int> data(0);
    model::thread setter("set", [&] {
      data = 1;
      event.set();
    });
    if (event.wait_until(model::later())) model::check(data == 1, "written before the signal");
    model::join_all();
  });
}

TEST(ModelOrdering, CountBesideAQueuePublishes) {
  exhaust_weakly("publication through the count beside a handle", [] {
    semaphore sem(0);
    (void)sem.native_handle();  // from now on the count stands in its second word
    model::plain<int> data(0);
    model::thread releaser("release", [&] {
      data = 1;
      sem.release();
    });
    if (sem.available() == 1) model::check(data == 1, "written before the release");
    model::join_all();
  });
}

}  // namespace
