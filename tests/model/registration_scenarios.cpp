// SPDX-License-Identifier: BSL-1.0
#include <abide/abide.hpp>

#include <functional>
#include <memory>
#include <optional>

#include "support.hpp"
#include "verify.hpp"

// A registration that ends while the callbacks run, from outside and from within them.

namespace {

using abide::cancellation_callback;
using abide::cancellation_registration;
using abide::cancellation_source;

TEST(ModelRegistration, DestructorAgainstInvocation) {
  model::exhaust("the destructor of a registration against cancel()", 3, [] {
    cancellation_source source;
    auto alive = std::make_unique<model::plain<int>>(0);
    auto* const runs = alive.get();
    std::optional registration(source.token().register_callback([runs] { *runs = *runs + 1; }));
    model::thread canceler("cancel", [&] { source.cancel(); });
    registration.reset();
    alive.reset();  // the callback is not running and never will
  });
}

TEST(ModelRegistration, TwoThatGoDuringACancelRunOnceOrNever) {
  model::exhaust("two registrations go while the callbacks run", 2, [] {
    cancellation_source source;
    int runs[2] = {};
    bool removed[2] = {};
    auto first = source.token().register_callback([&] { ++runs[0]; });
    auto second = source.token().register_callback([&] { ++runs[1]; });
    model::thread canceler("cancel", [&] { source.cancel(); });
    model::thread other("unregister the second", [&] { removed[1] = second.unregister(); });
    removed[0] = first.unregister();
    model::join_all();
    for (const int i : {0, 1}) {
      model::check(runs[i] == (removed[i] ? 0 : 1), "run once, or removed");
    }
  });
}

// Registered last, it runs first, and takes the other out before that starts.
TEST(ModelRegistration, CallbackRemovesItsNeighbourForGood) {
  model::exhaust("a callback unregisters its neighbour, another thread itself", 3, [] {
    cancellation_source source;
    int runs = 0;
    bool removed_by_callback = false;
    bool ran = false;
    auto neighbour = source.token().register_callback([&] { ++runs; });
    auto remover = source.token().register_callback([&] {
      ran = true;
      removed_by_callback = neighbour.unregister();
    });
    model::thread canceler("cancel", [&] { source.cancel(); });
    const bool removed = remover.unregister();
    model::join_all();
    model::check(ran == !removed, "run once, or removed");
    model::check(removed_by_callback == ran && runs == (ran ? 0 : 1), "and so its neighbour");
  });
}

TEST(ModelRegistration, UnregisterFromWithinItsOwnCallbackReturnsAtOnce) {
  model::exhaust("a callback unregisters itself and waits, its neighbour goes", 3, [] {
    cancellation_source source;
    bool removed = true;
    int runs = 0;
    cancellation_registration registration;
    auto neighbour = source.token().register_callback([&] { ++runs; });
    registration = source.token().register_callback([&] {
      removed = registration.unregister();
      registration.unregister_and_wait();  // itself: a deadlock, if it waited
    });
    model::thread canceler("cancel", [&] { source.cancel(); });
    const bool neighbour_removed = neighbour.unregister();
    model::join_all();
    model::check(!removed, "it was running");
    model::check(!registration, "and is empty since");
    model::check(runs == (neighbour_removed ? 0 : 1), "run once, or removed");
  });
}

TEST(ModelRegistration, CallbackInPlaceDestroysItselfWhileItsNeighbourGoes) {
  model::exhaust("a callback in place destroys itself, its neighbour goes", 3, [] {
    using callback = cancellation_callback<std::function<void()>>;
    cancellation_source source;
    int runs = 0;
    std::unique_ptr<callback> self;
    auto neighbour = std::make_unique<callback>(source.token(), [&] { ++runs; });
    self = std::make_unique<callback>(source.token(), [&] {
      ++runs;
      self.reset();
    });
    model::thread canceler("cancel", [&] { source.cancel(); });
    neighbour.reset();
    model::join_all();
    model::check(self == nullptr && runs >= 1 && runs <= 2, "both once at most");
  });
}

// The second callback ends only once the wait for the first has returned.
TEST(ModelRegistration, WaitIsForItsOwnCallbackOnly) {
  model::exhaust("unregister_and_wait() while the next callback blocks", 3, [] {
    cancellation_source source;
    abide::auto_reset_event returned;
    model::plain<int> value(0);
    auto blocking = source.token().register_callback([&] { returned.wait(); });
    auto first = source.token().register_callback([&] { value = 1; });
    model::thread canceler("cancel", [&] { source.cancel(); });
    first.unregister_and_wait();
    value = 2;
    returned.set();
  });
}

// A second cancel returns at once and proves nothing about the callbacks; the destructor does.
TEST(ModelRegistration, DestructorWaitsWhoeverOfTwoCancels) {
  model::exhaust("the destructor of a registration against two cancels", 2, [] {
    cancellation_source source;
    model::plain<int> value(0);
    bool did[2] = {};
    auto registration = source.token().register_callback([&] { value = 1; });
    model::thread first("cancel 1", [&] { did[0] = source.cancel(); });
    model::thread second("cancel 2", [&] { did[1] = source.cancel(); });
    registration = {};
    value = 2;
    model::join_all();
    model::check(did[0] != did[1], "one of them did it");
  });
}

}  // namespace
