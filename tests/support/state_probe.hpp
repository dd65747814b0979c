// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <abide/cancellation.hpp>

#include <cstddef>
#include <thread>

#include "cancellation_state.hpp"
#include "core/process_hooks.hpp"

// What is registered with a cancellation state, for tests with INTERNALS. No interface tells: a
// user could only find out by running out of memory.

namespace support {
namespace detail {

using abide::cancellation::link;
using abide::cancellation::state;
using abide::detail::callback_node;

// An explicit instantiation may name private members; its friend hands out the pointer.
template <class Tag, auto Member>
struct expose {
  friend constexpr typename Tag::type member(Tag) noexcept { return Member; }
};
template <class T>
struct member_of_state {
  using type = T state::*;
};

struct children : member_of_state<link*> {
  friend constexpr type member(children) noexcept;
};
struct callbacks : member_of_state<callback_node*> {
  friend constexpr type member(callbacks) noexcept;
};
struct ended_callbacks : member_of_state<abide::sys::atomic<std::uint32_t>> {
  friend constexpr type member(ended_callbacks) noexcept;
};
template struct expose<children, &state::children_>;
template struct expose<callbacks, &state::callbacks_>;
template struct expose<ended_callbacks, &state::ended_callbacks_>;

template <class Handle>
state& state_of(const Handle& handle) noexcept {
  return abide::cancellation::as_state(*abide::detail::access::state(handle).get());
}

template <class Node>
std::size_t length(state& s, Node* state::*list) noexcept {
  const std::uintptr_t before = abide::core::lock_word(s.word);
  std::size_t n = 0;
  for (const Node* node = s.*list; node != nullptr; node = node->next) ++n;
  abide::core::unlock_word(s.word, before);
  return n;
}

}  // namespace detail

/// How many linked states are registered with this source or token.
template <class Handle>
std::size_t children(const Handle& h) noexcept {
  return detail::length(detail::state_of(h), member(detail::children()));
}

/// How many callbacks are registered with this source or token.
template <class Handle>
std::size_t callbacks(const Handle& h) noexcept {
  return detail::length(detail::state_of(h), member(detail::callbacks()));
}

/// How many sources, tokens, registrations and children hold the state.
template <class Handle>
std::size_t references(const Handle& h) noexcept {
  return detail::state_of(h).references.load(abide::sys::memory_order_acquire);
}

/// Whether the timer queue has the source's deadline.
template <class Handle>
bool is_armed(const Handle& h) noexcept {
  // The base is private; only this cast may go there.
  const auto& node = (const abide::detail::timer_node&)detail::state_of(h);
  abide::core::lock_timer_queue();
  const bool armed = node.at == abide::detail::timer_node::stage::armed;
  abide::core::unlock_timer_queue();
  return armed;
}

/// Has the count of callbacks that have returned wrap around after n more.
template <class Handle>
void wrap_ended_callbacks_after(const Handle& h, std::uint32_t n) noexcept {
  (detail::state_of(h).*member(detail::ended_callbacks()))
      .store(0u - 2 * n, abide::sys::memory_order_relaxed);
}

/// Returns once a thread is about to sleep until the running callback has returned.
template <class Handle>
void wait_until_callback_is_awaited(const Handle& h) noexcept {
  const auto& ended = detail::state_of(h).*member(detail::ended_callbacks());
  while ((ended.load(abide::sys::memory_order_acquire) & 1) == 0) std::this_thread::yield();
}

}  // namespace support
