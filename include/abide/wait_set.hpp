// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <abide/cancel_argument.hpp>
#include <abide/cancellation_token.hpp>
#include <abide/deadline.hpp>
#include <abide/export.hpp>
#include <abide/waitable.hpp>

#include <chrono>
#include <concepts>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>

namespace abide {
inline namespace v1 {

/// How a wait on a wait_set for several keys ended, if it takes return_on(token).
struct [[nodiscard]] wait_set_result {
  /// What ended it.
  wait_status status;
  /// The keys of what was ready, in the room that the caller gave; empty unless it is ready.
  std::span<std::size_t> keys;
};

/// Things to wait for that are registered once and waited for many times: what wait_any does, at a
/// cost that does not grow with their number. Each has a key of the caller's choice, which tells
/// what was ready. Neither copyable nor movable.
///
///     abide::wait_set set;  // declared after what it watches, so that it goes first
///     set.add(stop, 0);
///     for (std::size_t i = 0; i != queues.size(); ++i) set.add(queues[i], i + 1);
///     while (const std::size_t key = set.wait()) serve(key - 1);
///
/// A wait takes from the object what a wait_any takes: an auto-reset event's or timer's signal, a
/// semaphore's unit, nothing from the others, which are told again in each wait as long as they are
/// ready. All that is ready gets its turn. As wait_all does, a set sees states and not pulses, and
/// the waits of threads are served before it: a signal that it has seen may be gone when it takes.
/// OS handles, processes, signal sets and file watches are levels: several threads that wait on one
/// set may all be told of the same handle; it is not for them to ask what its ready() tells.
///
/// Lifetime: an object stays alive and where it is, an OS handle also open, until it was removed; a
/// cancellation_token is kept alive by the set. An object that is destroyed before, and a set that
/// is while a thread waits on it, end the program with a message, as far as that can be seen.
/// Thread safety: all members but the destructor may be called at any time from any thread, also
/// while others wait.
class ABIDE_API wait_set {
 public:
  /// Empty. No OS handle is made until one is to be watched.
  /// Throws: std::bad_alloc.
  wait_set();
  wait_set(const wait_set&) = delete;
  wait_set& operator=(const wait_set&) = delete;

  /// Removes everything that is in it.
  ~wait_set();

  /// Adds a thing to wait for, of any kind that a wait_any takes. One that is ready already is told
  /// by the next wait. The same object may have several keys; an OS handle only one.
  /// Throws: std::invalid_argument if the key is in use or for a throw_on, which belongs to a wait;
  /// std::bad_alloc; for an OS handle std::system_error with the OS code: EMFILE or ENFILE for want
  /// of one, EEXIST if it is in the set, EBADF if it is not open, EPERM if it is a file that is
  /// always ready. Nothing has changed then.
  void add(waitable_ref w, std::size_t key) { add(w, key, {}); }
  void add(const cancellation_token& token, std::size_t key) {
    add(detail::access::ref(token), key, token);
  }

  /// Removes what has that key. Afterwards the set does not touch it, and no wait that begins tells
  /// of it; a signal that no wait has taken stays in the object. One that is under way in another
  /// thread may still return the key.
  /// Returns: whether there was such a key.
  /// Blocks: never longer than another thread's call that signals it or takes from it.
  bool remove(std::size_t key) noexcept;

  /// How many keys are in use.
  [[nodiscard]] std::size_t size() const noexcept;

  /// Takes one thing that is ready.
  ///
  /// Blocks: until something in the set is ready, now or added meanwhile, or the token is canceled;
  /// try_wait never.
  /// Returns: its key; try_wait and the timed forms a std::optional, empty if nothing was ready (in
  /// time). With return_on, a wait_any_result whose index is the key.
  /// Throws: operation_canceled once the token is canceled, except with return_on: one that is
  /// canceled already wins. std::invalid_argument for a NaN. std::bad_alloc, in the first wait of
  /// its thread that has to block; std::system_error, if OS handles are watched and none is left
  /// for the thread's own.
  [[nodiscard]] std::optional<std::size_t> try_wait() noexcept {
    std::size_t key = 0;
    return take({&key, 1}) != 0 ? std::optional(key) : std::nullopt;
  }
  [[nodiscard]] std::size_t wait() { return one_until(deadline::never()).index; }
  template <detail::cancel_argument T>
  [[nodiscard]] auto wait(const T& token) {
    const wait_any_result one = one_until(deadline::never(), token);
    if constexpr (detail::reports_status<T>) {
      return one;
    } else {
      return one.index;
    }
  }
  template <detail::cancel_argument... T>
  [[nodiscard]] auto wait_until(deadline t, const T&... token) {
    const wait_any_result one = one_until(t, token...);
    if constexpr (detail::reports_status<T...>) {
      return one;
    } else {
      return one.status == wait_status::ready ? std::optional(one.index) : std::nullopt;
    }
  }
  template <class R, class P, detail::cancel_argument... T>
  [[nodiscard]] auto wait_for(std::chrono::duration<R, P> d, const T&... token) {
    return wait_until(deadline::after(d), token...);
  }

  /// The same for as many things as there is room for: all that are ready, each once, at the cost
  /// of one wait.
  ///
  ///     std::size_t room[16];
  ///     for (const std::size_t key : set.wait(room, token)) serve(key);
  ///
  /// Returns: the keys, a part of the room: at least one, but for try_wait and the timed forms;
  /// with return_on, a wait_set_result.
  /// Throws: as above; std::invalid_argument if there is no room.
  [[nodiscard]] std::span<std::size_t> try_wait(std::span<std::size_t> room) noexcept {
    return room.first(take(room));
  }
  template <detail::cancel_argument... T>
  [[nodiscard]] auto wait(std::span<std::size_t> room, const T&... token) {
    return wait_until(deadline::never(), room, token...);
  }
  template <detail::cancel_argument... T>
  [[nodiscard]] auto wait_until(deadline t, std::span<std::size_t> room, const T&... token) {
    const wait_set_result all = all_until(t, room, token...);
    if constexpr (detail::reports_status<T...>) {
      return all;
    } else {
      return all.keys;
    }
  }
  template <class R, class P, detail::cancel_argument... T>
  [[nodiscard]] auto wait_for(std::chrono::duration<R, P> d, std::span<std::size_t> room,
                              const T&... token) {
    return wait_until(deadline::after(d), room, token...);
  }

  /// An OS handle that is readable while something in the set may be ready: it says "try now".
  /// Level-triggered, close-on-exec. Made at the first call; from then on every wait on the set
  /// that blocks sleeps in a poll.
  /// Requires: it is only polled. The set owns it.
  /// Throws: std::system_error with the OS code, std::bad_alloc; the set stays usable.
  native_handle_type native_handle();

 private:
  struct state;

  void add(waitable_ref w, std::size_t key, cancellation_token kept);
  std::size_t take(std::span<std::size_t> room) noexcept;
  wait_set_result collect(deadline t, std::span<std::size_t> room, const waitable_ref* token);

  wait_set_result all_until(deadline t, std::span<std::size_t> room) {
    return collect(t, room, nullptr);
  }
  template <class T>
  wait_set_result all_until(deadline t, std::span<std::size_t> room, const T& token) {
    const detail::cancel_parameter<T> parameter(token);
    const waitable_ref item = parameter.ref();
    return collect(t, room, &item);
  }
  template <class... T>
  wait_any_result one_until(deadline t, const T&... token) {
    std::size_t key = 0;
    const wait_status status = all_until(t, {&key, 1}, token...).status;
    return {status, key};
  }

  std::unique_ptr<state> state_;
};

}  // namespace v1
}  // namespace abide
