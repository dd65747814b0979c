// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <abide/sys/atomic.hpp>

#include <cstdint>

#include "core/parker.hpp"

namespace abide {
inline namespace v1 {
namespace core {

/// How a blocked call ended: one past the index of the item that ended it, or one of these.
using outcome = std::uint32_t;
inline constexpr outcome waiting = 0;
inline constexpr outcome timed_out = 0xffffffff;
inline constexpr outcome all_ready = 0xfffffffe;

/// One blocked call, on its stack. Whoever changes `claim` from `waiting` by CAS decides how the
/// call ends; who loses changes nothing (INV-1).
struct wait_block {
  explicit wait_block(parker* p) noexcept : sleeper(p) {}

  bool decide(outcome how) noexcept {
    outcome undecided = waiting;
    // Release: pairs with the acquire of the call that returns; what preceded the signal is visible
    // to it. Acquire on failure: the loser goes on to give back what the winner made useless.
    return claim.compare_exchange_strong(undecided, how, sys::memory_order_acq_rel,
                                         sys::memory_order_acquire);
  }
  // Acquire: pairs with decide().
  outcome decided() const noexcept { return claim.load(sys::memory_order_acquire); }

  sys::atomic<outcome> claim{waiting};
  parker* const sleeper;
};

/// A blocked call's place in one object's list, on the call's stack.
///
// clang-format off
///     status     legal to find                               who changes it, to what
///     unlinked   in no list; only its call knows it          its call -> linked
///     linked     in the list                                 under LOCK -> promised, poked,
///                                                              detached, unlinked
///     promised   in the list, a unit is there for it         under LOCK -> poked, linked,
///                                                              detached, unlinked
///     poked      the same, and its call is woken to take it  under LOCK -> linked, detached,
///                                                              unlinked
///     detached   in a signaler's private chain               leaver -> waited; signaler -> done
///     waited     the same, and its call sleeps on it         signaler -> done, then unpark
///     done       the signaler knows it no more               its call (wait_all) -> linked
///
// clang-format on
/// While it is detached or waited its call cannot return unless this entry's own signaler decided
/// it: the entry, its block and the object are alive (INV-2).
struct alignas(8) wait_entry {
  enum class link : std::uint32_t { unlinked, linked, promised, poked, detached, waited, done };
  enum class group : std::uint8_t { ordinary, observer, handle };  // in the order of the list

  wait_entry* next = nullptr;
  wait_entry* previous = nullptr;
  wait_block* block = nullptr;
  outcome grants = waiting;  // what the claim becomes if this entry's object ends the call
  group rank = group::ordinary;
  bool came_alone = false;   // nobody was queued when this was; its call's
  std::uint16_t passed = 0;  // releases that went past this entry at the head; under LOCK
  sys::atomic<link> status{link::unlinked};

  // Of a barging semaphore's queue, kept in its first entry, under LOCK (locked::settle_ordinary).
  std::uint32_t promised = 0;        // entries that are promised or poked
  wait_entry* last_asked = nullptr;  // who stands behind it has no promise
};

constexpr bool is_in_list(wait_entry::link status) noexcept {
  return status == wait_entry::link::linked || status == wait_entry::link::promised ||
         status == wait_entry::link::poked;
}

/// Ends a signaler's knowledge of a detached entry and wakes its call if that waits for it. The
/// entry, and all its call owns, may be gone as soon as the exchange is done. Returns its parker.
inline parker* let_go(wait_entry& entry) noexcept {
  parker* const sleeper = entry.block->sleeper;
  // Release: pairs with the acquire in the leaver; acquire: pairs with the leaver's mark.
  const auto before = entry.status.exchange(wait_entry::link::done, sys::memory_order_acq_rel);
  if (before == wait_entry::link::waited) sleeper->unpark();
  return sleeper;
}

}  // namespace core
}  // namespace v1
}  // namespace abide
