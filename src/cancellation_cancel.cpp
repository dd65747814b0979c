// SPDX-License-Identifier: BSL-1.0
#include "cancellation_state.hpp"
#include "core/signal.hpp"
#include "core/timer_queue.hpp"
#include "core/wait_list.hpp"
#include "links_mutex.hpp"

// The order of a cancel (P10). First the whole tree is marked: each state gets its reason, shows
// the cancel in its word and its handle, and its waits are decided. Only when the last of them is
// marked does the first callback run: it may join a thread that waits on a linked token.
//
// A tree is marked under links_mutex, so that two cancels that meet do not run callbacks while the
// other is half way through what they share; a state without links is a tree by itself and needs no
// mutex. Marking runs no user code.

namespace abide {
inline namespace v1 {
namespace cancellation {

state::marked state::mark(std::error_code reason, state& origin, links_mutex_is mutex,
                          link*& pending) noexcept {
  core::locked self(*this, detail::kind::level);
  const bool before = self.units() != 0;
  const bool is_linked = children_ != nullptr || link_count_ != 0;
  if (before || (is_linked && mutex == links_mutex_is::free)) {
    self.publish();
    return before ? marked::before : marked::needs_links_mutex;
  }
  if (reason) {
    reason_value_ = reason.value();
    reason_category_ = &reason.category();
  }
  if (&origin != this) origin_ = &origin;
  runner_ = sys::this_thread_id();
  for (link* l = children_; l != nullptr; l = l->next) {
    l->linked = false;
    // A child whose last reference is gone waits for LOCK to take itself out of the list.
    if (!l->child->try_retain()) continue;
    l->pending = pending;
    pending = l;
  }
  children_ = nullptr;
  self.add(1);
  core::wait_entry* const waits = self.detach_granted();
  self.settle();
  self.publish();
  core::grant(waits, *this, detail::kind::level);
  return marked::now;
}

// Marks the root, to which the caller has a reference, and all that follow it. Returns the list of
// those that this call marked: the root first, then the others, each with a reference; null if the
// root was canceled before.
state* state::mark_tree(state& root, std::error_code reason) noexcept {
  link* pending = nullptr;
  link* late = nullptr;  // children that somebody else canceled before
  marked result = root.mark(reason, root, links_mutex_is::free, pending);
  const bool locks = result == marked::needs_links_mutex;
  if (locks) {
    links_mutex().lock();
    result = root.mark(reason, root, links_mutex_is::held, pending);
  }
  state* last = &root;
  if (result == marked::now) {
    root.next_ = nullptr;
    while (pending != nullptr) {
      link& l = *pending;
      pending = l.pending;
      state& child = *l.child;
      if (child.mark(reason, root, links_mutex_is::held, pending) == marked::now) {
        child.next_ = nullptr;
        last->next_ = &child;
        last = &child;
      } else {
        l.pending = late;
        late = &l;
      }
    }
  }
  if (locks) links_mutex().unlock();
  // Not under the mutex: a last reference takes callbacks of the user along.
  while (late != nullptr) {
    link& l = *late;
    late = l.pending;
    state_ref::adopt(l.child);
  }
  return result == marked::now ? &root : nullptr;
}

bool state::cancel(std::error_code reason, callback_errors& errors) noexcept {
  state* list = mark_tree(*this, reason);
  if (list == nullptr) return false;
  for (state* s = list; s != nullptr; s = s->next_) {
    s->unfollow();
    if (s->timed_.load(sys::memory_order_relaxed)) core::timer_section().disarm(*s);
  }
  for (state* s = list; s != nullptr; s = s->next_) s->run_callbacks(errors);
  for (list = list->next_; list != nullptr;) {
    const state_ref done = state_ref::adopt(list);
    list = list->next_;
  }
  return true;
}

void state::run_callbacks(callback_errors& errors) noexcept {
  for (;;) {
    const std::uintptr_t before = core::lock_word(word);
    bool awaited = false;
    if (running_ != nullptr) {
      // The end of a callback is published here, never in its node, which may be gone.
      const std::uint32_t ended = ended_callbacks_.load(sys::memory_order_relaxed);
      awaited = (ended & 1) != 0;
      ended_callbacks_.store((ended & ~1u) + 2, sys::memory_order_relaxed);
    }
    callback_node* const node = running_ = callbacks_;
    if (node != nullptr) {
      callbacks_ = node->next;
      if (callbacks_ != nullptr) callbacks_->previous = nullptr;
      node->at = callback_node::stage::running;
    }
    core::unlock_word(word, before);
    if (awaited) sys::wake_all(ended_callbacks_);
    if (node == nullptr) return;
    const auto drop = node->drop;  // an in-place node may destroy itself while it runs
    try {
      node->run(*node);
    } catch (...) {
      errors.add(std::current_exception());
    }
    if (drop != nullptr) drop(*node);
  }
}

bool state::attach(callback_node& node) {
  if (!is_canceled()) {
    const std::uintptr_t before = core::lock_word(word);
    const bool registers = (before & set_bit) == 0;
    if (registers) {
      node.previous = nullptr;
      node.next = callbacks_;
      if (callbacks_ != nullptr) callbacks_->previous = &node;
      callbacks_ = &node;
      node.at = callback_node::stage::queued;
    }
    core::unlock_word(word, before);
    if (registers) return true;
  }
  // Not before the whole tree shows the cancel: a tree is marked under the mutex.
  links_mutex().lock();
  links_mutex().unlock();
  node.run(node);
  return false;
}

// Under LOCK.
bool state::runs_elsewhere(const callback_node& node) const noexcept {
  return running_ == &node && runner_ != sys::this_thread_id();
}

detail::removal state::remove(callback_node& node) noexcept {
  // Another thread may have held LOCK when the process forked; nothing runs callbacks in the child.
  if (sys::is_forked_child()) return detail::removal::ended;
  const std::uintptr_t before = core::lock_word(word);
  const bool removes = node.at == callback_node::stage::queued;
  if (removes) {
    (node.previous != nullptr ? node.previous->next : callbacks_) = node.next;
    if (node.next != nullptr) node.next->previous = node.previous;
    node.at = callback_node::stage::idle;
  }
  const bool runs = !removes && runs_elsewhere(node);
  core::unlock_word(word, before);
  if (removes) return detail::removal::removed;
  return runs ? detail::removal::runs : detail::removal::ended;
}

bool state::wait_until_done(callback_node& node, deadline until) noexcept {
  if (sys::is_forked_child()) return true;
  for (;;) {
    const std::uintptr_t before = core::lock_word(word);
    const bool runs = runs_elsewhere(node);
    std::uint32_t ended = 0;
    if (runs) {
      // Relaxed: under LOCK, as in run_callbacks().
      ended = ended_callbacks_.load(sys::memory_order_relaxed) | 1;
      ended_callbacks_.store(ended, sys::memory_order_relaxed);
    }
    core::unlock_word(word, before);
    if (!runs) return true;
    if (until.has_passed()) return false;
    sys::sleep(ended_callbacks_, ended, until);
  }
}

}  // namespace cancellation
}  // namespace v1
}  // namespace abide
