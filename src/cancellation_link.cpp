// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <new>

#include "cancellation_state.hpp"
#include "core/process_hooks.hpp"
#include "links_mutex.hpp"

// A child owns a reference to each parent and stays in its parents' lists until it is canceled, it
// dies or the parent is reset; parents do not own children. What a child asks of its parents later
// (can it still be canceled, when does it expire) it finds by walking up: parents are fixed when
// the child is made.

namespace abide {
inline namespace v1 {
namespace cancellation {

core::word_mutex& links_mutex() noexcept {
  static constinit core::word_mutex mutex;
  return mutex;
}

std::span<link> state::links() noexcept {
  return {std::launder(reinterpret_cast<link*>(this + 1)), link_count_};
}

void state::follow(std::span<state* const> parents) noexcept {
  state* canceled = nullptr;
  // All links before the first is listed: from then on a parent's cancel may walk them.
  for (state* parent : parents) {
    parent->references.fetch_add(1, sys::memory_order_relaxed);  // the caller holds one
    link& l = *new (reinterpret_cast<link*>(this + 1) + link_count_++) link{this, parent};
    l.since = parent->resets_.load(sys::memory_order_relaxed);
  }
  for (link& l : links()) {
    state* const parent = l.parent;
    const std::uintptr_t before = core::lock_word(parent->word);
    if ((before & set_bit) == 0) {
      l.next = parent->children_;
      if (l.next != nullptr) l.next->previous = &l;
      parent->children_ = &l;
      l.linked = true;
      l.since = parent->resets_.load(sys::memory_order_relaxed);
    }
    core::unlock_word(parent->word, before);
    if ((before & set_bit) != 0) {
      canceled = parent;
      break;
    }
  }
  if (canceled != nullptr) {
    link* none = nullptr;  // nobody has a token of this state yet, so it has no children
    links_mutex().lock();
    mark(canceled->reason(), *canceled->origin(), links_mutex_is::held, none);
    links_mutex().unlock();
  }
  // Also if a parent's cancel was here already: it may have been before the last link was listed.
  if (is_canceled()) unfollow();
}

void state::unlist(link& l) noexcept {
  const std::uintptr_t before = core::lock_word(word);
  if (l.linked) {
    (l.previous != nullptr ? l.previous->next : children_) = l.next;
    if (l.next != nullptr) l.next->previous = l.previous;
    l.linked = false;
  }
  core::unlock_word(word, before);
}

void state::unfollow() noexcept {
  for (link& l : links()) l.parent->unlist(l);
}

// Counts the visits, so that an ancestor knows whether this one has come by; under links_mutex.
constinit std::uint64_t visits = 0;

// Calls visit(ancestor) for each state that this one follows, once, until it returns true.
template <class Visit>
void state::visit_ancestors(Visit visit) noexcept {
  links_mutex().lock();
  const std::uint64_t current = ++visits;
  next_visited_ = nullptr;
  for (state* s = this; s != nullptr;) {
    state* rest = s->next_visited_;
    for (link& l : s->links()) {
      // Relaxed: whoever resets a parent while its children are asked gets either answer.
      const std::uint64_t resets = l.parent->resets_.load(sys::memory_order_relaxed);
      if (l.since != resets || l.parent->visit_ == current) continue;
      l.parent->visit_ = current;
      l.parent->next_visited_ = rest;
      rest = l.parent;
    }
    s = rest;
    if (s != nullptr && visit(*s)) break;
  }
  links_mutex().unlock();
}

bool state::follows(const state& ancestor) noexcept {
  bool found = false;
  if (link_count_ != 0) {
    visit_ancestors([&](state& s) { return found = &s == &ancestor; });
  }
  return found;
}

bool state::can_be_canceled() noexcept {
  const auto may_cancel = [](state& s) {
    return s.is_canceled() || s.sources.load(sys::memory_order_relaxed) != 0 ||
           !s.expiry().is_never();
  };
  bool may = may_cancel(*this);
  if (!may && link_count_ != 0) {
    visit_ancestors([&](state& s) { return may = may_cancel(s); });
  }
  return may;
}

deadline state::expires_at() noexcept {
  deadline earliest = expiry();
  if (link_count_ != 0) {
    visit_ancestors([&](state& s) {
      earliest = std::min(earliest, s.expiry());
      return false;
    });
  }
  return earliest;
}

}  // namespace cancellation

namespace core {

void lock_links() noexcept { cancellation::links_mutex().lock(); }
void unlock_links() noexcept { cancellation::links_mutex().unlock(); }

}  // namespace core
}  // namespace v1
}  // namespace abide
