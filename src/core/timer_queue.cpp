// SPDX-License-Identifier: BSL-1.0
#include "core/timer_queue.hpp"

#include <mutex>

#include "core/process_hooks.hpp"
#include "core/timer_heap.hpp"
#include "core/word_lock.hpp"
#include "platform/sys.hpp"

namespace abide {
inline namespace v1 {
namespace core {
namespace {

using stage = timer_node::stage;

class timer_queue {
 public:
  void lock() noexcept { lock_.lock(); }
  void unlock() noexcept { lock_.unlock(); }

  /// Takes the lock, which the thread gives up between two timers for who waits here.
  void enter() noexcept {
    if (lock_.try_lock()) return;
    // Relaxed: the thread looks under the lock, under which the guest goes from the count.
    guests_.fetch_add(1, sys::memory_order_relaxed);
    lock();
    guests_.fetch_sub(1, sys::memory_order_relaxed);
  }

  void start() {
    // Acquire: pairs with the store below; a hint that saves the lock.
    if (started_.load(sys::memory_order_acquire)) return;
    install_process_hooks();
    std::lock_guard guard(lock_);
    if (started_.load(sys::memory_order_relaxed)) return;
    sys::start_thread([]() noexcept { queue().serve(); });
    started_.store(true, sys::memory_order_release);
  }

  void insert(timer_node& node, deadline due) noexcept {
    node.due = due;
    node.at = stage::armed;
    heap_.insert(node);
  }

  void remove(timer_node& node) noexcept {
    if (node.at != stage::armed) return;
    heap_.remove(node);
    node.at = stage::idle;
  }

  /// Whether the thread would sleep past the earliest timer. Then the caller wakes it, unlocked.
  bool oversleeps() noexcept {
    if (heap_.first() == nullptr || heap_.first()->due >= sleeps_until_) return false;
    sleeps_until_ = heap_.first()->due;  // one wake is enough for what follows
    // Relaxed: the sleep only compares it; the lock orders the heap.
    wakes_.fetch_add(1, sys::memory_order_relaxed);
    return true;
  }
  void wake() noexcept { sys::wake_one(wakes_); }

  static timer_queue& queue() noexcept {
    static constinit timer_queue instance;
    return instance;
  }

 private:
  void serve() noexcept {
    lock();
    for (;;) {
      // What comes due meanwhile waits for the next round: a timer whose period is shorter than its
      // own service would keep everybody else out of the lock.
      const deadline now = sys::now();
      timer_node* first = nullptr;
      while ((first = heap_.first()) != nullptr && first->due <= now) {
        heap_.remove(*first);
        first->at = stage::firing;
        first->fire(*first);  // may have given the lock back and taken it again
        // Unlocking alone lets nobody in: who sleeps on the lock would find it taken again. So the
        // thread sleeps past what is due, and the guest wakes it on leaving.
        if (guests_.load(sys::memory_order_relaxed) != 0) {
          first = nullptr;
          break;
        }
      }
      sleeps_until_ = first != nullptr ? first->due : deadline::never();
      const deadline until = sleeps_until_;
      // Relaxed: read under the lock that insert() holds; a wake after this changes it.
      const std::uint32_t seen = wakes_.load(sys::memory_order_relaxed);
      unlock();
      sys::sleep(wakes_, seen, until);
      lock();
    }
  }

  word_mutex lock_;
  timer_heap heap_;
  sys::atomic<std::uint32_t> guests_{0};  // sections that wait for the lock
  sys::atomic<std::uint32_t> wakes_{0};
  deadline sleeps_until_;  // how long the thread sleeps if nobody wakes it
  sys::atomic<bool> started_{false};
};

}  // namespace

void lock_timer_queue() noexcept { timer_queue::queue().lock(); }
void unlock_timer_queue() noexcept { timer_queue::queue().unlock(); }

void start_timer_thread() { timer_queue::queue().start(); }

timer_section::timer_section() noexcept { timer_queue::queue().enter(); }

timer_section::~timer_section() {
  timer_queue& queue = timer_queue::queue();
  const bool oversleeps = queue.oversleeps();
  queue.unlock();
  if (oversleeps) queue.wake();
}

void timer_section::arm(timer_node& node, deadline due, std::int64_t period) noexcept {
  disarm(node);
  node.period = period;
  timer_queue::queue().insert(node, due);
}

void timer_section::disarm(timer_node& node) noexcept { timer_queue::queue().remove(node); }

void rearm_locked(timer_node& node, deadline due) noexcept {
  timer_queue::queue().insert(node, due);
}

}  // namespace core
}  // namespace v1
}  // namespace abide
