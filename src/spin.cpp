// SPDX-License-Identifier: BSL-1.0
#include <abide/spin.hpp>

#include "core/parker.hpp"
#include "platform/sys.hpp"

namespace abide {
inline namespace v1 {

// Kept with the thread, whose parker learns it now or when the thread takes one in its first wait.
void this_thread::set_spin(spin how) noexcept {
  sys::thread_slot& slot = sys::this_thread();
  slot.spins = how == spin::adaptive && sys::has_other_processor() ? how : spin::off;
  if (slot.parker != nullptr) static_cast<core::parker*>(slot.parker)->set_spin(slot.spins);
}

spin this_thread::get_spin() noexcept { return sys::this_thread().spins; }

}  // namespace v1
}  // namespace abide
