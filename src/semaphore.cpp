// SPDX-License-Identifier: BSL-1.0
#include <abide/semaphore.hpp>

#include <stdexcept>

#include "core/signal.hpp"
#include "core/wait_list.hpp"

namespace abide {
inline namespace v1 {
namespace {

std::uint32_t checked_max(std::ptrdiff_t max, std::ptrdiff_t most) {
  if (max < 1 || max > most) {
    throw std::invalid_argument("abide::semaphore: max must be from 1 to 2^31 - 1");
  }
  return static_cast<std::uint32_t>(max);
}

std::uint32_t checked_count(std::ptrdiff_t count, std::ptrdiff_t max) {
  if (count < 0 || count > max) {
    throw std::invalid_argument("abide::semaphore: count must be from 0 to max");
  }
  return static_cast<std::uint32_t>(count);
}

}  // namespace

semaphore_full::semaphore_full() : std::runtime_error("abide::semaphore: release beyond max") {}
semaphore_full::semaphore_full(const semaphore_full&) noexcept = default;
semaphore_full& semaphore_full::operator=(const semaphore_full&) noexcept = default;
semaphore_full::~semaphore_full() = default;

semaphore::semaphore(std::ptrdiff_t count, std::ptrdiff_t max, fairness order)
    : state_(checked_count(count, checked_max(max, most_)), checked_max(max, most_),
             order == fairness::fifo ? 1 : 0) {}

namespace {

// With somebody queued, or LOCK taken: under LOCK.
std::uint32_t release_locked(detail::counted_waitable& w, std::uint32_t n) {
  const detail::kind k = w.kind();
  core::locked object(w, k);
  const std::uint32_t before = object.units();
  // The maximum counts when the release begins: units that come back from waits which were canceled
  // meanwhile are banked whatever others have released since, so that none is lost.
  if (before >= w.most() || n > w.most() - before) {
    object.publish();
    throw semaphore_full();
  }
  object.add(n);
  core::wait_entry* const granted = object.detach_granted();
  object.settle();
  object.publish();
  core::grant(granted, w, k);
  return before;
}

}  // namespace

std::ptrdiff_t semaphore::release(std::ptrdiff_t n) {
  if (n < 0) throw std::invalid_argument("abide::semaphore: release of a negative number");
  if (n == 0) return available();
  if (n > max()) throw semaphore_full();
  const auto units = static_cast<std::uint32_t>(n);
  std::uintptr_t word = state_.word.load(sys::memory_order_relaxed);
  // Nobody is queued, LOCK is free: the count stands in the word.
  while (word == 0 || (word & (detail::waitable::set_bit | detail::waitable::lock_bit)) ==
                          detail::waitable::set_bit) {
    const std::uintptr_t before = word >> detail::waitable::count_shift;
    // An over-full count can come back from canceled waits (see release_locked).
    if (before >= state_.most() || units > state_.most() - before) throw semaphore_full();
    const std::uintptr_t after =
        ((before + units) << detail::waitable::count_shift) | detail::waitable::set_bit;
    // Release: pairs with the acquire of whoever takes the unit.
    if (state_.word.compare_exchange_weak(word, after, sys::memory_order_release,
                                          sys::memory_order_relaxed)) {
      return static_cast<std::ptrdiff_t>(before);
    }
  }
  return static_cast<std::ptrdiff_t>(release_locked(state_, units));
}

std::ptrdiff_t semaphore::available() const noexcept {
  // Acquire: pairs with release(), here and in queued_units.
  const std::uintptr_t word = state_.word.load(sys::memory_order_acquire);
  if ((word & detail::waitable::set_bit) != 0) {
    return static_cast<std::ptrdiff_t>(word >> detail::waitable::count_shift);
  }
  if ((word & detail::waitable::tail_mask) == 0) return 0;
  return static_cast<std::ptrdiff_t>(state_.queued_units.load(sys::memory_order_acquire));
}

}  // namespace v1
}  // namespace abide
