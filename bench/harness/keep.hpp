// SPDX-License-Identifier: BSL-1.0
#pragma once

namespace bench {

/// The compiler must have the value here, and memory as it is: nothing before or after is left out.
template <class T>
inline void keep(const T& value) {
  asm volatile("" : : "rm"(value) : "memory");
}

}  // namespace bench
