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

/// Who gets a unit when several want it. barging: whoever comes first, and no thread is passed over
/// without end: fast. fifo: strictly whoever has waited longest: every release is a hand-over.
enum class fairness { barging, fifo };

/// Thrown by release() when it would exceed the maximum; nothing has changed then.
class ABIDE_API semaphore_full : public std::runtime_error {
 public:
  semaphore_full();
  semaphore_full(const semaphore_full&) noexcept;
  semaphore_full& operator=(const semaphore_full&) noexcept;
  ~semaphore_full() override;
};

/// A count of units that threads take and give back. Sixteen bytes, no heap, no kernel object until
/// native_handle() is called.
///
///     abide::semaphore slots(4);
///     slots.acquire(token);              // throws operation_canceled
///     ...
///     slots.release();
///
/// Ordering: what precedes release() is visible after the acquire that took the unit.
/// Lifetime: the thread that release() released may destroy the semaphore while release() is still
/// returning, if nobody else waits on it; with fairness::barging a wait counts until it has taken
/// its unit. Destroying it while somebody waits ends the program (P5, P11).
class ABIDE_API semaphore {
 public:
  /// Requires: 0 <= count <= max, 1 <= max <= 2^31 - 1.
  /// Throws: std::invalid_argument otherwise.
  explicit semaphore(std::ptrdiff_t count, std::ptrdiff_t max = most_,
                     fairness order = fairness::barging);
  semaphore(std::ptrdiff_t count, fairness order) : semaphore(count, most_, order) {}
  semaphore(const semaphore&) = delete;
  semaphore& operator=(const semaphore&) = delete;
  ~semaphore() {
    // Acquire: pairs with the release of whoever used the semaphore last.
    const std::uintptr_t word = state_.word.load(sys::memory_order_acquire);
    if (word != 0 && (word & (detail::waitable::set_bit | detail::waitable::lock_bit)) !=
                         detail::waitable::set_bit) {
      detail::retire(state_, state_.kind(), "abide::semaphore", this);
    }
  }

  /// Gives n units back and wakes those who can have them.
  /// Returns: the count before. Blocks: never. Not async-signal-safe.
  /// Throws: std::invalid_argument if n < 0, semaphore_full beyond the maximum; unchanged then.
  std::ptrdiff_t release(std::ptrdiff_t n = 1);

  /// Blocks until this call has taken a unit.
  void acquire() {
    if (!try_acquire()) detail::wait_for_one(ref());
  }

  /// The same; the token may be a cancellation_token or throw_on: throws operation_canceled once it
  /// is canceled, return_on: returns a wait_status, or any type with a token_adapter. A token that
  /// is canceled already wins and leaves the unit.
  template <detail::cancel_argument T>
  auto acquire(const T& token) {
    return detail::wait_for_one(ref(), token);
  }

  /// Takes a unit if there is one. Blocks: never.
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

  /// Blocks until this call has taken a unit or the time has come, never less.
  /// Returns: whether it took a unit; with return_on, a wait_status.
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

  /// The units that are there now; exact when no call is under way.
  [[nodiscard]] std::ptrdiff_t available() const noexcept;

  std::ptrdiff_t(max)() const noexcept { return static_cast<std::ptrdiff_t>(state_.most()); }

  /// An OS handle that is readable while there are units: it says "try now", polling takes none.
  /// Made at the first call, owned by the semaphore: do not close, read or write it.
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
