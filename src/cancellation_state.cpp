// SPDX-License-Identifier: BSL-1.0
#include "cancellation_state.hpp"

#include <mutex>
#include <new>
#include <optional>

#include "core/process_hooks.hpp"
#include "core/timer_queue.hpp"
#include "core/wait_list.hpp"
#include "links_mutex.hpp"

// The life of a state; how it is canceled is in cancellation_cancel.cpp, how states are linked in
// cancellation_link.cpp.

namespace abide {
inline namespace v1 {
namespace cancellation {

state* state::make(std::size_t parents) {
  core::install_process_hooks();
  static_assert(sizeof(state) % alignof(link) == 0);
  return new (::operator new(sizeof(state) + parents * sizeof(link))) state;
}

bool state::try_retain() noexcept {
  std::uint32_t count = references.load(sys::memory_order_relaxed);
  while (count != 0) {
    // Relaxed: the lock under which the caller found this state orders what it reads next.
    if (references.compare_exchange_weak(count, count + 1, sys::memory_order_relaxed,
                                         sys::memory_order_relaxed)) {
      return true;
    }
  }
  return false;
}

void state::destroy(state* dead) noexcept {
  // Another thread may have held a lock when the process forked: the child leaves the memory alone.
  if (sys::is_forked_child()) return;
  // A work list, not recursion: the last token of a long chain destroys all of it.
  const auto release = [&dead](state& s) {
    // Acquire and release: pair with the other owners' releases.
    if (s.references.fetch_sub(1, sys::memory_order_acq_rel) == 1) {
      s.next_ = dead;
      dead = &s;
    }
  };
  dead->next_ = nullptr;
  while (dead != nullptr) {
    state& s = *dead;
    dead = s.next_;
    // Relaxed: whoever armed it let go of its reference after that.
    if (s.timed_.load(sys::memory_order_relaxed)) core::timer_section().disarm(s);
    s.unfollow();
    // Acquire: pairs with the release of whoever used the word last.
    if (s.word.load(sys::memory_order_acquire) > set_bit) {
      detail::retire(s, detail::kind::level, "abide::cancellation_token", &s);
    }
    drop(s.callbacks_);
    for (link& l : s.links()) {
      release(*l.parent);
      l.~link();
    }
    s.~state();
    ::operator delete(&s);
  }
}

void state::drop(callback_node* list) noexcept {
  while (list != nullptr) {
    callback_node& node = *list;
    list = node.next;
    if (node.drop != nullptr) node.drop(node);
  }
}

std::error_code state::reason() const noexcept {
  if (!is_canceled()) return {};
  if (reason_category_ == nullptr) return std::make_error_code(std::errc::operation_canceled);
  return {reason_value_, *reason_category_};
}

deadline state::expiry() const noexcept {
  // Relaxed: an instant, it orders nothing.
  return deadline::time_point(std::chrono::nanoseconds(expiry_.load(sys::memory_order_relaxed)));
}

void state::cancel_at(deadline when) {
  if (is_canceled()) return;
  if (!when.is_never()) core::start_timer_thread();  // what may fail comes first
  core::timer_section queue;
  // A deadline that has passed cancels, although the timer thread may not have come to it yet.
  if (expiry().has_passed()) return;
  // Under LOCK: a cancel either is seen here, or finds the state timed and disarms it after this.
  const std::uintptr_t before = core::lock_word(word);
  const bool canceled = (before & set_bit) != 0;
  if (!canceled) timed_.store(true, sys::memory_order_relaxed);
  core::unlock_word(word, before);
  if (canceled) return;
  expiry_.store(when.time().time_since_epoch().count(), sys::memory_order_relaxed);
  if (when.is_never()) {
    queue.disarm(*this);
  } else {
    queue.arm(*this, when, 0);
  }
}

void state::expire_at_once(deadline passed) noexcept {
  expiry_.store(passed.time().time_since_epoch().count(), sys::memory_order_relaxed);
  callback_errors none;  // nobody has a token yet
  cancel(std::make_error_code(std::errc::timed_out), none);
}

// On the timer thread, with the queue locked. A state whose last reference is gone is on its way to
// disarm(), which waits for the lock.
void state::expire(detail::timer_node& node) noexcept {
  auto& self = static_cast<state&>(node);
  if (!self.try_retain()) return;
  core::unlock_timer_queue();
  {
    const state_ref keep = state_ref::adopt(&self);
    callback_errors errors;
    self.cancel(std::make_error_code(std::errc::timed_out), errors);
    errors.report();
  }
  core::lock_timer_queue();
}

// One step to everybody else: what another thread arms, registers or links meanwhile is reset with
// the rest, or not at all, and a cancel that is faster, here or at an ancestor, finds all as it
// was. So the queue's lock is held around LOCK, as in cancel_at(), and links_mutex, as in
// mark_tree(). A source that was never armed, or is linked to nobody, does without.
bool state::try_reset() noexcept {
  if (is_canceled()) return false;
  std::optional<core::timer_section> queue;
  std::unique_lock tree(links_mutex(), std::defer_lock);
  std::uintptr_t before = 0;
  for (;;) {
    // Relaxed: asked again under LOCK, under which it is changed, once.
    if (timed_.load(sys::memory_order_relaxed)) queue.emplace();
    if (link_count_ != 0) tree.lock();
    before = core::lock_word(word);
    if (queue || !timed_.load(sys::memory_order_relaxed)) break;
    core::unlock_word(word, before);
    if (tree) tree.unlock();
  }
  // A deadline that has passed fires, or is about to.
  const bool resets = (before & set_bit) == 0 && !(queue && expiry().has_passed());
  callback_node* dropped = nullptr;
  if (resets) {
    // Severs also the links of canceled children, which are in the list no more. Relaxed: a hint to
    // the visitors.
    resets_.fetch_add(1, sys::memory_order_relaxed);
    // A callback in place may be gone as soon as LOCK is given back, so it is in no list then.
    callback_node** end = &dropped;
    for (callback_node* n = callbacks_; n != nullptr; n = n->next) {
      n->at = callback_node::stage::idle;
      if (n->drop == nullptr) continue;
      *end = n;
      end = &n->next;
    }
    *end = nullptr;
    callbacks_ = nullptr;
    for (link* l = children_; l != nullptr; l = l->next) l->linked = false;
    children_ = nullptr;
    expiry_.store(no_expiry, sys::memory_order_relaxed);  // seen by who sees the rest
  }
  core::unlock_word(word, before);
  if (tree) tree.unlock();
  if (resets && queue) queue->disarm(*this);
  queue.reset();  // user code follows
  drop(dropped);
  return resets;
}

}  // namespace cancellation

void detail::destroy(cancellation_state_base& base) noexcept {
  cancellation::state::destroy(&cancellation::as_state(base));
}

}  // namespace v1
}  // namespace abide
