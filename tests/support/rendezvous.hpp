// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <abide/waitable.hpp>

#include <cstddef>
#include <thread>

#include "core/wait_list.hpp"

// Facts about who is queued, for tests with INTERNALS: they replace sleeping and hoping.

namespace support {

/// Holds the object's LOCK until publish() is called: whoever comes now waits.
template <class T>
abide::core::locked lock(T& w) {
  const abide::waitable_ref ref = abide::detail::access::ref(w);
  const void* const object = abide::detail::access::object(ref);
  return {*static_cast<const abide::detail::waitable*>(object), abide::detail::access::kind(ref)};
}

/// How many wait entries are queued on the object now; its exported handle does not count.
template <class T>
std::size_t queued(T& w) {
  abide::core::locked list = lock(w);
  std::size_t n = 0;
  if (!list.is_empty()) {
    const abide::core::wait_entry* entry = list.first();
    do {
      n += entry->rank != abide::core::wait_entry::group::handle ? 1 : 0;
      entry = entry->next;
    } while (entry != list.first());
  }
  list.publish();
  return n;
}

/// Returns once exactly n entries are queued on the object.
template <class T>
void wait_until_queued(T& w, std::size_t n) {
  while (queued(w) != n) std::this_thread::yield();
}

}  // namespace support
