// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <abide/cancel_argument.hpp>
#include <abide/deadline.hpp>
#include <abide/operation_canceled.hpp>
#include <abide/os_handle.hpp>
#include <abide/waitable.hpp>

#include <chrono>
#include <concepts>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>

/// Blocking waits that can be cancelled. The functions of this namespace wait for events,
/// semaphores, timers, tokens, OS handles, processes, signals and paths, for any number of them at
/// once: listed one by one, or as one range of waitable_ref. What follows holds for them and for
/// the waits that are members.
///
/// A token argument ends the call: a cancellation_token as last parameter, throw_on(token) and a
/// token of a type with a token_adapter throw operation_canceled, return_on(token) has the call
/// return wait_status::canceled. In a list they may stand anywhere, behind a range one throw_on or
/// return_on may; they keep their place in the numbering and are never returned as an index.
///
/// A token argument that is canceled already at the call wins, and nothing is taken. After that the
/// first to decide the wait wins, and nothing else loses a signal to it: a wait that was canceled
/// or timed out has taken nothing.
///
/// Deadlines are absolute, steady and never early. One that has passed still takes what is ready,
/// but does not block. Durations are rounded up and saturate.
///
/// A signal handler that runs meanwhile ends no wait, and no call is a cancellation point of
/// pthread_cancel().
///
/// Requires: the objects live until the call has returned.
/// Throws: std::invalid_argument for a duration that is a NaN and for a wait without anything but
/// token arguments. std::bad_alloc in the first wait of a thread that has to block, and in any of
/// more than 16 objects. std::system_error if OS handles are watched and no handle is left, or if
/// they are more than the process may open (RLIMIT_NOFILE). Nothing has been taken then.
/// Ordering: what precedes the set(), release() or cancel() that ended a call happens before what
/// follows the call. An OS handle orders nothing.
namespace abide {
inline namespace v1 {
namespace detail {

template <class T>
concept item_range = std::convertible_to<T&, std::span<const waitable_ref>>;

/// The items of a call that lists its objects. Keeps what has to live while the call lasts.
template <std::size_t, class W>
struct indexed : argument<W> {
  using argument<W>::argument;
};
template <class Indices, class... Ws>
class pack;
template <std::size_t... Is, class... Ws>
class pack<std::index_sequence<Is...>, Ws...> : indexed<Is, Ws>... {
 public:
  explicit pack(Ws&... ws)
      : indexed<Is, Ws>(ws)..., refs_{static_cast<indexed<Is, Ws>&>(*this).ref()...} {}
  const waitable_ref* data() const noexcept { return refs_; }
  std::size_t size() const noexcept { return sizeof...(Ws); }

 private:
  waitable_ref refs_[sizeof...(Ws)];
};

/// The items of a call that passes a range and a token: a copy, on the stack up to 16 objects.
class item_buffer {
 public:
  item_buffer(std::span<const waitable_ref> list, waitable_ref last) : size_(list.size() + 1) {
    if (size_ > inline_size_) heap_.reset(new waitable_ref[size_]);
    waitable_ref* to = heap_ ? heap_.get() : inline_;
    for (waitable_ref item : list) *to++ = item;
    *to = last;
  }
  const waitable_ref* data() const noexcept { return heap_ ? heap_.get() : inline_; }
  std::size_t size() const noexcept { return size_; }

 private:
  static constexpr std::size_t inline_size_ = 18;
  std::size_t size_;
  waitable_ref inline_[inline_size_];
  std::unique_ptr<waitable_ref[]> heap_;
};

template <class W>
inline constexpr bool is_throw_or_return_on =
    std::same_as<std::remove_cv_t<W>, throw_on> || std::same_as<std::remove_cv_t<W>, return_on>;

template <class W, class... Ws>
auto gather(W& w, Ws&... ws) {
  if constexpr (!item_range<W>) {
    return pack<std::index_sequence_for<W, Ws...>, W, Ws...>(w, ws...);
  } else if constexpr (sizeof...(Ws) == 0) {
    return std::span<const waitable_ref>(w);
  } else {
    static_assert(sizeof...(Ws) == 1 && (is_throw_or_return_on<Ws> && ...),
                  "a range is followed by one throw_on or return_on");
    return item_buffer(w, access::ref(ws)...);
  }
}

template <class W>
inline constexpr bool is_bare_token = std::same_as<std::remove_cvref_t<W>, cancellation_token>;

template <class... Ws>
inline constexpr bool reports = reports_status<std::remove_cvref_t<Ws>...>;

template <class... Ws>
wait_status all_of(deadline until, Ws&... ws) {
  static_assert(!(is_bare_token<Ws> || ...),
                "wait_all: write throw_on(token) or return_on(token), a bare token is no element");
  const auto list = gather(ws...);
  return block_on_all(list.data(), list.size(), until);
}

template <class... Ws>
wait_any_result any_of(deadline until, Ws&... ws) {
  const auto list = gather(ws...);
  return block_on_any(list.data(), list.size(), until);
}

}  // namespace detail

/// Waits for one object, and takes what a wait on it takes: an auto-reset event's or timer's
/// signal, a semaphore's unit, nothing from the others. A token as w is an object like any other,
/// ready once it is canceled.
///
///     abide::wait(server, token);
///
/// Blocks: until w is ready or the token is canceled.
/// Returns: nothing; with return_on, a wait_status.
/// Throws: operation_canceled once the token is canceled, except with return_on; see the namespace.
template <class W>
requires detail::watchable<std::remove_reference_t<W>>
void wait(W&& w) { detail::wait_for_one(detail::access::ref(w)); }
template <class W, detail::cancel_argument T>
requires detail::watchable<std::remove_reference_t<W>>
auto wait(W&& w, const T& token) { return detail::wait_for_one(detail::access::ref(w), token); }

/// As wait(), until a deadline or for a duration.
/// Blocks: until w is ready, the token is canceled or the time has come, never less.
/// Returns: whether w was ready; with return_on, a wait_status.
/// Throws: as wait().
template <class W>
requires detail::watchable<std::remove_reference_t<W>>
[[nodiscard]] bool wait_until(deadline t, W&& w) {
  return detail::wait_for_one(detail::access::ref(w), t);
}
template <class W, detail::cancel_argument T>
requires detail::watchable<std::remove_reference_t<W>>
[[nodiscard]] auto wait_until(deadline t, W&& w, const T& token) {
  return detail::wait_for_one(detail::access::ref(w), t, token);
}
template <class R, class P, class W, class... T>
[[nodiscard]] auto wait_for(std::chrono::duration<R, P> d, W&& w, const T&... token) {
  return wait_until(deadline::after(d), w, token...);
}

/// Waits for the first of several objects, and takes from that one only: at the call the ready one
/// with the lowest index, after it whichever comes first. An object may be listed twice; either
/// index may be returned. A bare token is an element, ready once canceled: put it first to let
/// cancel win.
///
///     const std::size_t which = abide::wait_any(token, work, input);  // 0: canceled
///
/// Blocks: until an element is ready or a token argument is canceled.
/// Returns: the position of that element among the arguments; with return_on, a wait_any_result.
/// Throws: operation_canceled once a token in a throw_on is canceled; see the namespace.
template <class... Ws>
[[nodiscard]] auto wait_any(Ws&&... ws) {
  const wait_any_result result = detail::any_of(deadline::never(), ws...);
  if constexpr (detail::reports<Ws...>) {
    return result;
  } else {
    return result.index;
  }
}

/// As wait_any(), until a deadline or for a duration.
/// Blocks: until an element is ready, a token argument is canceled or the time has come, never
/// less.
/// Returns: a std::optional of the position, empty if the time has come; with return_on, a
/// wait_any_result.
/// Throws: as wait_any().
template <class... Ws>
[[nodiscard]] auto wait_any_until(deadline t, Ws&&... ws) {
  const wait_any_result result = detail::any_of(t, ws...);
  if constexpr (detail::reports<Ws...>) {
    return result;
  } else {
    return result.status == wait_status::ready ? std::optional(result.index) : std::nullopt;
  }
}
template <class R, class P, class... Ws>
[[nodiscard]] auto wait_any_for(std::chrono::duration<R, P> d, Ws&&... ws) {
  return wait_any_until(deadline::after(d), ws...);
}

/// Waits until all of several objects are ready at the same time, and takes from all of them in one
/// step or from none. wait() and wait_any() are served before it, and it sees states, not pulses: a
/// set() followed by reset() may pass unseen. OS handles count as levels: all are seen ready in one
/// poll, then the other objects are taken in one step. A bare token among the arguments does not
/// compile.
///
///     abide::wait_all(paper, ink, abide::throw_on(token));
///
/// Blocks: until all elements are ready or a token argument is canceled.
/// Returns: nothing; with return_on, a wait_status.
/// Throws: std::invalid_argument if an object is listed twice; operation_canceled once a token in a
/// throw_on is canceled; see the namespace.
template <class... Ws>
auto wait_all(Ws&&... ws) {
  const wait_status status = detail::all_of(deadline::never(), ws...);
  if constexpr (detail::reports<Ws...>) return status;
}

/// As wait_all(), until a deadline or for a duration.
/// Blocks: until all elements are ready, a token argument is canceled or the time has come, never
/// less.
/// Returns: whether all were ready; with return_on, a wait_status.
/// Throws: as wait_all().
template <class... Ws>
[[nodiscard]] auto wait_all_until(deadline t, Ws&&... ws) {
  const wait_status status = detail::all_of(t, ws...);
  if constexpr (detail::reports<Ws...>) {
    return status;
  } else {
    return status == wait_status::ready;
  }
}
template <class R, class P, class... Ws>
[[nodiscard]] auto wait_all_for(std::chrono::duration<R, P> d, Ws&&... ws) {
  return wait_all_until(deadline::after(d), ws...);
}

/// Sets an event or releases a unit of a semaphore, then waits for one object: two steps, not one.
/// A token that is canceled at the call wins, and then nothing is signaled; what has been signaled
/// stays so if the wait ends otherwise.
///
///     abide::signal_and_wait(request, answer, token);
///
/// Blocks: until to_wait_for is ready or the token is canceled.
/// Returns: nothing; with return_on, a wait_status.
/// Throws: as wait(); semaphore_full, and then it does not wait.
template <class S, class W, class... T>
requires(sizeof...(T) <= 1) auto signal_and_wait(S& to_signal, W&& to_wait_for, const T&... token) {
  if (auto early = detail::canceled_at_entry(token...); early != wait_status::ready) {
    if constexpr (detail::reports<T...>) return early;
  }
  if constexpr (requires { to_signal.set(); }) {
    to_signal.set();
  } else {
    to_signal.release();
  }
  return wait(to_wait_for, token...);
}

}  // namespace v1
}  // namespace abide
