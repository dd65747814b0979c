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
  return items.first_ready(end) != end;
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
    const std::size_t first = items.first_ready(items.size);
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

outcome block(const item_list& items, sys::poll_set* handles, deadline until) {
  blocked_call call(items, until);
  if (handles != nullptr) handles->add(call.sleeper().own_handle(), io::readable);
  for (std::size_t i = 0; i != items.size && call.enrol(i); ++i) {}
  while (call.decided() == waiting) {
    call.sleep(handles);
    if (handles != nullptr) {
      const std::size_t handle = first_ready_handle(items, *handles);
      if (handle != items.size) call.decide(static_cast<outcome>(handle + 1));
    }
    call.take_if_poked();
  }
  return call.leave();
}

// `handles` holds the OS handles of the list; null if there are none.
outcome take_or_block(const item_list& items, sys::poll_set* handles, deadline until) {
  outcome how = take_first_ready(items, handles);
  if (how == waiting && until.has_passed()) how = timed_out;
  if (how == waiting) how = block(items, handles, until);
  return how;
}

outcome take_or_block_with_handles(const item_list& items, deadline until) {
  std::optional<sys::poll_set> handles;
  collect_handles(items, handles);
  const outcome how = take_or_block(items, &*handles, until);
  note_ready(items, how, *handles);
  return how;
}

}  // namespace

outcome wait_any(const item_list& items, deadline until) {
  check_not_empty(items);
  outcome how = canceled_at_entry(items);
  if (how == waiting) {
    how = items.handles == 0 ? take_or_block(items, nullptr, until)
                             : take_or_block_with_handles(items, until);
  }
  return how;
}

}  // namespace core
}  // namespace v1
}  // namespace abide
