// SPDX-License-Identifier: BSL-1.0
#include <optional>

#include "core/blocked_call.hpp"
#include "core/item_list.hpp"

// The life of a wait_any:
//
//   1. A token argument that is canceled ends it before anything else (P1).
//   2. The first ready item in index order is taken (P3); a deadline that has passed ends it (P9).
//   3. The call enrols an entry with each object, in index order. An object that is ready by now
//      decides the call on the spot.
//   4. It sleeps. A signaler, a canceler, a ready handle or the deadline decides it by one CAS.
//   5. It leaves: each entry but the deciding one is unlinked, or let go by who holds it.

namespace abide {
inline namespace v1 {
namespace core {
namespace {

bool any_ready_below(const item_list& items, std::size_t end) noexcept {
  for (std::size_t i = 0; i != end; ++i) {
    if (items.looks_ready(i)) return true;
  }
  return false;
}

// The first handle that the last poll found ready; items.size if there is none.
std::size_t first_ready_handle(const item_list& items, const sys::poll_set& handles) noexcept {
  std::size_t position = 0;
  for (std::size_t i = 0; i != items.size; ++i) {
    if (items.is_handle(i) && handles.ready(position++) != io{}) {
      return i;
    }
  }
  return items.size;
}

// Takes the first ready item in index order. Lower items are looked at once more after a ready one
// was found, under its LOCK: one thread may have signaled first a lower item and then this one,
// both after the scan went past the lower one (P3).
outcome take_first_ready(const item_list& items, sys::poll_set* handles) noexcept {
  for (;;) {
    std::size_t first = 0;
    while (first != items.size && !items.looks_ready(first)) ++first;
    if (handles != nullptr) {
      handles->sleep(deadline(deadline::time_point::min()));
      const std::size_t handle = first_ready_handle(items, *handles);
      if (handle < first) {
        if (any_ready_below(items, handle)) continue;
        return static_cast<outcome>(handle + 1);
      }
    }
    if (first == items.size) return waiting;
    locked object(items.object(first), items.kind_of(first));
    const bool takes = object.units() != 0 && !any_ready_below(items, first);
    if (takes) {
      object.take();
      object.settle();
    }
    object.publish();
    if (takes) return static_cast<outcome>(first + 1);
  }
}

// Tells the os_handle that ended the call what was found on it.
void note_ready(const item_list& items, outcome how, const sys::poll_set& handles) noexcept {
  std::size_t position = 0;
  for (std::size_t i = 0; i != items.size; ++i) {
    if (!items.is_handle(i)) continue;
    if (how == i + 1) items.handle(i).ready = handles.ready(position);
    ++position;
  }
}

outcome block(const item_list& items, std::optional<sys::poll_set>& handles, deadline until) {
  blocked_call call(items, until);
  if (handles) handles->add(call.sleeper().own_handle(), io::readable);
  for (std::size_t i = 0; i != items.size && call.enrol(i); ++i) {}
  while (call.decided() == waiting) {
    call.sleep(handles ? &*handles : nullptr);
    if (handles) {
      const std::size_t handle = first_ready_handle(items, *handles);
      if (handle != items.size) call.decide(static_cast<outcome>(handle + 1));
    }
    call.take_if_poked();
  }
  return call.leave();
}

}  // namespace

outcome wait_any(const item_list& items, deadline until) {
  check_not_empty(items);
  outcome how = canceled_at_entry(items);
  if (how == waiting) {
    std::optional<sys::poll_set> handles;
    collect_handles(items, handles);
    how = take_first_ready(items, handles ? &*handles : nullptr);
    if (how == waiting && until.has_passed()) how = timed_out;
    if (how == waiting) how = block(items, handles, until);
    if (handles) note_ready(items, how, *handles);
  }
  return how;
}

}  // namespace core
}  // namespace v1
}  // namespace abide
