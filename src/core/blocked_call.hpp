// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <abide/deadline.hpp>
#include <abide/waitable.hpp>

#include <cstddef>
#include <memory>

#include "core/item_list.hpp"
#include "core/parker.hpp"
#include "core/wait_entry.hpp"
#include "core/wait_list.hpp"
#include "platform/sys.hpp"

namespace abide {
inline namespace v1 {
namespace core {

/// One call that has to block: its block, its entries and its sleep. wait_any and wait_all differ
/// in what they enrol and in what they do when they are woken.
class blocked_call {
 public:
  /// Throws: std::bad_alloc in a thread's first wait or for more than 16 objects.
  blocked_call(const item_list& items, deadline until);

  outcome decided() const noexcept { return block_.decided(); }
  bool decide(outcome how) noexcept { return block_.decide(how); }
  parker& sleeper() noexcept { return *parker_; }

  /// Queues an ordinary entry on object i; if it is ready, decides the call for it and takes.
  /// Returns: false once the call is decided: the rest need not be enrolled.
  bool enrol(std::size_t i) noexcept {
    if (!items_.is_object(i)) return true;
    wait_entry& entry = entries_[i];
    entry.block = &block_;
    entry.grants = static_cast<outcome>(i + 1);
    if (!append_alone(items_.object(i), items_.kind_of(i), entry)) return enrol_locked(i);
    return decided() == waiting;
  }

  /// Queues an observer on object i, unless it is queued there. Returns: false if the object was
  /// ready then: no poke will come for what it has.
  bool observe(std::size_t i) noexcept;

  /// Sleeps once: until a wake, a ready handle or the deadline, which decides the call.
  void sleep(sys::poll_set* handles) noexcept;

  /// Takes the unit that a poke announced, if it is still there (INV-3).
  void take_if_poked() noexcept;

  /// Withdraws all entries but the one whose object decided the call.
  /// Returns: the outcome; a cancel or timeout may turn into a unit taken on the way out (P2).
  outcome leave() noexcept;

 private:
  bool enrol_locked(std::size_t i) noexcept;
  bool may_still_succeed(outcome how) const noexcept;
  void leave(std::size_t i, outcome& how) noexcept;

  const item_list items_;
  const deadline until_;
  const parker_lease parker_;
  wait_block block_;
  per_item<wait_entry> entries_;
};

}  // namespace core
}  // namespace v1
}  // namespace abide
