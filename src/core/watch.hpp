// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <abide/waitable.hpp>

#include <cstddef>
#include <cstdint>

#include "core/wait_entry.hpp"

namespace abide {
inline namespace v1 {
namespace core {

class ready_list;

/// An object's place in a wait_set: an observer that belongs to no call. Each of its steps is made
/// under the LOCK of its ready_list and, but for a signaler's, that of its object.
///
// clang-format off
///     place       legal to find                          who changes it, to what
///     outside     not added yet, or removed              add -> watching
///     watching    linked in the object's list            a signaler, by detaching it -> reporting
///     reporting   detached; its signaler is on the way   that signaler -> ready
///     ready       in the ready_list                      take -> watching or, for what is left,
///                                                          ready; remove -> outside
///
// clang-format on
class watch final : public wait_entry {
 public:
  watch(ready_list& list, const detail::waitable& object, detail::kind k, std::size_t key) noexcept
      : list_(list), object_(object), kind_(k), key_(key) {
    rank = group::observer;
  }
  watch(const watch&) = delete;
  watch& operator=(const watch&) = delete;

  /// Queues it on its object. One that is ready is reported at once.
  void add() noexcept;

  /// Takes it away from its object and its list; afterwards nobody knows it.
  /// Blocks: while a signaler is on its way with a report; it runs no code of the user.
  void remove() noexcept;

  /// For the signaler that detached it, once the object is published: puts it into the list and
  /// wakes who waits there. It may be gone when this returns.
  void report() noexcept;

 private:
  friend class ready_list;

  ready_list& list_;
  const detail::waitable& object_;
  const detail::kind kind_;
  const std::size_t key_;
  // Under the list's LOCK.
  bool is_ready_ = false;
  std::uint64_t arrival_ = 0;  // how many were put into the list before it
  watch* after_ = nullptr;
  watch* before_ = nullptr;
};

/// What an observer is that has no call.
inline bool is_watch(const wait_entry& entry) noexcept {
  return entry.block == nullptr && entry.rank == wait_entry::group::observer;
}

/// The watches whose objects were seen ready, in the order of their reports. To those who wait it
/// is a semaphore with a unit for each: a unit is leave to look (INV-9).
class ready_list : public detail::counted_waitable {
 public:
  static constexpr detail::kind how = detail::kind::units;

  ready_list() noexcept : counted_waitable(0, 0x7fffffff, 0) {}

  /// Whether the caller comes with a unit that a wait has taken.
  enum class unit : bool { none, taken };

  /// Goes once through the watches that are in the list: takes from each object what a wait takes
  /// and writes its key down. The object is watched again, and what it still has is reported.
  /// Returns: how many keys were written, n at most.
  std::size_t take(std::size_t* keys, std::size_t n, unit brought) noexcept;

 private:
  friend class watch;
  void append(watch& w) noexcept;
  void unlink(watch& w) noexcept;

  // Under LOCK.
  watch* first_ = nullptr;
  watch* last_ = nullptr;
  std::uint64_t arrivals_ = 0;
};

}  // namespace core
}  // namespace v1
}  // namespace abide
