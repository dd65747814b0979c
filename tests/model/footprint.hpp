// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>

namespace model {

/// What a step reads or changes.
struct footprint {
  enum class kind : std::uint8_t { read, write, everything };

  kind how = kind::everything;
  const void* at = nullptr;  // an address, or what stands for a handle or the clock

  bool changes() const noexcept { return how != kind::read; }
};

/// A step that reads what stands at that address.
inline footprint reads(const void* at) { return {footprint::kind::read, at}; }
/// A step that changes it, or falls asleep there, or wakes who sleeps there.
inline footprint changes(const void* at) { return {footprint::kind::write, at}; }
/// A step that changes that handle.
inline footprint changes(int handle) {
  return changes(reinterpret_cast<const void*>(static_cast<std::intptr_t>(handle)));
}
/// A step that looks at the clock. What moves it changes places with nothing.
inline footprint reads_clock() { return reads(reinterpret_cast<const void*>(std::uintptr_t{1})); }
/// A step that nothing may change places with.
inline footprint everything() { return {}; }

/// Whether two steps of different threads, one after the other, may change places: what each of
/// them finds and leaves is then the same, and so is which threads can go on.
inline bool are_independent(footprint a, footprint b) {
  if (a.how == footprint::kind::everything || b.how == footprint::kind::everything) return false;
  return a.at != b.at || (!a.changes() && !b.changes());
}

}  // namespace model
