// SPDX-License-Identifier: BSL-1.0
#include <abide/abide.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <random>
#include <vector>

#include "core/process_hooks.hpp"
#include "core/timer_heap.hpp"
#include "core/timer_queue.hpp"
#include "support/running.hpp"
#include "support/thread_facts.hpp"

// Timers in great number: what one call costs is counted in steps, not in time.

namespace {

using namespace std::chrono;
using abide::deadline;
using abide::waitable_timer;
using support::run;

bool is_armed(waitable_timer& timer) {
  abide::core::lock_timer_queue();
  const auto at = ((abide::detail::timer_node&)timer).at;  // a private base
  abide::core::unlock_timer_queue();
  return at == abide::detail::timer_node::stage::armed;
}

TEST(TimerHeap, HasTheEarliestFirstWhateverIsTakenOut) {
  using node = abide::detail::timer_node;
  std::mt19937 random(11);
  std::deque<node> nodes;
  for (int i = 0; i != 100; ++i) nodes.emplace_back(nullptr);
  std::multimap<deadline, node*> model;
  abide::core::timer_heap heap;
  for (int step = 0; step != 50'000; ++step) {
    node& n = nodes[random() % nodes.size()];
    const auto found = std::find_if(model.begin(), model.end(),
                                    [&](const auto& entry) { return entry.second == &n; });
    if (found == model.end()) {
      n.due = steady_clock::time_point(nanoseconds(random() % 50));
      heap.insert(n);
      model.emplace(n.due, &n);
    } else {
      heap.remove(n);
      model.erase(found);
    }
    ASSERT_EQ(heap.first() == nullptr, model.empty());
    if (!model.empty()) {
      ASSERT_EQ(heap.first()->due, model.begin()->first);
    }
  }
}

/// In which order timers are put in.
enum class order { random, ascending, descending, equal };

/// The most children that a timer has when it is taken out: so much is to be joined under the lock.
/// Half of them are taken out earliest first, the rest at random, and as many come in between.
std::size_t most_to_join(order how) {
  using node = abide::detail::timer_node;
  constexpr std::int64_t count = 20'000;
  std::mt19937_64 random(17);
  std::vector<node> nodes(count, node(nullptr));
  abide::core::timer_heap heap;
  std::vector<node*> in;
  const auto insert = [&](node& n, std::int64_t i) {
    const std::int64_t due = how == order::ascending    ? i
                             : how == order::descending ? -i
                             : how == order::equal      ? 0
                                                        : static_cast<std::int64_t>(random() >> 2);
    n.due = steady_clock::time_point(nanoseconds(due));
    n.at = node::stage::armed;
    heap.insert(n);
    in.push_back(&n);
  };
  std::size_t most = 0;
  const auto remove = [&](node& n) {
    std::size_t children = 0;
    for (const node* c = n.child; c != nullptr; c = c->next) ++children;
    most = std::max(most, children);
    heap.remove(n);
    n.at = node::stage::idle;
  };
  for (std::int64_t i = 0; i != count; ++i) insert(nodes[static_cast<std::size_t>(i)], i);
  deadline last = steady_clock::time_point::min();
  for (std::int64_t i = 0; i != count / 2; ++i) {
    node& first = *heap.first();
    EXPECT_LE(last, first.due);
    last = first.due;
    remove(first);
  }
  std::vector<node*> before;
  before.swap(in);
  std::shuffle(before.begin(), before.end(), random);
  std::int64_t i = count;
  for (node* n : before) {
    if (n->at == node::stage::idle) {
      insert(*n, i++);
    } else {
      remove(*n);
    }
  }
  std::shuffle(in.begin(), in.end(), random);
  for (node* n : in) remove(*n);
  EXPECT_EQ(heap.first(), nullptr);
  return most;
}

TEST(TimerHeap, TakingOneOutJoinsAsFewAsTheLogarithm) {
  for (const order how : {order::random, order::ascending, order::descending, order::equal}) {
    ASSERT_LE(most_to_join(how), 14u);  // fewer than 2^15 were put in
  }
}

TEST(TimerQueue, AMillionAreArmedAndDisarmedInAnyOrder) {
  constexpr std::size_t count = 1'000'000;
  std::mt19937_64 random(23);
  std::deque<waitable_timer> timers(count);
  std::vector<waitable_timer*> order;
  const deadline::time_point start = steady_clock::now() + 1h;
  for (waitable_timer& t : timers) {
    t.set(start + nanoseconds(random() % 3'600'000'000'000));
    order.push_back(&t);
  }
  std::shuffle(order.begin(), order.end(), random);
  order.resize(count / 2);
  for (waitable_timer* t : order) t->cancel();
  EXPECT_EQ(std::count_if(timers.begin(), timers.end(), is_armed), count - count / 2);
  timers.clear();  // the rest while they are armed
  waitable_timer after;
  after.set(deadline::after(0s));
  after.wait();
}

/// Timers that come due together. The first to fire holds the queue's lock until the guest sleeps
/// on it.
struct crowd {
  struct member : abide::detail::timer_node {
    explicit member(crowd& c) noexcept : timer_node(&fire), all(c) {}
    static void fire(timer_node& node) noexcept {
      crowd& all = static_cast<member&>(node).all;
      node.at = stage::idle;
      if (all.fired == 0) {
        all.begun.set();
        all.guest_id.wait(0);
        support::wait_until_asleep(all.guest_id, support::asleep_in::futex);
      }
      if (++all.fired == all.members.size()) all.ended.set();
    }
    crowd& all;
  };

  std::deque<member> members;
  std::atomic<std::size_t> fired = 0;
  std::atomic<support::thread_id> guest_id = 0;
  abide::manual_reset_event begun;
  abide::manual_reset_event ended;
};

TEST(TimerQueue, WhoComesWhileACrowdFiresWaitsForOneOfThem) {
  crowd all;
  for (int i = 0; i != 100; ++i) all.members.emplace_back(all);
  auto guest = run([&] {
    all.begun.wait();
    all.guest_id = support::this_thread_id();
    all.guest_id.notify_one();
    const abide::core::timer_section queue;
    return all.fired.load();
  });
  abide::core::start_timer_thread();
  {
    abide::core::timer_section queue;
    for (auto& m : all.members) queue.arm(m, deadline::after(0s), 0);
  }
  EXPECT_EQ(guest.get(), 1u);
  all.ended.wait();
  const abide::core::timer_section through;  // the last has left its fire function
}

}  // namespace
