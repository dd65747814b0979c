// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <abide/cancel_argument.hpp>
#include <abide/deadline.hpp>
#include <abide/export.hpp>
#include <abide/waitable.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <stdexcept>

namespace abide {
inline namespace v1 {

/// Who gets a unit when several want it.
enum class fairness {
  /// Whoever comes first, for speed; but no release passes over who has waited longest without end.
  barging,
  /// Strictly whoever has waited longest: every release hands its units over.
  fifo
};

/// Thrown by semaphore::release() when it would exceed the maximum.
class ABIDE_API semaphore_full : public std::runtime_error {
 public:
  /// Throws: std::bad_alloc.
  semaphore_full();

  /// Copies as every exception does: without throwing.
  semaphore_full(const semaphore_full&) noexcept;
  semaphore_full& operator=(const semaphore_full&) noexcept;
  ~semaphore_full() override;
};

/// A count of units that threads take and give back; any thread may give back. Sixteen bytes; no
/// heap, and no kernel object before native_handle() is called. Neither copyable nor movable.
///
///     abide::semaphore slots(4);
///     slots.acquire(token);              // throws operation_canceled
///     use_a_slot();
///     slots.release();
///
/// Ordering: what precedes a release() happens before what follows an acquire that took a unit of
/// it.
/// Lifetime: whoever a release() released may destroy the semaphore although that call is still
/// returning, if nobody else waits on it; others that this call released no longer count, but with
/// fairness::barging a wait counts until it has taken its unit. A wait that was canceled, timed out
/// or took another object proves nothing: a release() may still be inside the semaphore.
/// Thread safety: all members but the destructor may be called at any time from any thread; none
/// from a signal handler.
class ABIDE_API semaphore {
 public:
  /// Has `count` units at first, and never more than `max` after a release. 31 bits are kept for a
  /// count: hence the greatest maximum, which is the default.
  /// Requires: 0 <= count <= max, 1 <= max <= 2^31 - 1.
  /// Throws: std::invalid_argument otherwise.
  explicit semaphore(std::ptrdiff_t count, std::ptrdiff_t max = most_,
                     fairness order = fairness::barging);
  semaphore(std::ptrdiff_t count, fairness order) : semaphore(count, most_, order) {}
  semaphore(const semaphore&) = delete;
  semaphore& operator=(const semaphore&) = delete;

  /// Ends the program, with a message that gives type and address, if somebody waits on it;
  /// not while the process exits.
  ~semaphore() {
    // Acquire: pairs with the release of whoever used the semaphore last.
    const std::uintptr_t word = state_.word.load(sys::memory_order_acquire);
    if (word != 0 && (word & (detail::waitable::set_bit | detail::waitable::lock_bit)) !=
                         detail::waitable::set_bit) {
      detail::retire(state_, state_.kind(), "abide::semaphore", this);
    }
  }

  /// Gives n units back and wakes those who can have them. No unit is lost to a wait that is
  /// canceled or timed out.
  /// Blocks: never.
  /// Returns: the count before.
  /// Throws: std::invalid_argument if n < 0; semaphore_full if the count before and n exceed the
  /// maximum. Nothing has changed then.
  std::ptrdiff_t release(std::ptrdiff_t n = 1);

  /// Takes a unit.
  /// Blocks: until this call has taken one.
  /// Throws: std::bad_alloc, in the first wait of its thread that has to block; nothing was taken.
  void acquire() {
    if (!try_acquire()) detail::wait_for_one(ref());
  }

  /// Takes a unit unless the token is canceled first. One that is canceled already wins and leaves
  /// the unit. The token is a cancellation_token, throw_on, return_on or of a type with a
  /// token_adapter.
  /// Blocks: until this call has taken a unit or the token is canceled.
  /// Returns: nothing; with return_on, a wait_status.
  /// Throws: operation_canceled once the token is canceled, except with return_on; as acquire().
  template <detail::cancel_argument T>
  auto acquire(const T& token) {
    return detail::wait_for_one(ref(), token);
  }

  /// Takes a unit if there is one.
  /// Blocks: never.
  /// Returns: whether this call took one.
  [[nodiscard]] bool try_acquire() noexcept {
    std::uintptr_t word = state_.word.load(sys::memory_order_relaxed);
    while ((word & (detail::waitable::set_bit | detail::waitable::lock_bit)) ==
           detail::waitable::set_bit) {
      const std::uintptr_t left = word - (std::uintptr_t{1} << detail::waitable::count_shift);
      // Acquire: pairs with the release of release().
      if (state_.word.compare_exchange_weak(word, left == detail::waitable::set_bit ? 0 : left,
                                            sys::memory_order_acquire, sys::memory_order_relaxed)) {
        return true;
      }
    }
    return word != 0 && detail::try_take(state_, state_.kind());
  }

  /// Takes a unit unless the time comes, or the token is canceled, first. A time that has come
  /// already takes a unit that is there, and does not block.
  /// Blocks: until this call has taken a unit or the time has come, never less.
  /// Returns: whether it took a unit; with return_on, a wait_status.
  /// Throws: as acquire(), with and without a token; std::invalid_argument for a NaN.
  template <class R, class P>
  [[nodiscard]] bool try_acquire_for(std::chrono::duration<R, P> d) {
    return try_acquire_until(deadline::after(d));
  }
  template <class R, class P, detail::cancel_argument T>
  [[nodiscard]] auto try_acquire_for(std::chrono::duration<R, P> d, const T& token) {
    return try_acquire_until(deadline::after(d), token);
  }
  [[nodiscard]] bool try_acquire_until(deadline t) {
    return try_acquire() || detail::wait_for_one(ref(), t);
  }
  template <detail::cancel_argument T>
  [[nodiscard]] auto try_acquire_until(deadline t, const T& token) {
    return detail::wait_for_one(ref(), t, token);
  }

  /// The units that are there now: exact while no call is under way. More than max() only if waits
  /// that were canceled gave units back while others released up to it.
  [[nodiscard]] std::ptrdiff_t available() const noexcept;

  /// The maximum given to the constructor.
  std::ptrdiff_t(max)() const noexcept { return static_cast<std::ptrdiff_t>(state_.most()); }

  /// An OS handle that is readable while there are units: exactly so while no call is under way,
  /// else perhaps without reason; no unit is missed. It says "try now": polling takes none.
  /// Level-triggered, close-on-exec. Made at the first call; from then on a change between none and
  /// some costs a system call.
  /// Requires: it is only polled. The semaphore reads, writes and closes it.
  /// Throws: std::system_error with the OS code, std::bad_alloc; the semaphore stays usable.
  native_handle_type native_handle() const { return detail::export_handle(state_, state_.kind()); }

 private:
  friend class detail::access;
  static constexpr std::ptrdiff_t most_ = 0x7fffffff;
  waitable_ref ref() noexcept { return detail::access::make(&state_, state_.kind()); }

  detail::counted_waitable state_;
};

static_assert(sizeof(semaphore) == 16);

}  // namespace v1
}  // namespace abide
