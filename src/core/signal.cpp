// SPDX-License-Identifier: BSL-1.0
#include "core/signal.hpp"

#include <abide/waitable.hpp>

#include <cstddef>
#include <cstdint>

// How a signal reaches who waits. Under LOCK the entries that are granted leave the list and take
// their units along; the rest is banked; the word is published. That is the last touch of the
// object unless a claim is lost. Then each granted entry's call is claimed. A unit whose claim was
// lost, because a cancel, a timeout or another object was faster, comes back in a further LOCK
// section. Only when no unit is in flight are the losers let go: until then a loser that is still
// here keeps the object alive, although the winners may have returned (INV-5).

namespace abide {
inline namespace v1 {
namespace core {
namespace {

// A batch is claimed before any of it is woken: a wake is a system call, and a call that lost its
// claim waits for the walk to reach it.
constexpr std::size_t batch = 32;

// Claims the calls of a chain. Winners are woken; losers are pushed to `losers`.
// Returns how many were lost.
std::uint32_t award(wait_entry* chain, wait_entry*& losers) noexcept {
  std::uint32_t lost = 0;
  while (chain != nullptr) {
    parker* winners[batch];
    std::size_t won = 0;
    while (chain != nullptr && won < batch) {
      wait_entry& entry = *chain;
      // Read before the claim: entry and block are gone once it is won (INV-2).
      chain = entry.next;
      parker* const sleeper = entry.block->sleeper;
      if (entry.block->decide(entry.grants)) {
        winners[won++] = sleeper;
      } else {
        entry.next = losers;
        losers = &entry;
        ++lost;
      }
    }
    for (std::size_t i = 0; i != won; ++i) winners[i]->unpark();
  }
  return lost;
}

void let_all_go(wait_entry* losers) noexcept {
  while (losers != nullptr) {
    wait_entry& entry = *losers;
    losers = entry.next;
    let_go(entry);
  }
}

}  // namespace

void grant(wait_entry* chain, const waitable& w, kind k) noexcept {
  wait_entry* losers = nullptr;
  for (std::uint32_t lost; (lost = award(chain, losers)) != 0 && k != kind::level;) {
    locked object(w, k);
    object.add(lost);
    chain = object.detach_granted();
    object.settle();
    object.publish();
  }
  let_all_go(losers);
}

}  // namespace core

namespace detail {

void set(const waitable& w, kind k) noexcept {
  core::locked object(w, k);
  object.add(1);
  core::wait_entry* const granted = object.detach_granted();
  object.settle();
  object.publish();
  core::grant(granted, w, k);
}

void reset(const waitable& w, kind k) noexcept {
  core::locked object(w, k);
  object.clear();
  object.publish();
}

bool try_take(const waitable& w, kind k) noexcept {
  core::locked object(w, k);
  const bool took = object.units() != 0;
  if (took) {
    object.take();
    object.settle();
  }
  object.publish();
  return took;
}

}  // namespace detail
}  // namespace v1
}  // namespace abide
