// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>

namespace abide {
inline namespace v1 {
/// Random delays: windows of a few instructions become windows of microseconds and of whole time
/// slices, so that a stress test meets in seconds what it would not meet in hours. Each thread has
/// its own random sequence, which ABIDE_NOISE_SEED and the order of the threads' first noise
/// decide. A program writes its seed to standard output when it starts, so that it is known
/// whatever ends it.
namespace noise {

/// The calling thread's place in its sequence; 0 before its first noise.
inline constinit thread_local std::uint32_t place = 0;

/// Where a new thread's sequence starts. Never 0.
std::uint32_t first_place() noexcept;

inline std::uint32_t random() noexcept {
  if (place == 0) place = first_place();
  // xorshift, which never comes to 0.
  place ^= place << 13;
  place ^= place >> 17;
  place ^= place << 5;
  return place;
}

/// Whether it is this time; on average once in n.
inline bool once_in(std::uint32_t n) noexcept { return random() % n == 0; }

inline void loop(std::uint32_t rounds) noexcept {
  for (; rounds != 0; --rounds) {
    asm volatile("");  // keeps the loop
  }
}

/// Gives the processor away: for a moment, or for some dozen microseconds.
void give_way() noexcept;

/// For every atomic step: mostly nothing, now and then a few instructions, seldom a time slice.
inline void around_atomic() noexcept {
  const std::uint32_t n = random();
  if ((n & 255) == 0) {
    give_way();
  } else if ((n & 7) == 1) {
    loop((n >> 8) & 255);
  }
}

/// For every system call, which costs more than that anyway.
inline void around_call() noexcept {
  const std::uint32_t n = random();
  if ((n & 7) == 0) {
    give_way();
  } else if ((n & 3) == 1) {
    loop((n >> 8) & 4095);
  }
}

}  // namespace noise
}  // namespace v1
}  // namespace abide
